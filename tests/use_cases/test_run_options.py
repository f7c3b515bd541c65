"""Options of a run against what else there is: inputs, other containers, what the engine has."""

from __future__ import annotations

import pytest

from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.docker_options import parse_options
from jobber.domain.errors import ContainerNotFound, InvalidInput, JobberError, OptionUnsupported, UsageError
from jobber.domain.runs.input import parse_input
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, Job, fake_runner


def _quiet(_job: Job) -> int:
    return 0


def _engine(flavour: str = "docker") -> FakeEngine:
    made = FakeEngine(flavour=flavour, version="20.10" if flavour == "docker" else "4.3")  # type: ignore[arg-type]
    made.image("quiet", run=_quiet)
    made.image("data", files={"/data/x": b"1"})
    return made


def _options(*words: str) -> ContainerOptions:
    return parse_options(words, environment={}, directory="/")


def _lend(engine: FakeEngine, place: str) -> None:
    image = next(iter(engine.store.images))
    options = ContainerOptions(name="lender", mounts=(Mount("volume", place),))
    engine.containers.create(ContainerSpecification(image, options, command=("/bin/program",)))


@pytest.mark.parametrize(
    "words",
    [("-v", "/a:/data"), ("-v", "/data/"), ("--tmpfs", "/data"), ("--mount", "type=tmpfs,dst=/data")],
)
def test_a_mount_of_any_kind_takes_the_place_of_an_input(words: tuple[str, ...]) -> None:
    request = RunRequest("quiet", _options(*words), inputs=(parse_input("data"),))

    with pytest.raises(InvalidInput, match="used by a mount"):
        fake_runner(_engine()).run(request)


def test_a_mount_of_another_container_takes_the_place_of_an_input() -> None:
    engine = _engine()
    _lend(engine, "/data")
    request = RunRequest("quiet", _options("--volumes-from", "lender:ro"), inputs=(parse_input("data"),))

    with pytest.raises(InvalidInput, match="used by a mount"):
        fake_runner(engine).run(request)


def test_an_out_directory_in_a_mount_of_another_container_is_an_error() -> None:
    engine = _engine()
    _lend(engine, "/model")
    request = RunRequest("quiet", _options("--volumes-from", "lender"), out="/model/x")

    with pytest.raises(UsageError, match="/model"):
        fake_runner(engine).run(request)


@pytest.mark.parametrize(
    ("flavour", "words", "error"),
    [
        ("podman", ("--domainname", "x"), OptionUnsupported),
        ("docker", ("--volumes-from", "nobody"), ContainerNotFound),
        ("docker", ("--platform", "linux/arm64"), UsageError),
        ("docker", ("--runtime", "runc"), UsageError),
    ],
)
def test_what_can_not_be_had_is_an_error_before_anything_is_made(
    flavour: str, words: tuple[str, ...], error: type[JobberError]
) -> None:
    engine = _engine(flavour)
    runtime = "nvidia" if "--runtime" in words else None
    request = RunRequest("quiet", _options(*words), inputs=(parse_input("data"),), runtime=runtime)

    with pytest.raises(error):
        fake_runner(engine).run(request)
    assert not engine.store.containers
    assert not engine.store.volumes


def test_the_runtime_of_the_options_is_recorded_as_the_runs() -> None:
    prepared = fake_runner(_engine()).prepare(RunRequest("quiet", _options("--runtime", "crun")))

    assert prepared.plan.runtime == "crun"
