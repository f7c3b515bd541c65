"""The contract of build contexts: their files, including the builder's own, and the warnings of builders."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import BuildRequest
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.reference import ImageId
    from jobber.testing.contract.world import World

_COPIES_ALL = "FROM scratch\nCOPY . /all/\n"


class BuildContextContract:
    """The required treatment of a build context."""

    @pytest.mark.parametrize(
        ("ignored", "own", "expected"),
        [
            (None, None, {"Dockerfile", "keep", "drop"}),
            ("drop\n", None, {".dockerignore", "Dockerfile", "keep"}),
            ("drop\n.dockerignore\nDockerfile\n", None, {"keep"}),
            (None, "drop\n", {"Dockerfile", "Dockerfile.dockerignore", "keep"}),
            (None, "drop\nDockerfile*\n", {"keep"}),
            ("keep\n", "drop\nDockerfile*\n.dockerignore\n", {"keep"}),
        ],
    )
    def test_images_get_the_files_that_are_not_ignored_and_nothing_else(
        self, world: World, tmp_path: Path, ignored: str | None, own: str | None, expected: set[str]
    ) -> None:
        for name in ("keep", "drop"):
            (tmp_path / name).write_text(name)
        for name, text in ((".dockerignore", ignored), ("Dockerfile.dockerignore", own)):
            if text is not None:
                (tmp_path / name).write_text(text)

        assert _files(world, world.build(tmp_path, _COPIES_ALL)) == expected

    def test_dockerfile_and_ignore_file_may_be_links_out_of_the_context(self, world: World, tmp_path: Path) -> None:
        context = tmp_path / "context"
        context.mkdir()
        for name in ("keep", "drop"):
            (context / name).write_text(name)
        (tmp_path / "shared").write_text(_COPIES_ALL)
        (tmp_path / "rules").write_text("drop\nDockerfile\n.dockerignore\n")
        (context / "Dockerfile").symlink_to("../shared")
        (context / ".dockerignore").symlink_to("../rules")
        request = BuildRequest(context=context, dockerfile=context / "Dockerfile")
        image = world.keep(world.engine.builder.build(request, progress=FakeProgress()))

        assert _files(world, image) == {"keep"}

    def test_link_out_of_the_context_is_copied_as_it_is_or_is_an_error_with_a_hint(
        self, world: World, tmp_path: Path
    ) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "data").symlink_to("../../shared")
        about = world.engine.describe()
        if about.name == "podman" and about.version.startswith("4."):
            with pytest.raises(
                BuildFailed, match=r"sub/data links to \.\./\.\./shared outside the build context"
            ) as raised:
                world.build(tmp_path, _COPIES_ALL)

            assert ".dockerignore" in (raised.value.hint or "")
        else:
            assert _links(world, world.build(tmp_path, _COPIES_ALL)) == {"data": "../../shared"}

    def test_link_out_of_the_context_that_is_ignored_is_no_error(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "data").symlink_to("../shared")
        (tmp_path / ".dockerignore").write_text("data\n.dockerignore\n")

        assert _files(world, world.build(tmp_path, _COPIES_ALL)) == {"Dockerfile"}

    def test_argument_that_nothing_asks_for_is_a_warning_of_the_builder(self, world: World, tmp_path: Path) -> None:
        progress = FakeProgress()
        dockerfile = f"FROM {world.base}\nARG USED\nENV A=$USED\n"
        given = {"NOPE": "1", "USED": "1", "HTTP_PROXY": "", "UNSET": None}
        world.build(tmp_path, dockerfile, progress=progress, arguments=given)
        texts = [str(facts["text"]) for event, facts in progress.warnings if event == "build-warning"]
        about = [text for text in texts if "build" in text and "args" in text]

        assert len(about) == 1
        assert "NOPE" in about[0]
        assert not any(name in about[0] for name in ("USED", "HTTP_PROXY", "UNSET"))

    def test_output_of_a_step_is_no_warning(self, world: World, tmp_path: Path) -> None:
        progress = FakeProgress()
        line = f'RUN ["/bin/job", "say", "[Warning] {id(world)}", "say", " ---> [Warning] mine", "say", "WARNING: x"]'
        world.build(tmp_path, f"FROM {world.base}\n{line}\n", progress=progress)
        texts = [str(facts["text"]) for _, facts in progress.warnings]

        assert not any(text.endswith((str(id(world)), "mine", "x")) for text in texts)


def _members(world: World, image: ImageId) -> list[tarfile.TarInfo]:
    content = b"".join(world.engine.images.archive(image, path="/all"))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return archive.getmembers()


def _files(world: World, image: ImageId) -> set[str]:
    return {member.name.rpartition("/")[2] for member in _members(world, image) if not member.isdir()}


def _links(world: World, image: ImageId) -> dict[str, str]:
    return {member.name.rpartition("/")[2]: member.linkname for member in _members(world, image) if member.issym()}
