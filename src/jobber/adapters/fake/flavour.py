"""The flavour of a fake engine (Docker or Podman, and its version), and the behaviour that depends on it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from jobber.adapters.engine_api.description_size import PODMAN_LIMIT, check_size
from jobber.adapters.fake.choices import check_known
from jobber.domain.docker_options.availability import check_docker, check_podman
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.reference import ImageReference

FlavourName = Literal["docker", "podman"]
IdStore = Literal["config", "manifest"]

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.\d+)*(?:[-+~.].*)?")
_API_VERSIONS = (
    ((28, 3), (1, 51)),
    ((28, 2), (1, 50)),
    ((28, 1), (1, 49)),
    ((28, 0), (1, 48)),
    ((27, 2), (1, 47)),
    ((27, 0), (1, 46)),
    ((26, 0), (1, 45)),
    ((25, 0), (1, 44)),
    ((24, 0), (1, 43)),
    ((23, 0), (1, 42)),
    ((20, 10), (1, 41)),
    ((0, 0), (1, 40)),
)
"""The first Docker version of each API version."""
_IMAGE_MOUNTS = {"docker": (28, 0), "podman": (5, 0)}
_REPORTS_MEMORY = (5, 0)
"""The first Podman version that reports it."""
_RUNTIMES = {"docker": ("runc", "io.containerd.runc.v2"), "podman": ("crun", "runc")}
_LINKS_OUT = (5, 0)
_DOCKERFILES = {"docker": ("Dockerfile",), "podman": ("Dockerfile", "Containerfile")}
_HUB = ("docker.io", "index.docker.io")
_LIBRARY = ("library",)


@frozen
class Flavour:
    """The kind of an engine and its version."""

    name: FlavourName
    version: str
    numbers: tuple[int, int]

    @property
    def is_docker(self) -> bool:
        """True if the engine is Docker; otherwise it is Podman."""
        return self.name == "docker"

    @property
    def api_version(self) -> tuple[int, int]:
        """The version of Docker's API that the engine supports."""
        return next(api for first, api in _API_VERSIONS if self.numbers >= first)

    @property
    def mounts_images(self) -> bool:
        """True if the engine mounts directories of images."""
        return self.numbers >= _IMAGE_MOUNTS[self.name]

    @property
    def dockerfiles(self) -> tuple[str, ...]:
        """The file names that the engine accepts as a Dockerfile."""
        return _DOCKERFILES[self.name]

    @property
    def takes_links_out(self) -> bool:
        """True if a build context may contain links that point outside it."""
        return self.is_docker or self.numbers >= _LINKS_OUT

    @property
    def reports_memory(self) -> bool:
        """True if the engine reports that a job ran out of memory; Podman 4.3 does not."""
        return self.is_docker or self.numbers >= _REPORTS_MEMORY

    @property
    def runtimes(self) -> tuple[str, ...]:
        """The runtimes of a new engine, the default one first."""
        return _RUNTIMES[self.name]

    def check(self, options: ContainerOptions) -> None:
        """Check that the engine supports all options. Raises `OptionUnsupported`, `InvalidOption`."""
        if self.is_docker:
            check_docker(options, api_version=self.api_version)
        else:
            check_podman(options, version=self.numbers)

    def check_description(self, specification: ContainerSpecification) -> None:
        """Check that the engine can store the description of a run. Raises `DescriptionTooLarge`."""
        if not self.is_docker:
            check_size(specification, limit=PODMAN_LIMIT, engine="podman")

    def candidates(self, reference: ImageReference) -> tuple[ImageReference, ...]:
        """Return the names under which an image may be stored; the first existing one counts."""
        stored = self.stored_name(reference)
        if self.is_docker or reference.registry or reference.namespace:
            return (stored,)
        return (stored, replace(reference, registry=_HUB[0], namespace=_LIBRARY))

    def stored_name(self, reference: ImageReference) -> ImageReference:
        """Return the spelling under which an image is stored and shown.

        Docker omits its own registry. Podman stores local images below `localhost/`, which jobber does not show.
        """
        if not self.is_docker:
            is_local = reference.registry == "localhost" and not reference.namespace
            return replace(reference, registry=None) if is_local else reference
        if reference.registry not in (None, *_HUB):
            return reference
        namespace = () if reference.namespace == _LIBRARY else reference.namespace
        return replace(reference, registry=None, namespace=namespace)


def parse_flavour(name: str, version: str) -> Flavour:
    """Return the flavour with this name and version. Raises `ValueError`."""
    check_known(name, known=get_args(FlavourName), what="flavour")
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is not a version of an engine: give its numbers, such as 28.5 or 4.3.1")
    flavour: FlavourName = "docker" if name == "docker" else "podman"
    return Flavour(flavour, version, (int(found[1]), int(found[2] or 0)))
