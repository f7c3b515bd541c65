"""The differences between two results: their records, parameters, metrics and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.files.file_tree import Kind
from jobber.domain.history.facts import run_facts
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.files.file_tree import Entry
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import RunRecord

_PLAIN = ("command", "docker-args", "runtime", "out", "configs", "outcome", "exit-code", "engine")
"""Fields compared by value. A run's ID and times always differ, so they are not differences."""


@frozen
class Change:
    """A difference in one field of two results; None for a result without the field."""

    name: str
    a: Any
    b: Any


@frozen
class FileChange:
    """A path with different entries in two results; None for a result without the path."""

    path: str
    a: Entry | None
    b: Entry | None

    @property
    def word(self) -> str:
        """The kind of change from `a` to `b`, in one word."""
        return "added" if self.a is None else "removed" if self.b is None else "changed"


def record_changes(a: RunRecord, b: RunRecord) -> tuple[Change, ...]:
    """Return the differences between two records, in the order of a record's fields."""
    return tuple(_record_changes(a, b))


def _record_changes(a: RunRecord, b: RunRecord) -> Iterator[Change]:
    facts_a, facts_b = run_facts(a, {}), run_facts(b, {})
    if not _is_same_image(a.image, b.image):
        yield Change("image", facts_a["image"], facts_b["image"])
    inputs_a = {item.destination: item for item in a.inputs}
    inputs_b = {item.destination: item for item in b.inputs}
    told_a = {item["dest"]: item for item in facts_a["inputs"]}
    told_b = {item["dest"]: item for item in facts_b["inputs"]}
    for place in [*inputs_a, *(place for place in inputs_b if place not in inputs_a)]:
        one, other = inputs_a.get(place), inputs_b.get(place)
        is_same = one and other and one.source == other.source and _is_same_image(one.image, other.image)
        if not is_same:
            yield Change(f"input {place}", told_a.get(place), told_b.get(place))
    yield from value_changes({name: facts_a[name] for name in _PLAIN}, {name: facts_b[name] for name in _PLAIN})


def value_changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the names whose values differ: those of `a` in its order, then those that only `b` has."""
    names = [*a, *(name for name in b if name not in a)]
    return tuple(Change(name, a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name))


def file_changes(a: Mapping[str, Entry], b: Mapping[str, Entry]) -> tuple[FileChange, ...]:
    """Return the paths that differ, sorted. A directory does not differ because of the files in it."""
    paths = sorted({*a, *b})
    return tuple(FileChange(path, a.get(path), b.get(path)) for path in paths if a.get(path) != b.get(path))


def entry_facts(entry: Entry | None) -> dict[str, Any] | None:
    """Return the entry at a path as a JSON object."""
    if entry is None:
        return None
    facts: dict[str, Any] = {"kind": entry.kind.value, "mode": f"{entry.mode:04o}"}
    if entry.kind is Kind.FILE:
        facts |= {"size": entry.size, "sha256": entry.content}
    elif entry.kind is Kind.LINK:
        facts["target"] = entry.content
    return facts


def _is_same_image(one: RecordedImage, other: RecordedImage) -> bool:
    """Return whether two runs used the same image by the same name; its ID may differ if the layers are the same."""
    is_same = one.id == other.id or (bool(one.chain) and one.chain == other.chain)
    return is_same and one.reference == other.reference
