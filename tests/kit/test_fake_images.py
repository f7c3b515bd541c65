"""Images of the fake: from a program, from paths, from a Dockerfile."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobber.domain.errors import BuildFailed, ImageNotFound
from jobber.domain.image import ImageConfiguration
from jobber.domain.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, Job


def test_program_sees_its_world_and_says_how_it_ends(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> None:
    seen: list[object] = []

    def program(job: Job) -> int:
        seen.extend((job.argv[1:], job.environment["A"], job.workdir, job.files.read("/data/x"), job.stdin))
        return 7

    jobber_engine.image("data", files={"/data/x": "X"})
    jobber_engine.image("train", run=program)
    ran = jobber_cli("run", "-i", "data", "-Xd", "-e A=b -w /work", "train", "--epochs", "3", stdin=b"in")

    assert (ran.exit_status, seen) == (7, [("--epochs", "3"), "b", "/work", b"X", b"in"])


def test_image_of_a_dockerfile_text(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("base", programs={"/bin/sh": lambda _job: 0})
    jobber_engine.image("code", dockerfile='FROM base\nLABEL a=b\nCMD ["/bin/sh"]\n')
    found = jobber_engine.images.inspect(parse_reference("code"))

    assert (found.labels, found.configuration.command) == ({"a": "b"}, ("/bin/sh",))


def test_image_of_a_directory(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("X")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    jobber_engine.image("digits", context=tmp_path)

    assert jobber_engine.read("digits", "/data/x") == b"X"


def test_program_stands_in_for_a_directory(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    jobber_engine.image("train", run=lambda _job: 0, context=tmp_path / "nowhere")

    assert jobber_engine.list("train") == ["/bin/program"]


def test_dockerfile_that_is_wrong_is_told(jobber_engine: FakeEngine) -> None:
    with pytest.raises(BuildFailed):
        jobber_engine.image("code", dockerfile="FROM nobody\n")


def test_image_on_top_of_another_has_its_files_labels_and_configuration(jobber_engine: FakeEngine) -> None:
    base = jobber_engine.image("base", files={"/a": "A"}, labels={"x": "1"}, run=lambda _job: 0)
    jobber_engine.image("top", files={"/b": "B"}, base=base)

    assert jobber_engine.list("top") == ["/a", "/b", "/bin/program"]
    assert jobber_engine.images.inspect(parse_reference("top")).labels == {"x": "1"}


def test_configuration_is_the_one_that_is_given(jobber_engine: FakeEngine) -> None:
    given = ImageConfiguration(command=("/bin/program", "x"), volumes=("/data",))
    jobber_engine.image("code", run=lambda _job: 0, configuration=given)

    assert jobber_engine.images.inspect(parse_reference("code")).configuration == given


def test_missing_images_and_files_are_errors(jobber_engine: FakeEngine) -> None:
    id_ = jobber_engine.image("data", files={"/data/x": "X"})

    with pytest.raises(ImageNotFound):
        jobber_engine.read("nobody", "/x")
    with pytest.raises(FileNotFoundError):
        jobber_engine.read(id_, "/x")
    with pytest.raises(IsADirectoryError):
        jobber_engine.read(id_, "/data")
