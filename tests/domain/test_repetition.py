"""The identity of runs, and facts about a run that a record lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_labels import ENDING, PLAN

from jobber.domain.docker_options import parse_options
from jobber.domain.history.same_run import (
    added_variables,
    is_same_image,
    is_same_object,
    is_same_run,
    keeps_configuration,
    missing_variables,
    unrecorded,
)
from jobber.domain.images.image import Image, ImageConfiguration
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.record import RecordedImage
from jobber.domain.runs.result import RunRecord, parse_record

_A, _B = ImageId("sha256:" + "a" * 64), ImageId("sha256:" + "b" * 64)
_DIGEST = "@sha256:" + "d" * 64
CODE = ImageConfiguration(command=("train",), environment=("A=1",))


def _record() -> RunRecord:
    record = parse_record(result_labels(PLAN, ENDING, code=Image(PLAN.image.id), version="1"))
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("first", "second", "same_object", "same_image"),
    [
        (RecordedImage("a", _A), RecordedImage("b", _A), True, True),
        (RecordedImage("a", _A), RecordedImage("a", _B), False, False),
        (RecordedImage("a", _A, (f"r.test/a{_DIGEST}",)), RecordedImage("a", _B, (f"b{_DIGEST}", "c@x")), True, True),
        (RecordedImage("a", _A, chain="sha256:c"), RecordedImage("a", _B, chain="sha256:c"), False, True),
        (RecordedImage("a", _A, chain="sha256:c"), RecordedImage("a", _B, chain="sha256:d"), False, False),
        (RecordedImage("a", _A, chain=""), RecordedImage("a", _B, chain=""), False, False),
    ],
)
def test_images_are_the_same_by_id_by_digest_or_by_layers(
    first: RecordedImage, second: RecordedImage, *, same_object: bool, same_image: bool
) -> None:
    assert is_same_object(first, second) is same_object
    assert is_same_image(first, second) is same_image


def test_run_with_the_same_plan_is_the_same() -> None:
    assert is_same_run(replace(PLAN, id="other", configs=("x",), timeout=5.0), _record())


def test_order_of_inputs_does_not_matter() -> None:
    assert is_same_run(replace(PLAN, inputs=PLAN.inputs[::-1]), _record())


@pytest.mark.parametrize(
    "changed",
    [
        {"image": RecordedImage("mnist:latest", ImageId("sha256:" + "f" * 64))},
        {"command": None},
        {"command": ("other",)},
        {"docker_args": ("-e", "B=1")},
        {"runtime": "runc"},
        {"out": None},
        {"inputs": PLAN.inputs[:1]},
        {"inputs": (replace(PLAN.inputs[0], source="/other"), *PLAN.inputs[1:])},
        {"inputs": (replace(PLAN.inputs[0], destination="/other"), *PLAN.inputs[1:])},
        {"inputs": (replace(PLAN.inputs[0], image=RecordedImage("x", _A)), *PLAN.inputs[1:])},
    ],
    ids=str,
)
def test_run_that_differs_in_one_thing_is_another(changed: dict[str, Any]) -> None:
    assert not is_same_run(replace(PLAN, **changed), _record())


def _image(*layers: str, configuration: ImageConfiguration = CODE) -> Image:
    return Image(_A, layers=layers, configuration=configuration)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"environment": ("A=1", "container=podman", "TERM=xterm", "B=")}, True),
        ({"environment": ("A=1", "C=3")}, False),
        ({"environment": ()}, False),
        ({"environment": ("A=2",)}, False),
        ({"command": ("other",)}, False),
        ({"entrypoint": ("sh",)}, False),
        ({"workdir": "/"}, True),  # which Podman says of every image that it commits
        ({"workdir": "/x"}, False),
        ({"user": "me"}, False),
    ],
    ids=str,
)
def test_result_has_the_configuration_of_its_code(changed: dict[str, Any], *, expected: bool) -> None:
    result = _image(configuration=replace(CODE, **changed))

    assert keeps_configuration(result, code=_image(), added=("B",)) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-e", "A=1", "--shm-size", "1g", "--tmpfs", "/t", "-v", "/own", "--network", "none"), ()),
        (("-e", "A=***"), ()),
        (("-e", "A"), ("A comes from the caller's environment",)),
        (("-e", "A_KEY=***"), ("the value of A_KEY is not recorded",)),
        (("--env-file", "f"), ("--env-file f is a file that may have changed",)),
        (("--label-file", "f"), ("--label-file f is a file that may have changed",)),
        (("-v", "/a:/b"), ("the content mounted at /b may have changed",)),
        (("--mount", "type=volume,src=vol,dst=/b"), ("the content mounted at /b may have changed",)),
        (("--volumes-from", "c:ro"), ("the mounts of container c may have changed",)),
        (("--security-opt", "no-new-privileges"), ()),
        (("--security-opt", "seccomp=f"), ("the seccomp profile f may have changed",)),
        (("--network", "container:c"), ("it shares resources of container:c",)),
        (("--ipc", "container:c"), ("it shares resources of container:c",)),
        (("--pid", "container:c"), ("it shares resources of container:c",)),
        (("--link", "c:d"), ("it is linked to container c",)),
        (
            ("-e", "A", "-v", "/a:/b"),
            ("A comes from the caller's environment", "the content mounted at /b may have changed"),
        ),
    ],
    ids=str,
)
def test_what_no_record_holds_is_told(words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    options = parse_options(words, environment={"A": "1"}, directory="/", read_file=lambda _: b"{}")

    assert unrecorded(words, options) == expected


def test_variables_that_words_add_are_named() -> None:
    words = ("-e", "A=1=2", "--shm-size", "1g", "--env=B", "-l", "C=1")

    assert added_variables(words) == ("A", "B")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-e", "A=1", "-l", "B"), []),
        (("-e", "SET", "-e", "SET_KEY=***"), []),
        (("-e", "A"), ["A, which was taken from the environment, is not set"]),
        (("-e", "A_KEY=***"), ["the value of A_KEY is not recorded, and A_KEY is not set"]),
        (("-e", "A=***"), []),
    ],
)
def test_variables_that_the_environment_lacks_are_told(words: tuple[str, ...], expected: list[str]) -> None:
    assert [*missing_variables(words, environment={"SET": "", "SET_KEY": "x"})] == expected


def test_result_whose_entry_point_or_user_is_another_one_is_another_ones() -> None:
    code = _image(configuration=ImageConfiguration(entrypoint=("a",), user="me", workdir="/w"))

    assert keeps_configuration(code, code=code, added=())
    for changed in ({"entrypoint": ("b",)}, {"user": None}, {"workdir": None}):
        other = _image(configuration=replace(code.configuration, **changed))
        assert not keeps_configuration(other, code=code, added=())
