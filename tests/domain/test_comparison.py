"""Differences between two records, between values, and between files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from test_labels import ENDING, PLAN

from jobber.domain.files.file_tree import Entry, Kind
from jobber.domain.history.record_diff import (
    Change,
    FileChange,
    entry_facts,
    file_changes,
    record_changes,
    value_changes,
)
from jobber.domain.images.image import Image
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RecordedImage, RecordedInput
from jobber.domain.runs.result import RunRecord, parse_record

OTHER = ImageId(f"sha256:{'c' * 64}")


def record(**facts: object) -> RunRecord:
    """A record in which some facts are others."""
    read = parse_record(result_labels(PLAN, ENDING, code=Image(PLAN.image.id), version="1"))
    assert read is not None
    return replace(read, **facts)  # type: ignore[arg-type]


BEFORE = record()
IMAGE = RecordedImage("train:latest", OTHER, ("train@sha256:9",), chain="sha256:chain")


def changed(**facts: object) -> list[str]:
    return [change.name for change in record_changes(BEFORE, record(**facts))]


def test_run_is_like_itself_whenever_it_was_made() -> None:
    later = replace(ENDING, started=ENDING.started + timedelta(days=1), finished=ENDING.finished + timedelta(days=2))

    assert changed(id="another", ending=later) == []


def test_each_part_of_a_record_is_compared() -> None:
    assert changed(command=("other",)) == changed(command=None) == ["command"]
    assert changed(docker_args=("-e", "A=1")) == ["docker-args"]
    assert changed(runtime="nvidia") == ["runtime"]
    assert changed(out=None) == ["out"]
    assert changed(configs=("gpu",)) == ["configs"]
    assert changed(engine_version="29") == changed(engine_name="podman") == ["engine"]
    assert changed(ending=replace(ENDING, outcome=Outcome.FAILED, exit_status=3)) == ["outcome", "exit-code"]


def test_change_has_both_values() -> None:
    assert record_changes(BEFORE, record(command=None, engine_version="29")) == (
        Change("command", ["é"], None),
        Change("engine", {"name": "docker", "version": "28.5"}, {"name": "docker", "version": "29"}),
    )


def test_image_is_another_by_id_or_by_name() -> None:
    one = record(image=IMAGE)

    def names(image: RecordedImage) -> list[str]:
        return [change.name for change in record_changes(one, record(image=image))]

    assert names(replace(IMAGE, id=PLAN.image.id, chain="sha256:other")) == ["image"]
    assert names(replace(IMAGE, reference="train:v2")) == ["image"]
    assert names(replace(IMAGE, digests=())) == []


def test_image_with_another_id_and_the_same_layers_is_the_same() -> None:
    other_store = replace(IMAGE, id=PLAN.image.id)
    unknown = replace(IMAGE, chain="")

    assert record_changes(record(image=IMAGE), record(image=other_store)) == ()
    assert record_changes(record(image=unknown), record(image=replace(other_store, chain="")))[0].name == "image"


def test_image_is_told_with_name_id_and_digests() -> None:
    (change,) = record_changes(record(image=IMAGE), record(image=replace(IMAGE, reference="train:v2")))

    assert change == Change(
        "image",
        {"ref": "train:latest", "id": OTHER, "digests": ["train@sha256:9"]},
        {"ref": "train:v2", "id": OTHER, "digests": ["train@sha256:9"]},
    )


def test_inputs_are_compared_by_their_places() -> None:
    train = RecordedInput(IMAGE, "/data", "/in/train")
    test = RecordedInput(IMAGE, "/data", "/in/test")
    one = record(inputs=(train, test))

    def names(*inputs: RecordedInput) -> list[str]:
        return [change.name for change in record_changes(one, record(inputs=inputs))]

    assert names(test, train) == []
    assert names(train) == ["input /in/test"]
    assert names(train, test, replace(test, destination="/in/more")) == ["input /in/more"]
    assert names(replace(train, source="/other"), test) == ["input /in/train"]
    assert names(train, replace(test, image=replace(IMAGE, reference="x"))) == ["input /in/test"]
    assert record_changes(one, record(inputs=(train,))) == (
        Change(
            "input /in/test",
            {"ref": "train:latest", "id": OTHER, "digests": ["train@sha256:9"], "src": "/data", "dest": "/in/test"},
            None,
        ),
    )


def test_values_are_compared_in_their_order() -> None:
    assert value_changes({"b": 1, "same": 0, "a": 2}, {"a": 3, "same": 0, "new": None, "c": 4}) == (
        Change("b", 1, None),
        Change("a", 2, 3),
        Change("c", None, 4),
    )


FILE = Entry(Kind.FILE, 0o644, 3, "abc")
ENTRIES = st.dictionaries(
    st.sampled_from(("", "a", "b/c", "d")), st.sampled_from((FILE, replace(FILE, mode=0o600), Entry(Kind.DIRECTORY)))
)


def test_files_are_added_removed_and_changed() -> None:
    other = replace(FILE, mode=0o600)
    changes = file_changes({"a": FILE, "z": FILE, "same": FILE}, {"b": FILE, "z": other, "same": FILE})

    assert changes == (FileChange("a", FILE, None), FileChange("b", None, FILE), FileChange("z", FILE, other))
    assert [change.word for change in changes] == ["removed", "added", "changed"]


@given(ENTRIES, ENTRIES)
def test_changes_lead_from_one_to_the_other(a: dict[str, Entry], b: dict[str, Entry]) -> None:
    made = dict(a)
    for change in file_changes(a, b):
        made.pop(change.path, None)
        if change.b is not None:
            made[change.path] = change.b

    assert made == b
    assert file_changes(a, a) == ()


def test_entry_for_programs() -> None:
    assert entry_facts(None) is None
    assert entry_facts(FILE) == {"kind": "file", "mode": "0644", "size": 3, "sha256": "abc"}
    assert entry_facts(Entry(Kind.LINK, content="x")) == {"kind": "link", "mode": "0000", "target": "x"}
    assert entry_facts(Entry(Kind.DIRECTORY, 0o755)) == {"kind": "directory", "mode": "0755"}
