"""Builds: names, tags, labels, pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import EngineFailed, Interrupted, PushRefused, TagTaken
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import ImageReference, parse_reference
from jobber.domain.use_cases.images.build import BuildImage, BuildResult
from jobber.testing import FakeEngine, FakeInterruptions, FakeKeyring, FakeProgress, FakeSourceTree

if TYPE_CHECKING:
    from pathlib import Path


def _build(
    engine: FakeEngine,
    folder: Path,
    *names: str,
    tree: FakeSourceTree | None = None,
    progress: FakeProgress | None = None,
) -> BuildResult:
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /data/\n")
    use_case = BuildImage(
        engine=engine,
        clock=engine.clock,
        interruptions=FakeInterruptions(),
        keyring=FakeKeyring(),
        tree=tree or FakeSourceTree(),
        progress=progress or FakeProgress(),
        version="1.2.3",
    )
    request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile")
    return use_case.build(request, names=tuple(parse_reference(name) for name in names))


def _texts(tags: tuple[ImageReference, ...]) -> list[str]:
    return [str(tag) for tag in tags]


def test_each_name_is_judged_by_itself_and_the_second_is_one(tmp_path: Path) -> None:
    result = _build(FakeEngine(), tmp_path, "a", "b:1", "c")

    assert _texts(result.tags) == ["a:latest", "a:20260101_000000", "b:1", "c:latest", "c:20260101_000000"]


def test_second_build_of_a_second_takes_the_next(tmp_path: Path) -> None:
    engine = FakeEngine()
    first = _build(engine, tmp_path, "a")
    second = _build(engine, tmp_path, "a")

    assert _texts(second.tags) == ["a:latest", "a:20260101_000001"]
    assert engine.images.inspect(parse_reference("a:20260101_000000")).id == first.image


def test_labels_name_the_tags_and_the_revision(tmp_path: Path) -> None:
    engine = FakeEngine()
    tree = FakeSourceTree(revision="abc-dirty", origin="https://git.test/x.git")
    labels = engine.images.inspect(_build(engine, tmp_path, "a:1", tree=tree).image).labels

    assert labels == {
        "jobber.version": "1.2.3",
        "jobber.build-tags": "a:1",
        "org.opencontainers.image.revision": "abc-dirty",
        "org.opencontainers.image.source": "https://git.test/x.git",
    }


def test_a_revision_that_can_not_be_told_is_a_warning(tmp_path: Path) -> None:
    progress = FakeProgress()
    _build(FakeEngine(), tmp_path, "a:1", tree=FakeSourceTree(trouble="git: no"), progress=progress)

    assert progress.warnings == [("revision-unknown", {"why": "git: no"})]


def test_remote_tags_are_pushed_and_local_ones_are_not(tmp_path: Path) -> None:
    engine = FakeEngine()
    _build(engine, tmp_path, "registry.test/a:1", "a:1")

    assert engine.remote.tags("registry.test/a") == ("1",)
    assert engine.journal.count("push") == 1


def test_refused_push_is_an_error_and_the_tags_are_there(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.remote.refuse_pushes("registry.test/a", why="denied")
    with pytest.raises(PushRefused):
        _build(engine, tmp_path, "registry.test/a:1")

    assert engine.images.inspect(parse_reference("registry.test/a:1")).references == ("registry.test/a:1",)


def _use_case(engine: FakeEngine, progress: FakeProgress) -> BuildImage:
    return BuildImage(
        engine=engine,
        clock=engine.clock,
        interruptions=engine.interruptions,
        keyring=FakeKeyring(),
        tree=FakeSourceTree(),
        progress=progress,
        version="1.2.3",
    )


def _request(folder: Path) -> BuildRequest:
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /data/\n")
    return BuildRequest(context=folder, dockerfile=folder / "Dockerfile")


def test_build_is_told_with_its_tags_and_id(tmp_path: Path) -> None:
    progress = FakeProgress()
    result = _use_case(FakeEngine(), progress).build(_request(tmp_path), names=(parse_reference("a"),))

    assert progress.notes == [("built", {"tags": "a:latest, a:20260101_000000", "id": result.image})]


def test_tag_that_another_build_took_meanwhile_gives_way_to_the_next_second(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.fail("claim", TagTaken("a:20260101_000000"), times=2)
    result = _use_case(engine, FakeProgress()).build(_request(tmp_path), names=(parse_reference("a"),))
    labels = engine.images.inspect(result.image).labels

    assert _texts(result.tags) == ["a:latest", "a:20260101_000002"]
    assert labels["jobber.build-tags"] == "a:latest,a:20260101_000002"


def test_minute_of_taken_tags_is_an_error(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.fail("claim", TagTaken("x"), times=1000)
    with pytest.raises(EngineFailed) as raised:
        _use_case(engine, FakeProgress()).build(_request(tmp_path), names=(parse_reference("a"),))

    assert (raised.value.call, raised.value.why) == ("tag the image", "the tags of 60 seconds are in use")


def test_build_can_be_given_up(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.faults.signal("SIGINT", at="build")

    with pytest.raises(Interrupted):
        _use_case(engine, FakeProgress()).build(_request(tmp_path), names=(parse_reference("a"),))


def test_remote_tags_stay_here_where_no_push_is_wanted(tmp_path: Path) -> None:
    engine = FakeEngine()
    names = (parse_reference(f"{engine.remote.host}/mnist"),)
    result = _use_case(engine, FakeProgress()).build(_request(tmp_path), names=names, push=False)

    assert len(result.tags) == 2
    assert "push" not in engine.journal
