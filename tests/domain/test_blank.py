"""Blank variables that runs have left in images."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_labels import ENDING, PLAN

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.history.blank_variables import blank_variables, unset_variables
from jobber.domain.images.image import Image, ImageConfiguration
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.snapshot import Snapshot

_ID = ImageId(f"sha256:{'a' * 64}")


def _image(*variables: str, **labels: str) -> Image:
    return Image(_ID, labels=labels, configuration=ImageConfiguration(environment=variables))


def _older(*words: str, variables: tuple[str, ...]) -> Image:
    """A result of a version that did not name blank variables."""
    labels = result_labels(replace(PLAN, docker_args=words), ENDING, code=Image(_ID), version="0.9")
    del labels["jobber.blank-variables"]
    return _image(*variables, **labels)


@pytest.mark.parametrize(
    ("named", "expected"), [("", ()), ("A", ("A",)), ("B,A", ("A", "B")), ("A,GONE", ("A",)), ("C", ())]
)
def test_label_names_those_that_runs_left(named: str, expected: tuple[str, ...]) -> None:
    image = _image("PATH=/bin", "A=", "B=", "C=1", **{"jobber.blank-variables": named})

    assert blank_variables(image) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-e", "A=1", "--env=C=3"), ("A",)),
        (("-e", "B"), ("B",)),
        (("--cpus", "1"), ()),
        (("--of-a-later-version", "A"), ()),
        (("A",), ()),
    ],
)
def test_record_of_an_older_result_tells_what_its_run_added(words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert blank_variables(_older(*words, variables=("A=", "B=", "C=3"))) == expected


def test_image_of_no_run_has_none() -> None:
    assert blank_variables(_image("A=")) == ()


def test_options_give_a_blank_variable_a_value() -> None:
    image = _image("A=", "B=", **{"jobber.blank-variables": "A,B"})

    assert unset_variables(image, options=ContainerOptions(environment=(("A", "1"),))) == ("B",)


def test_what_is_left_blank_is_named_beside_what_was() -> None:
    snapshot = Snapshot(
        ImageConfiguration(environment=("A=", "OLD=")), {"x": "y", "jobber.blank-variables": "OLD"}, ("A", "NEW")
    )

    assert snapshot.new_variables == ("NEW",)
    assert snapshot.leaving_blank(snapshot.new_variables).labels == {"x": "y", "jobber.blank-variables": "OLD,NEW"}
