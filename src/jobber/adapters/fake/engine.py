"""A fake engine, put together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, get_args

from jobber.adapters.fake.building.builder import FakeBuilder
from jobber.adapters.fake.choices import check_known
from jobber.adapters.fake.clock import FakeClock
from jobber.adapters.fake.containers import FakeContainers
from jobber.adapters.fake.facts import fake_facts
from jobber.adapters.fake.faults import Faults
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.filesystem.node import Layer, Node, file_node
from jobber.adapters.fake.flavour import IdStore, parse_flavour
from jobber.adapters.fake.images import FakeImages, FakeRegistryPort
from jobber.adapters.fake.inputs import FakeInputs
from jobber.adapters.fake.jobs.exit_status import check_program
from jobber.adapters.fake.jobs.interruptions import FakeInterruptions
from jobber.adapters.fake.jobs.process import STAND_IN
from jobber.adapters.fake.kept_logs import FakeKeptLogs
from jobber.adapters.fake.registry import FakeRegistry
from jobber.adapters.fake.runs import FakeRuns
from jobber.adapters.fake.store import Call, Store, StoredImage
from jobber.domain.containers.engine import EngineDescription
from jobber.domain.errors import BuildFailed
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.image import ImageConfiguration
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.ports.progress import Silence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from jobber.adapters.fake.building.stage import Stage
    from jobber.adapters.fake.flavour import FlavourName
    from jobber.adapters.fake.jobs.job import Program
    from jobber.domain.containers.engine_facts import EngineFacts
    from jobber.domain.errors import JobberError
    from jobber.domain.images.image import Image


class FakeEngine:
    """An engine in memory.

    `flavour` and `version` decide what a real engine's would: which options it has, whether it mounts images. The id
    of an image is the digest of its configuration or, as in containerd's store (`id_store`), that of its manifest,
    under which registries have it.
    """

    def __init__(
        self,
        *,
        flavour: FlavourName = "docker",
        version: str = "28.0",
        id_store: IdStore = "config",
        clock: FakeClock | None = None,
        registry: FakeRegistry | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.remote = registry or FakeRegistry()
        self.interruptions = FakeInterruptions(self.clock)
        self.faults = Faults(self.interruptions)
        self.kept_logs = FakeKeptLogs()
        """What jobs have said that this engine has not noted, beside it."""
        engine = self._flavour = parse_flavour(flavour, version)
        check_known(id_store, known=get_args(IdStore), what="id_store")
        self.store = Store(self.clock, id_store, self.faults, runtimes=set(engine.runtimes))
        self._call = contextmanager(self.store.call)
        self._description = EngineDescription(
            name=engine.name,
            version=version,
            mounts_images=engine.mounts_images,
            address="memory:",
            dockerfiles=engine.dockerfiles,
        )
        self._images = FakeImages(self.store, engine)
        self._containers = FakeContainers(self.store, self._images, flavour=engine)
        self._registry = FakeRegistryPort(self.store, self._images, self.remote)
        self._runs = FakeRuns(self.store)
        self._inputs = FakeInputs(self.store, self._images, mounts_images=engine.mounts_images)
        self._builder = FakeBuilder(self.store, self._images, self._registry, flavour=engine)

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
    def runs(self) -> FakeRuns:
        """What jobbers tell each other about runs."""
        return self._runs

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
        return tuple(call.name for call in self.store.journal)

    @property
    def calls(self) -> Sequence[Call]:
        """All calls so far, in order, with what each was about."""
        return tuple(self.store.journal)

    @property
    def made(self) -> Sequence[ImageId]:
        """The images of all builds and commits so far, in order."""
        return tuple(self.store.made)

    def look(self, image: ImageId) -> Image | None:
        """An image as it is now; None where there is none. That is no call: no fault strikes it, no journal has it."""
        return self.store.describe(self.store.images[image]) if image in self.store.images else None

    @property
    def host(self) -> Layer:
        """The files of the machine that the engine runs on, for bind mounts."""
        return self.store.host

    @property
    def runtimes(self) -> set[str]:
        """The runtimes that it has, beside `nvidia`; a test may add others."""
        return self.store.runtimes

    def describe(self) -> EngineDescription:
        """What the engine is."""
        return self._description

    def facts(self) -> EngineFacts:
        """Describe the engine's set-up, as one of its flavour would."""
        with self._call("facts"):
            return fake_facts(self.store, self._flavour)

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
        context: str | PathLike[str] | None = None,
        dockerfile: str | None = None,
    ) -> ImageId:
        """Make an image and tag it.

        `run` is the program that it runs, whatever its command is; `programs` are others by path, `files` is what it
        holds. It is built from `context` (a directory), where there is one, with `dockerfile` as the text of a
        Dockerfile where the directory's own isn't meant: what it executes comes from there, and what it holds as well,
        below `files` and `programs`. Where there is a program, `RUN` does nothing, and a base that this engine does
        not have is empty. Raises `BuildFailed`, `TypeError` for a program that is none.
        """
        for program in (*filter(None, [run]), *(programs or {}).values()):
            check_program(program)
        built: StoredImage | Stage | None = None
        if context is not None or dockerfile is not None:
            stands_in = run is not None or programs is not None
            built = self._built(context, dockerfile, labels or {}, stands_in=stands_in)
        below = built or (self.store.images[base] if base else None)
        layer: Layer = {path: file_node(content) for path, content in (files or {}).items()}
        layer |= {path: file_node(b"", program=program) for path, program in (programs or {}).items()}
        settled = configuration or (below.configuration if below else ImageConfiguration())
        if run is not None and built is None:
            layer[STAND_IN] = file_node(b"", program=run)
            if configuration is None:
                settled = ImageConfiguration(entrypoint=(STAND_IN,))
        for path in settled.volumes if built is None else ():
            layer.setdefault(path, Node(kind="directory"))
        if isinstance(built, StoredImage) and not layer and configuration is None:
            self._images.put_tag(parse_reference(name), built.id)
            return built.id
        layers = below.layers if below else ()
        made = self.store.add_image(
            (*layers, layer) if layer or not layers else layers,
            settled,
            {**(below.labels if below else {}), **(labels or {})},
            program=run or (below.program if below else None),
        )
        self._images.put_tag(parse_reference(name), made)
        return made

    def _built(
        self, context: str | PathLike[str] | None, dockerfile: str | None, labels: Mapping[str, str], *, stands_in: bool
    ) -> StoredImage | Stage:
        with TemporaryDirectory() as empty:
            source = Path(context if context is not None else empty)
            file = source / "Dockerfile"
            if dockerfile is not None:
                file = Path(empty, "Dockerfile")
                file.write_text(dockerfile, encoding="utf-8")
            for path, what in ((source, "directory"), (file, "file")):
                if not path.exists():
                    raise BuildFailed(why=f"there is no {what} {path}")
            request = BuildRequest(context=source, dockerfile=file, labels=labels)
            if stands_in:
                return self._builder.lay_out(request)
            return self.store.images[self._builder.build(request, progress=Silence())]

    def reload_without_time(self, name: str, *, tag: str) -> ImageId:
        """Make an image that is like another one, but does not say when it was created, and tag it.

        Tools that build reproducibly make such images; Podman lists them by the time at which they were loaded.
        Raises `ImageNotFound`.
        """
        image = self._images.named(name)
        config = ImageId(f"sha256:{sha256(f'{image.config_digest} without time'.encode()).hexdigest()}")
        loaded = "" if self._description.name == "docker" else self.store.stamp()
        made = self.store.keep(replace(image, config_digest=config, created="", loaded=loaded)).id
        self._images.put_tag(parse_reference(tag), made)
        return made

    def read(self, name: str, path: str) -> bytes:
        """A file of an image. Raises `ImageNotFound`, `FileNotFoundError`."""
        reference = name if name.startswith("sha256:") else parse_reference(name)
        return Files(self._images.find(reference).layers).read(path)

    def list(self, name: str, directory: str = "/") -> Sequence[str]:
        """The paths of all files and links below a directory of an image, sorted. Raises `ImageNotFound`."""
        reference = name if name.startswith("sha256:") else parse_reference(name)
        files = Files(self._images.find(reference).layers)
        return sorted(path for path in files.walk(directory) if (node := files.node(path)) and node.kind != "directory")

    def die(self) -> None:
        """Let all who hold a claim be dead, as after a `kill -9` of every jobber."""
        for claim in self.store.claims.values():
            claim.is_dead = True

    def fail(self, call: str, error: JobberError, *, times: int = 1, after: bool = False) -> None:
        """Let a call fail; with `after`, when it has done its work (as a time-out does)."""
        self.faults.fail(call, error, times=times, after=after)
