"""Builds by context key: what need not be built is taken, from the engine or from a registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jobber.domain.errors import BuildFailed, PullRefused
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.dockerfile import base_references
from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.runs.built import image_with_key
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.images.build import BuildImage, BuildResult
from jobber.domain.use_cases.images.find_built import FindBuiltImage
from jobber.testing import (
    FakeEngine,
    FakeInterruptions,
    FakeKeyring,
    FakeProgress,
    FakeRegistry,
    FakeRemoteImages,
    FakeSourceTree,
)

FILES = "FROM {base}\nARG A=1\nCOPY data /data/\n"


def request(folder: Path, base: str = "scratch", **settings: object) -> BuildRequest:
    (folder / "data").mkdir(exist_ok=True)
    if not (folder / "data" / "x").exists():
        (folder / "data" / "x").write_text("x")
    text = FILES.format(base=base)
    (folder / "Dockerfile").write_text(text)
    bases = base_references(text, arguments={})
    return BuildRequest(folder, folder / "Dockerfile", bases=bases, by_context_key=True, **settings)  # type: ignore[arg-type]


def built_images(engine: FakeEngine, progress: FakeProgress | None = None) -> FindBuiltImage:
    return FindBuiltImage(engine, FakeRemoteImages(engine.remote), FakeKeyring(), progress or FakeProgress())


def build(
    engine: FakeEngine, wanted: BuildRequest, *names: str, progress: FakeProgress | None = None, push: bool = True
) -> BuildResult:
    progress = progress or FakeProgress()
    use_case = BuildImage(
        engine=engine,
        clock=engine.clock,
        interruptions=FakeInterruptions(),
        keyring=FakeKeyring(),
        tree=FakeSourceTree(),
        progress=progress,
        version="1",
        built=built_images(engine, progress),
    )
    return use_case.build(wanted, names=tuple(parse_reference(name) for name in names or ("a",)), push=push)


def test_same_context_is_not_built_again(tmp_path: Path) -> None:
    engine, progress = FakeEngine(), FakeProgress()
    first = build(engine, request(tmp_path))
    second = build(engine, request(tmp_path), progress=progress)

    assert second.image == first.image
    assert [str(tag) for tag in second.tags] == ["a:latest"]
    assert engine.journal.count("build") == 1
    assert progress.notes == [("built-before", {"tags": "a:latest", "id": first.image})]


@pytest.mark.parametrize("change", ["content", "mode", "new", "argument", "target", "dockerfile", "platform", "label"])
def test_every_change_gives_another_key(tmp_path: Path, change: str) -> None:
    keys = built_images(FakeEngine())
    wanted = request(tmp_path)
    before = keys.key_of(wanted)
    file = tmp_path / "data" / "x"
    match change:
        case "content":
            file.write_text("y")
        case "mode":
            file.chmod(0o755)
        case "new":
            (tmp_path / "data" / "link").symlink_to("x")
        case "argument":
            wanted = replace(wanted, arguments={"A": "2"})
        case "target":
            wanted = replace(wanted, target="0")
        case "platform":
            wanted = replace(wanted, platform="linux/arm64")
        case "label":
            wanted = replace(wanted, labels={"a": "b"})
        case _:
            (tmp_path / "Dockerfile").write_text(FILES.format(base="scratch") + "ENV B=1\n")

    assert keys.key_of(wanted) != before
    assert len(before) == 64


def test_times_ignored_files_and_unset_arguments_do_not_matter(tmp_path: Path) -> None:
    keys = built_images(FakeEngine())
    (tmp_path / ".dockerignore").write_text("*.log\n")
    before = keys.key_of(request(tmp_path))
    (tmp_path / "x.log").write_text("1")
    (tmp_path / "data" / "x").touch()

    assert keys.key_of(request(tmp_path, arguments={"A": None})) == before
    assert keys.key_of(request(tmp_path, platform="linux/amd64")) == before


def test_unreadable_file_raises_an_error(tmp_path: Path) -> None:
    wanted = request(tmp_path)
    (tmp_path / "data" / "gone").symlink_to("nowhere")
    assert built_images(FakeEngine()).key_of(wanted)

    with pytest.raises(BuildFailed):
        built_images(FakeEngine()).key_of(replace(wanted, context=tmp_path / "none"))


def test_base_that_moved_behind_its_tag_gives_another_key(tmp_path: Path) -> None:
    engine = FakeEngine()
    keys = built_images(engine)
    engine.image("base", files={"/b": "1"})
    before = keys.key_of(request(tmp_path, "base"))
    again = keys.key_of(request(tmp_path, "base"))
    engine.image("base", files={"/b": "2"})

    assert before == again != keys.key_of(request(tmp_path, "base"))


def _pushed(registry: FakeRegistry, name: str, content: str) -> None:
    engine = FakeEngine(registry=registry)
    engine.image(name, files={"/b": content})
    engine.registry.push(parse_reference(name), credentials=None, progress=FakeProgress())


def test_key_is_the_same_whether_a_base_is_pulled_or_not(tmp_path: Path) -> None:
    registry = FakeRegistry()
    _pushed(registry, "registry.test/base:1", "1")
    here, there = FakeEngine(registry=registry), FakeEngine(registry=registry)
    here.registry.pull(parse_reference("registry.test/base:1"), credentials=None, progress=FakeProgress())
    wanted = request(tmp_path, "registry.test/base:1")
    before = built_images(here).key_of(wanted)
    assert built_images(there).key_of(wanted) == before
    _pushed(registry, "registry.test/base:1", "2")

    assert built_images(here).key_of(wanted) == before
    assert built_images(here).key_of(replace(wanted, pull=True)) == built_images(there).key_of(wanted) != before


@pytest.mark.parametrize("base", ["nobody-has-this", "registry.test/none", "away.test/x"])
def test_unknown_base_has_no_key_and_the_build_fails(tmp_path: Path, base: str) -> None:
    engine = FakeEngine()
    engine.remote.disconnect("away.test")
    wanted = request(tmp_path, base)

    assert built_images(engine).key_of(wanted) == ""
    with pytest.raises(BuildFailed):
        build(engine, wanted)


def test_colleague_takes_the_image_from_the_registry(tmp_path: Path) -> None:
    registry = FakeRegistry()
    first = build(FakeEngine(registry=registry), request(tmp_path), "registry.test/a")
    colleague = FakeEngine(registry=registry)
    second = build(colleague, request(tmp_path), "registry.test/a")

    assert second.image == first.image
    assert "build" not in colleague.journal
    assert colleague.images.inspect(parse_reference("registry.test/a:latest")).id == first.image
    assert [tag[:4] for tag in registry.tags("registry.test/a") if tag.startswith("key-")] == ["key-"]


def test_image_that_can_not_be_pulled_is_built(tmp_path: Path) -> None:
    registry, progress = FakeRegistry(), FakeProgress()
    build(FakeEngine(registry=registry), request(tmp_path), "registry.test/a")
    colleague = FakeEngine(registry=registry)
    colleague.fail("pull", PullRefused("x", why="no"))
    build(colleague, request(tmp_path), "registry.test/a", progress=progress)

    assert colleague.journal.count("build") == 1
    assert [name for name, _ in progress.warnings] == ["built-not-pulled"]


def test_tag_of_a_key_that_names_another_image_is_not_believed(tmp_path: Path) -> None:
    registry = FakeRegistry()
    engine = FakeEngine(registry=registry)
    key = built_images(engine).key_of(request(tmp_path))
    _pushed(registry, f"registry.test/a:key-{key[:32]}", "foreign")
    build(engine, request(tmp_path), "registry.test/a")

    assert engine.journal.count("build") == 1


def test_key_that_can_not_be_shared_is_a_warning() -> None:
    engine, progress = FakeEngine(), FakeProgress()
    keys = built_images(engine, progress)
    keys.share("a" * 64, pushed=[parse_reference("registry.test/none:1")])

    assert [name for name, _ in progress.warnings] == ["key-not-shared"]


def test_no_cache_builds_and_nothing_is_pushed_without_push(tmp_path: Path) -> None:
    engine = FakeEngine()
    build(engine, request(tmp_path), "registry.test/a", push=False)
    build(engine, request(tmp_path, no_cache=True), "registry.test/a", push=False)
    build(engine, request(tmp_path), "registry.test/b", push=False)

    assert engine.journal.count("build") == 2
    assert engine.remote.tags("registry.test/a") == engine.remote.tags("registry.test/b") == ()


def test_taken_image_gets_the_missing_tags_and_pushes_them(tmp_path: Path) -> None:
    engine = FakeEngine()
    first = build(engine, request(tmp_path), "registry.test/a")
    second = build(engine, request(tmp_path), "registry.test/b:1", "c")

    assert second.image == first.image
    assert engine.remote.tags("registry.test/b") == ("1",)
    assert {"registry.test/b:1", "c:latest"} <= set(engine.images.inspect(first.image).references)


def test_image_built_from_a_built_one_does_not_pass_for_it(tmp_path: Path) -> None:
    engine = FakeEngine()
    build(engine, request(tmp_path))
    key = built_images(engine).key_of(request(tmp_path))
    labels: dict[str, str] = {Label.CONTEXT_KEY: key, Label.BUILD_TAGS: "a:latest,a:20260101_000000"}
    foreign = ListedImage(ImageId("sha256:" + "f" * 64), ("a:latest", "b:20260101_000001"), labels=labels, created=9.0)
    own = replace(foreign, references=("x:1", "a:20260101_000000"), created=1.0)

    assert image_with_key([foreign], key) is None
    assert image_with_key([foreign, own], key) == own
    assert image_with_key([own], "b" * 64) is None


def test_plain_build_does_not_inherit_the_key_of_its_base(tmp_path: Path) -> None:
    engine = FakeEngine()
    build(engine, request(tmp_path), "base")
    plain = replace(request(tmp_path, "base"), by_context_key=False)
    other = build(engine, plain, "b").image
    without = build(engine, replace(request(tmp_path), by_context_key=False), "c").image

    assert engine.images.inspect(other).labels[Label.CONTEXT_KEY] == ""
    assert Label.CONTEXT_KEY not in engine.images.inspect(without).labels


def test_plain_build_of_a_base_that_is_not_here_has_no_key(tmp_path: Path) -> None:
    registry = FakeRegistry()
    _pushed(registry, "registry.test/base:1", "1")
    engine = FakeEngine(registry=registry)
    plain = replace(request(tmp_path, "registry.test/base:1"), by_context_key=False)

    assert engine.images.inspect(build(engine, plain, "b").image).labels[Label.CONTEXT_KEY] == ""
