"""A fake engine, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jobber.adapters.fake.builder import FakeBuilder
from jobber.adapters.fake.clock import FakeClock
from jobber.adapters.fake.containers import FakeContainers
from jobber.adapters.fake.files import Files, Layer, Node, file_node
from jobber.adapters.fake.images import FakeImages, FakeRegistryPort
from jobber.adapters.fake.inputs import FakeInputs
from jobber.adapters.fake.registry import FakeRegistry
from jobber.adapters.fake.store import Fault, Store
from jobber.domain.engine import EngineDescription
from jobber.domain.image import ImageConfiguration
from jobber.domain.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.fake.files import Program
    from jobber.domain.errors import JobberError
    from jobber.domain.reference import ImageId

PROGRAM = "/bin/program"
_MOUNTS_IMAGES = {"docker": 28, "podman": 5}


class FakeEngine:
    """An engine in memory.

    `flavour` and `version` decide what a real engine's would: whether it mounts images. `id_store` is what ids are
    made of, as with Docker's two image stores.
    """

    def __init__(
        self,
        *,
        flavour: Literal["docker", "podman"] = "docker",
        version: str = "28.0",
        id_store: Literal["config", "manifest"] = "config",
        clock: FakeClock | None = None,
        registry: FakeRegistry | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.remote = registry or FakeRegistry()
        self.store = Store(self.clock, id_store)
        mounts_images = int(version.partition(".")[0]) >= _MOUNTS_IMAGES[flavour]
        self._description = EngineDescription(
            name=flavour, version=version, mounts_images=mounts_images, address="memory:"
        )
        self._images = FakeImages(self.store)
        self._containers = FakeContainers(self.store, self._images, flavour=flavour)
        self._registry = FakeRegistryPort(self.store, self._images, self.remote)
        self._inputs = FakeInputs(self.store, self._images, mounts_images=mounts_images)
        self._builder = FakeBuilder(self.store, self._images, self._registry)

    @property
    def images(self) -> FakeImages:
        """Images."""
        return self._images

    @property
    def registry(self) -> FakeRegistryPort:
        """Pulls and pushes."""
        return self._registry

    @property
    def containers(self) -> FakeContainers:
        """Containers."""
        return self._containers

    @property
    def inputs(self) -> FakeInputs:
        """Directories of images, to be mounted."""
        return self._inputs

    @property
    def builder(self) -> FakeBuilder:
        """Builds."""
        return self._builder

    @property
    def journal(self) -> Sequence[str]:
        """The names of all calls so far, in order."""
        return tuple(self.store.journal)

    @property
    def host(self) -> Layer:
        """The files of the machine that the engine runs on, for bind mounts."""
        return self.store.host

    def describe(self) -> EngineDescription:
        """What the engine is."""
        return self._description

    def close(self) -> None:
        """Let go of the engine: nothing to do."""

    def image(
        self,
        name: str,
        *,
        run: Program | None = None,
        programs: Mapping[str, Program] | None = None,
        files: Mapping[str, bytes | str] | None = None,
        labels: Mapping[str, str] | None = None,
        base: ImageId | None = None,
        configuration: ImageConfiguration | None = None,
    ) -> ImageId:
        """Make an image and tag it: `run` is what it does, `files` and `programs` what it holds."""
        layer: Layer = {path: file_node(content) for path, content in (files or {}).items()}
        layer |= {path: file_node(b"", program=program) for path, program in (programs or {}).items()}
        below = self.store.images[base] if base else None
        settled = configuration or (below.configuration if below else ImageConfiguration())
        if run is not None:
            layer[PROGRAM] = file_node(b"", program=run)
            if configuration is None:
                settled = ImageConfiguration(entrypoint=(PROGRAM,))
        for path in settled.volumes:
            layer.setdefault(path, Node(kind="directory"))
        made = self.store.add_image(
            (*(below.layers if below else ()), layer),
            settled,
            {**(below.labels if below else {}), **(labels or {})},
        )
        self.store.tags.put(str(parse_reference(name).with_default_tag()), made)
        return made

    def read(self, name: str, path: str) -> bytes:
        """A file of an image. Raises `ImageNotFound`, `FileNotFoundError`."""
        reference = name if name.startswith("sha256:") else parse_reference(name)
        return Files(self._images.find(reference).layers).read(path)

    def fail(self, call: str, error: JobberError, *, times: int = 1, after: bool = False) -> None:
        """Let a call fail; with `after`, when it has done its work (as a time-out does).

        Calls are named as in the journal: `create`, `commit`, `push`, `stream`, …
        """
        self.store.faults.append(Fault(call, error, times, after))
