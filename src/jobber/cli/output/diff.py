"""The differences between two results, as text and as JSON."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from jobber.cli.output.json_text import as_json
from jobber.cli.output.stdout import Stdout
from jobber.cli.output.table import Column, table_lines
from jobber.domain.display import printable, size_in_words
from jobber.domain.files.file_tree import Kind
from jobber.domain.files.text_diff import is_binary, text_difference
from jobber.domain.history.record_diff import entry_facts
from jobber.session.humanize import (
    command_line,
    duration_in_words,
    image_name,
    number_in_words,
    outcome_in_words,
    short_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobber.domain.files.file_tree import Entry
    from jobber.domain.history.record_diff import Change, FileChange
    from jobber.domain.use_cases.results.compare import ComparedFile, Comparison, Content, Side

_RED, _GREEN, _BOLD = "31", "32", "1"
_SIGNS = {"added": ("+", _GREEN), "removed": ("-", _RED), "changed": ("~", "")}
_HEADINGS = {"image": "code image", "docker-args": "options", "configs": "configurations", "exit-code": "exit status"}


def print_comparison(comparison: Comparison, *, json: bool) -> None:
    """Print all differences."""
    if json:
        print(as_json(_facts(comparison)), flush=True)
        return
    for line in _lines(comparison):
        print(line)
    sys.stdout.flush()


def print_file(file: ComparedFile, *, a: str, b: str, json: bool) -> None:
    """Print the difference of one file; bytes that are not UTF-8 are kept."""
    one, other = (content.head if content else b"" for content in (file.a, file.b))
    shows_lines = file.is_whole and not is_binary(one) and not is_binary(other)
    name_a, name_b = (
        _headed(f"{image_name(name)}:{file.path}") if content else "/dev/null"
        for name, content in ((a, file.a), (b, file.b))
    )
    difference = text_difference(one, other, name_a=name_a, name_b=name_b) if shows_lines else b""
    if json:
        facts = {"path": file.path, "a": _content(file.a), "b": _content(file.b), "identical": file.is_empty}
        print(as_json({**facts, "diff": difference.decode(errors="replace") if shows_lines else None}), flush=True)
    elif shows_lines:
        Stdout().write(difference)
    elif not file.is_empty:
        why = "are not text" if file.is_whole else "are too large to be compared by lines"
        print(f"{printable(file.path)} differs: {_size(file.a)} and {_size(file.b)}, which {why}", flush=True)


def _headed(name: str) -> str:
    """Return a name for the header of a difference; quote it as diff and git do if it is not printable."""
    if name.isprintable():
        return name
    data = name.encode(errors="surrogateescape")
    return '"' + "".join(chr(n) if 32 <= n < 127 and n not in b'"\\' else f"\\{n:03o}" for n in data) + '"'


def _content(content: Content | None) -> dict[str, Any] | None:
    return None if content is None else {"size": content.size, "sha256": content.digest}


def _size(content: Content | None) -> str:
    return "nothing" if content is None else size_in_words(content.size)


def _facts(comparison: Comparison) -> dict[str, Any]:
    return {
        "a": _side_facts(comparison.a),
        "b": _side_facts(comparison.b),
        "identical": comparison.is_empty,
        "record": _changes(comparison.record),
        "parameters": _changes(comparison.parameters),
        "metrics": _changes(comparison.metrics),
        "compared": list(comparison.compared),
        "files": [
            {"path": change.path, "change": change.word, "a": entry_facts(change.a), "b": entry_facts(change.b)}
            for change in comparison.files
        ],
    }


def _side_facts(side: Side) -> dict[str, Any]:
    record = side.found.record
    return {
        "name": side.name,
        "id": side.found.image.id,
        "run": record.id if record else None,
        "seconds": record.seconds if record else None,
    }


def _changes(changes: Sequence[Change]) -> dict[str, Any]:
    return {change.name: {"a": change.a, "b": change.b} for change in changes}


def _lines(comparison: Comparison) -> Iterator[str]:
    yield _head("a", comparison.a)
    yield _head("b", comparison.b)
    yield ""
    if comparison.is_empty:
        yield _nothing(comparison)
        return
    for change in comparison.record:
        yield _painted(_HEADINGS.get(change.name, change.name), _BOLD)
        if change.a is not None:
            yield _painted(f"  - {_value_in_words(change.name, change.a)}", _RED)
        if change.b is not None:
            yield _painted(f"  + {_value_in_words(change.name, change.b)}", _GREEN)
    yield from _values("parameters", comparison.parameters)
    yield from _values("metrics", comparison.metrics)
    yield from _files(comparison)


def _head(letter: str, side: Side) -> str:
    record = side.found.record
    about = [short_id(side.found.image.id)]
    if record is not None:
        about += [outcome_in_words(record.ending), duration_in_words(record.seconds)]
    else:
        about.append("not a result of a run" + (", but built from one" if side.found.inherited else ""))
    return f"{letter}: {_painted(printable(image_name(side.name)), _BOLD)} ({', '.join(about)})"


def _nothing(comparison: Comparison) -> str:
    if comparison.a.found.image.id == comparison.b.found.image.id:
        return "no differences: both are the same image"
    what = []
    if comparison.a.found.record and comparison.b.found.record:
        what.append("code image, inputs, command, options, parameters and metrics")
    if comparison.compared:
        what.append(f"all files in {' and '.join(map(printable, comparison.compared))}")
    return f"no differences: the same {', and '.join(what)}"


def _value_in_words(name: str, value: Any) -> str:
    """Return a part of a record in words."""
    match value:
        case {"ref": reference, "id": id_, "src": source}:
            return printable(f"{reference} ({short_id(id_)}), {source}")
        case {"ref": reference, "id": id_}:
            return printable(f"{reference} ({short_id(id_)})")
        case {"name": engine, "version": version}:
            return printable(f"{engine} {version}")
        case list() if name == "configs":
            return printable(", ".join(value)) or "none"
        case list():
            return printable(command_line(value)) or "none"
        case _:
            return printable(str(value))


def _values(heading: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    rows = [(f"  {change.name}", _value(change.a), _value(change.b), _step(change)) for change in changes]
    columns = (Column(heading), Column("a", is_number=True), Column("b", is_number=True), Column("", is_number=True))
    head, *lines = table_lines(columns, rows, width=None)
    yield _painted(head, _BOLD)
    yield from lines


def _value(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else number_in_words(value)


def _step(change: Change) -> str:
    """Return the signed change of a number; empty if a value is not a number."""
    if not isinstance(change.a, int | float) or not isinstance(change.b, int | float):
        return ""
    step = change.b - change.a
    return f"{'+' if step > 0 else ''}{number_in_words(step)}"


def _files(comparison: Comparison) -> Iterator[str]:
    if not comparison.files:
        return
    yield _painted(f"files in {' and '.join(map(printable, comparison.compared))}", _BOLD)
    width = max(len(printable(change.path)) for change in comparison.files)
    for change in comparison.files:
        sign, color = _SIGNS[change.word]
        line = f"  {sign} {printable(change.path).ljust(width)}  {_file_in_words(change)}"
        yield _painted(line.rstrip(), color)


def _file_in_words(change: FileChange) -> str:
    a, b = change.a, change.b
    if a is None or b is None:
        return _entry_in_words(a or b)
    if a.kind is not b.kind:
        return f"a {a.kind.value}, then a {b.kind.value}"
    changes = []
    if a.kind is Kind.LINK:
        changes.append(printable(f"to {a.content}, then to {b.content}"))
    elif a.size != b.size:
        changes.append(f"{size_in_words(a.size)}, then {size_in_words(b.size)}")
    elif a.content != b.content:
        changes.append(size_in_words(b.size) if a.kind is Kind.FILE else "another device")
    if a.mode != b.mode:
        changes.append(f"mode {a.mode:04o}, then {b.mode:04o}")
    return ", ".join(changes)


def _entry_in_words(entry: Entry | None) -> str:
    if entry is None or entry.kind is Kind.FILE:
        return size_in_words(entry.size if entry else 0)
    return printable(f"to {entry.content}") if entry.kind is Kind.LINK else entry.kind.value


def _painted(text: str, color: str) -> str:
    """Return a text in a colour if stdout is a terminal with colours."""
    if not color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty():
        return text
    return f"\x1b[{color}m{text}\x1b[0m"
