"""The contract of what context keys are computed from: the files of a build, and the identities of its bases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import UsageError
from jobber.domain.files.file_tree import Entry, Kind
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.context_key import base_identity
from jobber.domain.runs.label_names import Label
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.testing.contract.world import World


class BuildKeyContract:
    """The required answers of an engine about builds that are not carried out."""

    def test_files_of_a_build_are_those_that_are_sent(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text("FROM scratch\n")
        (tmp_path / ".dockerignore").write_text("*.log\nDockerfile\n")
        (tmp_path / "a").mkdir(mode=0o755)
        (tmp_path / "a" / "x").write_text("X")
        (tmp_path / "a" / "x").chmod(0o640)
        (tmp_path / "a" / "link").symlink_to("nowhere")
        (tmp_path / "y.log").write_text("ignored")
        request = BuildRequest(context=tmp_path, dockerfile=tmp_path / "Dockerfile")
        found = world.engine.builder.context(request)

        assert found.dockerfile == b"FROM scratch\n"
        assert {*found.files} == {".dockerignore", "a", "a/x", "a/link"}
        assert found.files["a"] == Entry(Kind.DIRECTORY, 0o755)
        assert found.files["a/link"] == Entry(Kind.LINK, content="nowhere")
        assert (found.files["a/x"].mode, found.files["a/x"].size) == (0o640, 1)

    def test_missing_dockerfile_raises_an_error_without_a_build(self, world: World, tmp_path: Path) -> None:
        request = BuildRequest(context=tmp_path, dockerfile=tmp_path / "Dockerfile")

        with pytest.raises(UsageError):
            world.engine.builder.context(request)

    def test_engine_reports_the_platform_of_its_builds(self, world: World) -> None:
        assert world.engine.builder.platform().startswith("linux/")

    def test_built_image_is_found_by_its_key(self, world: World, tmp_path: Path) -> None:
        key = f"{id(tmp_path):064x}"
        image = world.build(tmp_path, f"FROM {world.base}\nCOPY Dockerfile /\n", labels={Label.CONTEXT_KEY: key})

        assert [each.id for each in world.engine.images.list(labels={Label.CONTEXT_KEY: key})] == [image]

    def test_identity_of_a_pulled_base_is_the_registrys(self, world: World, tmp_path: Path) -> None:
        if world.registry_host is None or world.remote is None:
            pytest.skip("no registry")
        name = replace(world.name(), registry=world.registry_host, namespace=("jobber-test",)).with_default_tag()
        image = world.build(tmp_path, f"FROM {world.base}\nENV MARK={name.name}\n")
        world.engine.images.tag(image, reference=name)
        world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        world.engine.images.remove(image)
        pulled = world.engine.registry.pull(name, credentials=None, progress=FakeProgress())
        world.images.append(name)

        assert base_identity(pulled, name) == world.remote.digest(name, credentials=None)

    def test_identity_of_a_local_base_is_its_own(self, world: World, tmp_path: Path) -> None:
        name = world.name()
        world.engine.images.tag(world.base_id, reference=name)
        other = world.engine.images.inspect(world.build(tmp_path, f"FROM {world.base}\nENV MARK=other\n"))
        image = world.engine.images.inspect(name)

        assert base_identity(image, name) == f"image {image.id}" != base_identity(other, name)
