"""The ledger: which results are meant, and in which order they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from records import END, RECORD, result

from jobber.domain.errors import SortKeyUnknown
from jobber.domain.history.facts import entry_of
from jobber.domain.history.result_filter import ImageChoice, Selection, selected, sorted_by
from jobber.domain.images.id_prefix import is_prefix_of_id, is_prefix_of_run
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.parameters import ParameterChoice
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RecordedImage, RecordedInput

ID = ImageId("sha256:" + "ab" * 32)
IMAGE = RecordedImage("gcr.io/me/train:2", ID, ("gcr.io/me/train@sha256:" + "cd" * 32,), chain="sha256:c")


def choice(text: str, *, id_: str | None = None, chain: str = "") -> ImageChoice:
    return ImageChoice(text, parse_reference(text), ImageId(id_) if id_ else None, chain)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (choice("gcr.io/me/train"), True),
        (choice("gcr.io/me/train:2"), True),
        (choice("gcr.io/me/train:3"), False),
        (choice("gcr.io/me/other"), False),
        (choice("train"), False),
        (choice("other", id_=ID), True),
        (choice("other", id_="sha256:" + "0" * 64), False),
        (choice("other", chain="sha256:c"), True),
        (choice("other", chain="sha256:d"), False),
        (choice("abab"), True),
        (choice("abac"), False),
        (ImageChoice("sha256:abab"), True),
        (ImageChoice("sha256:abac"), False),
        (choice("gcr.io/me/train@sha256:" + "cd" * 32), True),
        (choice("gcr.io/me/train@sha256:" + "ce" * 32), False),
    ],
)
def test_image_that_is_looked_for(wanted: ImageChoice, *, fits: bool) -> None:
    assert wanted.fits(IMAGE) is fits


def test_image_that_ran_by_id_is_found_by_no_tag() -> None:
    assert not choice("train").fits(RecordedImage(ID, ID))
    assert not choice("train").fits(RecordedImage("NOT A REFERENCE", ID))


def test_tag_latest_may_be_said_or_not() -> None:
    assert choice("train:latest").fits(RecordedImage("train", ID))


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("", True),
        ("train", True),
        ("train:latest-run", True),
        ("train:other", False),
        ("other", False),
        ("00000000", True),
        ("0000002a", True),
        ("0000002b", False),
        ("0000002a-0000-", True),
        ("sha256:00000000", True),
        ("sha256:0000002a", False),
    ],
)
def test_name_of_a_result(name: str, *, fits: bool) -> None:
    try:
        reference = parse_reference(name)
    except Exception:
        reference = None
    one = result(42, tags=("train:20260101_000000", "train:latest-run"))

    assert Selection(name=name, reference=reference).fits(one) is fits


def test_name_that_can_only_be_an_id_is_no_tag() -> None:
    assert not Selection(name="sha256:ffff", reference=None).fits(result(1, tags=("train:1",)))


@pytest.mark.parametrize(("name", "fits"), [("train", True), ("train:1", False), ("other", False)])
def test_result_without_tags_is_named_like_the_image_that_ran(name: str, *, fits: bool) -> None:
    one = result(1, image=RecordedImage("train:1", ID))

    assert Selection(name=name, reference=parse_reference(name)).fits(one) is fits


def test_everything_that_is_said_must_fit() -> None:
    data = RecordedInput(RecordedImage("digits:latest", ID), "/data", "/data")
    words = RecordedInput(RecordedImage("words:latest", ID), "/data", "/words")
    one = result(1, image=IMAGE, inputs=(data, words), command=("--lr", "0.1"), outcome=Outcome.FAILED, exit_status=3)

    def fits(**said: object) -> bool:
        return Selection(**said).fits(one)  # type: ignore[arg-type]

    assert fits()
    assert fits(outcomes=frozenset({Outcome.FAILED, Outcome.TIMED_OUT}))
    assert not fits(outcomes=frozenset({Outcome.SUCCEEDED}))
    assert fits(since=END)
    assert not fits(since=END + timedelta(seconds=1))
    assert fits(images=(choice("gcr.io/me/train"),))
    assert not fits(images=(choice("gcr.io/me/train"), choice("digits")))
    assert fits(inputs=(choice("digits"), choice("words")))
    assert not fits(inputs=(choice("digits"), choice("nothing")))
    assert fits(parameters=(ParameterChoice("lr", "0.1"),))
    assert not fits(parameters=(ParameterChoice("lr", "0.1"), ParameterChoice("epochs")))
    assert selected([one], Selection(since=END)) == (one,)


def test_results_are_sorted_largest_first_and_those_without_a_value_come_last() -> None:
    low = result(1, metrics='{"accuracy":0.5}', size=3, seconds_later=1)
    none = result(2, size=1, command=("--lr", "10"), exit_status=9)
    high = result(3, metrics='{"accuracy":0.9}', size=2, seconds_later=2, command=("--lr", "9"))
    results = (low, none, high)

    assert sorted_by(results, "accuracy") == (high, low, none)
    assert sorted_by(results, "accuracy", reverse=True) == (low, high, none)
    assert sorted_by(results, "lr") == (none, high, low)
    assert sorted_by(results, "time") == (high, low, none)
    assert sorted_by(results, "duration", reverse=True) == (none, low, high)
    assert sorted_by(results, "size") == (low, high, none)
    assert sorted_by(results, "exit-status") == (none, low, high)


def test_metric_of_nothing_is_zero_like_any_other_number() -> None:
    zero, below = result(1, metrics='{"loss":0}'), result(2, metrics='{"loss":-1}')

    assert sorted_by((below, zero), "loss") == (zero, below)


def test_key_that_no_result_has_is_told_with_those_that_there_are() -> None:
    one = result(1, metrics='{"loss":1}', command=("--lr", "1"), docker_args=())
    with pytest.raises(SortKeyUnknown) as told:
        sorted_by((one,), "acuracy")

    assert told.value.known == ("time", "duration", "size", "exit-status", "loss", "lr")
    assert str(told.value) == "no result has a number 'acuracy' to sort by"
    assert sorted_by((), "acuracy") == ()


def test_of_many_keys_some_are_told() -> None:
    error = SortKeyUnknown("x", known=[f"m{number}" for number in range(21)])

    assert (error.hint or "").endswith("m19, …")


def test_beginnings() -> None:
    assert is_prefix_of_id("sha256:abab", ID)
    assert is_prefix_of_id("abab", ID)
    assert not is_prefix_of_id("sha256:aba", ID)
    assert not is_prefix_of_id("aba", ID)
    assert not is_prefix_of_id("abac", ID)
    assert is_prefix_of_run("0000002a", "0000002a-1")
    assert not is_prefix_of_run("000", "0000002a-1")
    assert not is_prefix_of_run("0000002b", "0000002a-1")


def test_entry_has_all_that_is_known() -> None:
    one = result(1, tags=("train:1",), size=7, metrics='{"loss":1}', command=("--lr", "1"))
    entry = entry_of(one)

    assert list(entry) == [
        "id",
        "tags",
        "digests",
        "size",
        "run",
        "image",
        "inputs",
        "command",
        "docker-args",
        "runtime",
        "out",
        "configs",
        "started",
        "finished",
        "seconds",
        "outcome",
        "exit-code",
        "out-of-memory",
        "engine",
        "parameters",
        "metrics",
    ]
    assert (entry["id"], entry["tags"], entry["size"], entry["metrics"]) == (one.image.id, ["train:1"], 7, {"loss": 1})
    assert entry["image"] == {"ref": RECORD.image.reference, "id": RECORD.image.id, "digests": [*RECORD.image.digests]}
    assert [(item["src"], item["dest"]) for item in entry["inputs"]] == [
        (item.source, item.destination) for item in RECORD.inputs
    ]
    assert (entry["command"], entry["parameters"]["lr"]) == (["--lr", "1"], "1")
    assert (entry["finished"], entry["seconds"]) == (END.isoformat().replace("+00:00", "Z"), 86400)
    assert entry["engine"] == {"name": "docker", "version": "28.5"}
    assert entry_of(replace(one, record=replace(one.record, command=None)))["command"] is None
