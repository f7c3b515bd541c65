"""Images of the fake: from a program, from paths, from a Dockerfile."""

from __future__ import annotations

from pathlib import Path

import pytest

import jobber
from jobber.domain.errors import BuildFailed, ImageNotFound
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, ImageConfiguration, Job, Program


def test_program_reads_its_container_and_sets_the_exit_status(
    jobber_engine: FakeEngine, jobber_cli: FakeCommandLine
) -> None:
    seen: list[object] = []

    def program(job: Job) -> int:
        seen.extend((job.argv[1:], job.environment["A"], job.workdir, job.files.read("/data/x"), job.stdin))
        return 7

    jobber_engine.image("data", files={"/data/x": "X"})
    jobber_engine.image("train", run=program)
    ran = jobber_cli("run", "-i", "data", "-Xd", "-e A=b -w /work", "train", "--epochs", "3", stdin=b"in")

    assert (ran.exit_status, seen) == (7, [("--epochs", "3"), "b", "/work", b"X", b"in"])


def test_image_from_the_text_of_a_dockerfile(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("base", programs={"/bin/sh": lambda _job: 0})
    jobber_engine.image("code", dockerfile='FROM base\nLABEL a=b\nCMD ["/bin/sh"]\n')
    found = jobber_engine.images.inspect(parse_reference("code"))

    assert (found.labels, found.configuration.command) == ({"a": "b"}, ("/bin/sh",))


def test_instruction_without_effect_on_a_program_is_skipped(jobber_engine: FakeEngine) -> None:
    text = 'FROM nowhere\nMAINTAINER me\nHEALTHCHECK CMD x\nSHELL ["x"]\nRUN y\n'
    jobber_engine.image("train", run=lambda _job: 0, dockerfile=text)
    found = jobber_engine.images.inspect(parse_reference("train")).configuration

    assert (found.health_check is None, found.shell) == (False, ("x",))


def test_image_from_a_directory(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("X")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    jobber_engine.image("digits", context=tmp_path)

    assert jobber_engine.read("digits", "/data/x") == b"X"


def test_program_replaces_the_program_of_a_directory(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "train").write_text("#!/bin/sh\n")
    (tmp_path / "Dockerfile").write_text(
        'FROM nobody/compiler:1 AS made\nSHELL ["/bin/bash", "-c"]\nRUN make\n'
        "FROM python:3.13\nRUN pip install torch\nCOPY --from=made /opt/tool /bin/\n"
        "COPY --from=nobody/else /a /b\nCOPY --from=made --chown=5 /opt/*.so /lib/\nADD https://example.org/x /x\n"
        'COPY train /bin/train\nENV SEED=7\nWORKDIR /model\nUSER 5\nVOLUME /store\nLABEL a=b c=d\nCMD ["2"]\n'
        'ENTRYPOINT ["/bin/train"]\nCMD ["2"]\n'
    )
    seen: list[object] = []

    def train(job: Job) -> None:
        seen.append((job.argv, job.environment["SEED"], job.workdir, job.user))

    made = jobber_engine.image("train", run=train, context=tmp_path, files={"/etc/x": "X"}, labels={"c": "e"})
    jobber.run("train", quiet=True)
    jobber.run("train", command=["3"], quiet=True)

    assert seen == [(("/bin/train", word), "7", "/model", "5") for word in "23"]
    assert jobber_engine.list("train") == ["/bin/train", "/etc/x"]
    assert jobber_engine.images.inspect(made).labels == {"a": "b", "c": "e"}
    assert jobber_engine.images.inspect(made).configuration.volumes == ("/store",)
    assert "build" not in jobber_engine.journal


def test_program_runs_for_any_command_and_in_results(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.13\n")
    seen: list[tuple[str, ...]] = []
    jobber_engine.image("train", run=lambda job: seen.append(job.argv), context=tmp_path)
    jobber_engine.image("derived", dockerfile="FROM train AS x\nFROM x\nLABEL a=b\n")
    jobber_engine.image("alone", run=lambda job: seen.append(job.argv))
    for image, command in (
        ("train", None),
        ("train", ["python", "train.py"]),
        ("train:latest-run", ["again"]),
        ("derived", ["x"]),
    ):
        jobber.run(image, command=command, quiet=True)
    jobber.run("alone", command=["x"], xdocker="--entrypoint /bin/sh", quiet=True)

    assert seen == [("/bin/program",), ("python", "train.py"), ("again",), ("x",), ("/bin/sh", "x")]


def test_programs_by_path_are_on_top_of_a_directory(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM nobody\nRUN ["make"]\nCMD ["/bin/train"]\n')
    jobber_engine.image("train", programs={"/bin/train": lambda job: job.say("trained")}, context=tmp_path)

    assert jobber.run("train", quiet=True).log == "trained"
    with pytest.raises(jobber.JobNotStarted):
        jobber.run("train", command=["/bin/other"], quiet=True)


def test_files_are_added_on_top_of_a_build(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /data\n")
    made = jobber_engine.image("digits", context=tmp_path, files={"/data/x": "X"}, labels={"a": "b"})

    assert jobber_engine.list(made) == ["/data/Dockerfile", "/data/x"]
    assert jobber_engine.images.inspect(made).labels == {"a": "b"}


def test_two_programs_of_one_directory_are_two_images(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCMD x\n")
    for word in "ab":
        jobber_engine.image(word, run=lambda job, word=word: job.say(word), context=tmp_path)  # type: ignore[misc]

    assert [jobber.run(word, quiet=True).log for word in "ab"] == ["a", "b"]


@pytest.mark.parametrize(
    ("context", "dockerfile", "why"),
    [
        ("nowhere", None, "there is no directory"),
        ("nowhere", "FROM scratch\n", "there is no directory"),
        (".", None, "there is no file .*Dockerfile"),
        (".", "FROM scratch\nCOPY nothing /\n", "nothing: no such file"),
        (".", "FROM scratch\nFOO\n", "unknown instruction: FOO"),
    ],
)
def test_directory_that_cannot_be_built_raises_an_error(
    context: str, dockerfile: str | None, why: str, jobber_engine: FakeEngine, tmp_path: Path
) -> None:
    programs: list[Program | None] = [None, lambda _job: 0]
    for program in programs:
        with pytest.raises(BuildFailed, match=why):
            jobber_engine.image("train", run=program, context=tmp_path / context, dockerfile=dockerfile)


def test_invalid_dockerfile_raises_an_error(jobber_engine: FakeEngine) -> None:
    with pytest.raises(BuildFailed):
        jobber_engine.image("code", dockerfile="FROM nobody\n")


def test_image_on_top_of_another_has_its_files_labels_and_configuration(jobber_engine: FakeEngine) -> None:
    base = jobber_engine.image("base", files={"/a": "A"}, labels={"x": "1"}, run=lambda _job: 0)
    jobber_engine.image("top", files={"/b": "B"}, base=base)

    assert jobber_engine.list("top") == ["/a", "/b", "/bin/program"]
    assert jobber_engine.images.inspect(parse_reference("top")).labels == {"x": "1"}


def test_image_has_the_given_configuration(jobber_engine: FakeEngine) -> None:
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
