"""The contract of registry access to images that are not pulled."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import ImageNotFound, PathNotFound, RegistryFailed
from jobber.testing.environment import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import RemoteImages
    from jobber.testing.contract.world import World

_LAYERS = """\
FROM {base}
RUN ["/bin/job", "write", "/made/one", "1", "write", "/made/deep/two", "2", "write", "/other/lost", "x"]
RUN ["/bin/job", "remove", "/other", "remove", "/made/one", "write", "/made/three", "3"]
RUN ["/bin/job", "link", "/made/link", "deep/two", "link", "/way", "/made/deep", "write", "/other/new", "n"]
"""


def _members(archive: Generator[bytes]) -> dict[str, bytes | str | None]:
    """Return the contents of an archive: files with content, links with target, directories with None."""
    found: dict[str, bytes | str | None] = {}
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as opened:
        members = opened.getmembers()
        for member in members:
            file = opened.extractfile(member) if member.isreg() else None
            name = member.name.removeprefix(members[0].name).lstrip("/")
            found[name] = file.read() if file else member.linkname if member.issym() else None
    return found


class RemoteImagesContract:
    """The required answers of registry access without an engine, for images that an engine has pushed."""

    def test_description_is_that_of_the_engine(self, world: World) -> None:
        remote, name = _remote(world)
        world.engine.images.tag(world.base_id, reference=name)
        digest = world.engine.registry.push(name, credentials=None, progress=FakeProgress())
        here, there = world.engine.images.inspect(name), remote.inspect(name, credentials=None)

        assert (there.chain, there.layers, there.labels) == (here.chain, here.layers, here.labels)
        assert (there.configuration, there.platform) == (here.configuration, here.platform)
        assert (there.references, there.digests[0]) == ((str(name),), f"{name.repository}@{digest}")

    def test_description_by_digest(self, world: World) -> None:
        remote, name = _pushed(world, world.base_id)
        digests = remote.inspect(name, credentials=None).digests  # of an index, and of the manifest in it
        names = [replace(name, tag=None, digest=digest.partition("@")[2]) for digest in digests]
        chains = {remote.inspect(by_digest, credentials=None).chain for by_digest in names}

        assert chains == {world.engine.images.inspect(name).chain}

    def test_files_are_those_of_the_engine(self, world: World, tmp_path: Path) -> None:
        remote, name = _pushed(world, world.build(tmp_path, _LAYERS.format(base=world.base)))
        image = world.engine.images.inspect(name).id
        paths = ("/made", "/made/three", "/made/link", "/way", "/way/two", "/other")
        there = {path: _members(remote.archive(name, path=path, credentials=None)) for path in paths}

        assert there == {path: _members(world.engine.images.archive(image, path=path)) for path in paths}
        assert there["/made/link"] == {"": b"2"}

    def test_path_that_is_not_there_is_told(self, world: World, tmp_path: Path) -> None:
        remote, name = _pushed(world, world.build(tmp_path, _LAYERS.format(base=world.base)))
        for path in ("/nowhere", "/made/one", "/other/lost", "/made/three/x"):
            with pytest.raises(PathNotFound) as caught:
                next(remote.archive(name, path=path, credentials=None))
            assert (caught.value.image, caught.value.path) == (str(name), path)

    def test_tags_of_a_repository(self, world: World) -> None:
        remote, name = _pushed(world, world.base_id)
        other = name.tagged("other")
        world.images.append(other)
        world.engine.images.tag(world.base_id, reference=other)
        world.engine.registry.push(other, credentials=None, progress=FakeProgress())

        assert sorted(remote.tags(name, credentials=None)) == ["latest", "other"]

    def test_what_the_registry_has_not_is_not_found(self, world: World) -> None:
        remote, name = _remote(world)

        with pytest.raises(ImageNotFound):
            remote.inspect(name, credentials=None)
        with pytest.raises(ImageNotFound):
            remote.tags(name, credentials=None)
        with pytest.raises(ImageNotFound):
            next(remote.archive(name, path="/", credentials=None))

    def test_registry_out_of_reach_is_told(self, world: World) -> None:
        remote, name = _remote(world)
        away = replace(name, registry="127.0.0.1:1")

        with pytest.raises(RegistryFailed) as caught:
            remote.inspect(away, credentials=None)
        assert caught.value.reference == str(away)
        with pytest.raises(RegistryFailed):
            remote.tags(away, credentials=None)

    def test_guarded_registry_tells_who_has_the_password(self, world: World) -> None:
        remote, name, credentials = _guarded(world)

        assert remote.inspect(name, credentials=credentials).chain == world.engine.images.inspect(name).chain
        assert list(remote.tags(name, credentials=credentials)) == ["latest"]

    @pytest.mark.parametrize("known", [True, False])
    def test_guarded_registry_tells_nobody_else(self, world: World, known: bool) -> None:
        remote, name, credentials = _guarded(world)
        other = replace(credentials, password=credentials.password[::-1] + "x") if known else None

        with pytest.raises(RegistryFailed) as caught:
            remote.inspect(name, credentials=other)
        assert str(caught.value.hint).startswith("check the password" if known else "no credentials for ")
        assert credentials.password[::-1] not in f"{caught.value} {caught.value.hint}"


def _remote(world: World) -> tuple[RemoteImages, ImageReference]:
    if world.registry_host is None or world.remote is None:
        pytest.skip("no registry")
    name = replace(world.name(), registry=world.registry_host, namespace=("jobber-test",)).with_default_tag()
    world.images.append(name)
    return world.remote, name


def _pushed(world: World, image: ImageId) -> tuple[RemoteImages, ImageReference]:
    remote, name = _remote(world)
    world.engine.images.tag(image, reference=name)
    world.engine.registry.push(name, credentials=None, progress=FakeProgress())
    return remote, name


def _guarded(world: World) -> tuple[RemoteImages, ImageReference, Credentials]:
    if world.guarded is None or world.remote is None:
        pytest.skip("no guarded registry")
    name = replace(world.name(), registry=world.guarded.host, namespace=("jobber-test",)).with_default_tag()
    world.images.append(name)
    world.engine.images.tag(world.base_id, reference=name)
    world.engine.registry.push(name, credentials=world.guarded.credentials, progress=FakeProgress())
    return world.remote, name, world.guarded.credentials
