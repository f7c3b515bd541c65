"""Names that are not there: the nearest that is, wherever a name is asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineLost, ImageNotFound, JobberError, PullRefused, PushedImageMissing, RunNotFound
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.use_cases.images.push import push_all
from jobber.domain.use_cases.images.suggest import is_missing_in_registry, suggestion
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.unfinished_runs import find_run
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, fake_runner

HOST = "registry.test"


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    made.image("train", run=lambda _: 0)
    made.image("points", files={"/data/x": "x"})
    made.image(f"{HOST}/mnist:v1", files={"/data/x": "y"})
    return made


def _run(engine: FakeEngine, image: str, **settings: object) -> None:
    fake_runner(engine).run(RunRequest(image, ContainerOptions(), **settings))  # type: ignore[arg-type]


def _find(engine: FakeEngine, name: str) -> None:
    ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None).find(name)


def _push(engine: FakeEngine, *names: str) -> None:
    push_all(
        map(parse_reference, names),
        registry=engine.registry,
        keyring=FakeKeyring(),
        interruptions=engine.interruptions,
        progress=FakeProgress(),
        images=engine.images,
    )


@pytest.mark.parametrize(
    ("kind", "call", "hint"),
    [
        (ImageNotFound, lambda engine: _run(engine, "trian"), "did you mean train?"),
        (ImageNotFound, lambda engine: _run(engine, "train", inputs=(parse_input("pionts"),)), "did you mean points?"),
        (
            ImageNotFound,
            lambda engine: _run(engine, f"{HOST}/minst:v1", pull=PullPolicy.NEVER),
            f"did you mean {HOST}/mnist:v1?",
        ),
        (ImageNotFound, lambda engine: _find(engine, "trian"), "did you mean train?"),
        (ImageNotFound, lambda engine: _find(engine, f"{HOST}/minst:v1"), f"did you mean {HOST}/mnist:v1?"),
        (PushedImageMissing, lambda engine: _push(engine, f"{HOST}/minst:v1"), f"did you mean {HOST}/mnist:v1?"),
    ],
)
def test_name_that_is_not_there_gets_the_nearest(
    engine: FakeEngine, kind: type[JobberError], call: Callable[[FakeEngine], None], hint: str
) -> None:
    with pytest.raises(kind) as caught:
        call(engine)

    assert caught.value.hint == hint


def test_pull_of_what_no_registry_has_gets_the_nearest_beside_what_else_helps(engine: FakeEngine) -> None:
    with pytest.raises(PullRefused) as caught:
        _run(engine, f"{HOST}/minst:v1")

    assert (caught.value.hint or "").startswith(f"did you mean {HOST}/mnist:v1? --pull missing ")


def test_pull_that_is_refused_for_another_reason_does_not(engine: FakeEngine) -> None:
    engine.remote.disconnect(HOST)
    with pytest.raises(PullRefused) as caught:
        _run(engine, f"{HOST}/minst:v1")

    assert "did you mean" not in (caught.value.hint or "")


def test_pull_of_what_is_like_nothing_does_not(engine: FakeEngine) -> None:
    with pytest.raises(PullRefused) as caught:
        _run(engine, f"{HOST}/something:v1")

    assert (caught.value.hint or "").startswith("--pull missing ")


def test_what_can_t_be_pushed_is_not_proposed(engine: FakeEngine) -> None:
    with pytest.raises(PushedImageMissing) as caught:
        _push(engine, "me/train")

    assert (caught.value.hint or "").startswith("build it first")


@pytest.mark.parametrize("error", [EngineLost("list images", why="no response in time")])
def test_list_that_takes_too_long_keeps_nobody_waiting(engine: FakeEngine, error: JobberError) -> None:
    engine.faults.fail("list-images", error)
    with pytest.raises(ImageNotFound) as caught:
        _run(engine, "trian")

    assert "jobber build -t trian" in (caught.value.hint or "")


@pytest.mark.parametrize("text", [None, f"points@sha256:{'0' * 64}"])
def test_nothing_is_like_a_digest_or_what_is_no_reference(engine: FakeEngine, text: str | None) -> None:
    reference = None if text is None else parse_reference(text)

    assert suggestion(reference, images=engine.images) is None
    assert "list-images" not in engine.journal


def test_run_gets_the_nearest_name_of_a_container(engine: FakeEngine) -> None:
    request = RunRequest("train", ContainerOptions(name="nightly"), detach=True)
    fake_runner(engine).detach(request)
    with pytest.raises(RunNotFound) as caught:
        find_run(engine, "nihgtly")

    assert caught.value.hint == "did you mean nightly?"


@pytest.mark.parametrize(
    ("why", "is_missing"),
    [
        ("manifest unknown", True),
        ("manifest for host/x:1 not found: manifest unknown: manifest unknown", True),
        ("initializing source docker://host/x:1: reading manifest 1 in host/x: manifest unknown", True),
        ("pull access denied for x, repository does not exist or may require 'docker login'", True),
        ('failed to resolve reference "host/x:1": host/x:1: not found', True),
        ("dial tcp: lookup host: no such host", False),
        ("connection refused", False),
        ("unauthorized: authentication required", False),
    ],
)
def test_registry_that_has_no_such_image_is_told_from_one_that_refuses(why: str, *, is_missing: bool) -> None:
    assert is_missing_in_registry(why) is is_missing
