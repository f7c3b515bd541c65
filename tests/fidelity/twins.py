"""Two worlds that get the same calls, the fake's and a real engine's, and must answer alike.

What is not compared, for it is the engine's own and no promise of a port: ids, times, sizes, the variables and labels
that an engine adds by itself (`PATH`, `container`, `io.buildah.version`), the order of variables (Podman's is that of
a hash table), words of error texts, the modes of directories, and whether there is the working directory of an image
that no container has been started from (Podman 4 makes it then).
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from jobber.domain.containers.container import ContainerId
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import JobberError
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.snapshot import Snapshot
from jobber.testing import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jobber.domain.containers.container import Container
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.testing import Job
    from jobber.testing.contract import World

ROOTS = ("/work", "/out", "/store", "/vol", "/in", "/copied", "/run.log")
"""Where the jobs of these tests write."""
LIST_SCRIPT = r"""#!/bin/sh
# What is in some places: a line for each path, with its kind and what it holds.
for root; do find "$root" 2>/dev/null; done | sort | while read -r path; do
    if [ -L "$path" ]; then echo "$path link $(readlink "$path")"
    elif [ -d "$path" ]; then echo "$path directory"
    else echo "$path file $(stat -c %a "$path") $(md5sum <"$path" | cut -c1-32)"; fi
done
"""
_ENGINES_OWN = ("PATH", "container", "TERM", "HOME", "HOSTNAME")

_AS_ROOT = ContainerOptions(user="0", entrypoint="", workdir="/")

T = TypeVar("T")


class Pair(NamedTuple):
    """The same thing in both worlds; `fake` and `real` are ids."""

    fake: str
    real: str


def list_program(job: Job) -> int:
    """`LIST_SCRIPT` for the fake."""
    lines = []
    for root in job.argv[1:]:
        node = job.files.node(root)
        found = {root} if node or job.files.is_directory(root) else set()
        if not (node and node.kind == "link"):  # as `find` has it
            found |= {*job.files.walk(root)}
        above = {path.rsplit("/", depth)[0] for path in found for depth in range(1, path.count("/"))}
        lines += [_line(job, path) for path in found | {path for path in above if path.startswith(root)}]
    job.say("".join(f"{line}\n" for line in sorted(lines)))
    return 0


def _line(job: Job, path: str) -> str:
    node = job.files.node(path)
    if node is None or node.kind == "directory":
        return f"{path} directory"
    if node.kind == "link":
        return f"{path} link {node.target}"
    return f"{path} file {node.mode:o} {hashlib.md5(node.content, usedforsecurity=False).hexdigest()}"


@dataclass
class Twins:
    """Both worlds."""

    fake: World
    real: World
    prefix: str
    """A part of all names that the test gives to images; others may give names to the same images."""

    def both(self, call: Callable[[World, bool], T], *, alike: Callable[[T], object]) -> tuple[T, T] | None:
        """Do the same in both and compare the results; None if both raise the same type of error."""
        fake, real = _outcome(call, self.fake, on_fake=True), _outcome(call, self.real, on_fake=False)
        if isinstance(fake, JobberError) or isinstance(real, JobberError):
            assert type(fake) is type(real), f"fake: {fake!r}, real: {real!r}"
            return None
        said = alike(fake), alike(real)
        assert said[0] == said[1], f"fake: {said[0]}\nreal: {said[1]}"
        return fake, real

    def build(self, context: Path, *, labels: Mapping[str, str]) -> Pair | None:
        request = BuildRequest(context=context, dockerfile=context / "Dockerfile", labels=labels)
        built = self.both(
            lambda world, _: world.keep(world.engine.builder.build(request, progress=FakeProgress())),
            alike=lambda _: None,
        )
        return self._same_image(built) if built else None

    def commit(self, container: Pair, code: Pair, *, labels: Mapping[str, str], added: tuple[str, ...]) -> Pair | None:
        def commit(world: World, on_fake: bool) -> ImageId:
            image = world.engine.images.inspect(image_id(code, on_fake=on_fake))
            snapshot = Snapshot(image.configuration, labels, added_environment=added, depth=len(image.layers))
            id_ = container_id(container, on_fake=on_fake)
            return world.keep(world.engine.containers.commit(id_, snapshot=snapshot, log=io.BytesIO(b"the log")))

        made = self.both(commit, alike=lambda _: None)
        return self._same_image(made) if made else None

    def inspect(self, image: Pair) -> None:
        self.both(lambda w, fake: w.engine.images.inspect(image_id(image, on_fake=fake)), alike=self._image_facts)

    def inspect_name(self, name: ImageReference) -> None:
        self.both(lambda world, _: world.engine.images.inspect(name), alike=self._image_facts)

    def inspect_container(self, container: Pair) -> None:
        self.both(
            lambda world, fake: world.engine.containers.inspect(container_id(container, on_fake=fake)),
            alike=container_facts,
        )

    def list_files(self, image: Pair) -> None:
        """Compare the file systems of an image, its volumes as containers get them."""

        def listed(world: World, on_fake: bool) -> list[str]:
            ran = world.run(image=image_id(image, on_fake=on_fake), command=("/bin/list", *ROOTS), options=_AS_ROOT)
            world.engine.containers.remove(world.containers.pop())
            configuration = world.engine.images.inspect(image_id(image, on_fake=on_fake)).configuration
            above = (*PurePosixPath(configuration.workdir or "/").parents, configuration.workdir)
            unsure = {f"{path} directory" for path in above}
            return [line for line in ran.stdout.decode().splitlines() if line not in unsure]

        self.both(listed, alike=lambda lines: lines)

    def _image_facts(self, image: Image) -> object:
        return sorted(name for name in image.references if self.prefix in name), image_facts(image)

    def _same_image(self, made: tuple[ImageId, ImageId]) -> Pair:
        image = Pair(*made)
        self.inspect(image)
        return image


def image_facts(image: Image) -> object:
    """Return the facts about an image that must agree."""
    configuration = image.configuration
    mine = [variable for variable in configuration.environment if variable.partition("=")[0] not in _ENGINES_OWN]
    labels = {name: value for name, value in image.labels.items() if not name.startswith("io.buildah.")}
    return (
        sorted(labels.items()),
        replace(
            configuration,
            environment=tuple(sorted(mine)),
            workdir=configuration.workdir or "/",
            user=configuration.user or "0",
        ),
    )


def container_facts(container: Container) -> object:
    """Return the facts about a container that must agree."""
    labels = {name: value for name, value in container.labels.items() if not name.startswith("io.buildah.")}
    places = sorted(mount.destination for mount in container.mounts if mount.kind in ("volume", "bind"))
    return container.state, container.exit_status, sorted(labels.items()), places


def _outcome(call: Callable[[World, bool], T], world: World, *, on_fake: bool) -> T | JobberError:
    try:
        return call(world, on_fake)
    except JobberError as error:
        return error


def image_id(pair: Pair, *, on_fake: bool) -> ImageId:
    return ImageId(pair.fake if on_fake else pair.real)


def container_id(pair: Pair, *, on_fake: bool) -> ContainerId:
    return ContainerId(pair.fake if on_fake else pair.real)
