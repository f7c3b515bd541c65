"""The fake engine, assembled from its parts."""

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
    """An in-memory engine for tests.

    Flavour and version decide on the supported options and on image mounts, as for a real engine.

    Args:
        flavour: The engine to imitate, `docker` or `podman`. Default: `docker`.
        version: The engine's version. Default: `28.0`.
        id_store: The kind of image ID. `config` is the digest of the configuration; `manifest` is the digest of the
            manifest, which registries use too, as in containerd's image store. Default: `config`.
        clock: The simulated clock. Default: a new one.
        registry: The registry to pull from and push to. Default: a new one.

    Raises:
        ValueError: The flavour, the version or `id_store` is unknown.

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
        """Logs stored outside the engine: output of jobs that is missing in the engine's log."""
        engine = self._flavour = parse_flavour(flavour, version)
        check_known(id_store, known=get_args(IdStore), what="id_store")
        self.store = Store(self.clock, id_store, self.faults, runtimes=set(engine.runtimes))
        self._call = contextmanager(self.store.call)
        self._description = EngineDescription(
            name=engine.name,
            version=version,
            mounts_images=engine.mounts_images,
            address="memory:",
            platform="linux/amd64",
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
        """Images of the engine."""
        return self._images

    @property
    def registry(self) -> FakeRegistryPort:
        """Pull and push."""
        return self._registry

    @property
    def containers(self) -> FakeContainers:
        """Containers of the engine."""
        return self._containers

    @property
    def runs(self) -> FakeRuns:
        """The run store: claims, end notes and results."""
        return self._runs

    @property
    def inputs(self) -> FakeInputs:
        """Inputs: directories of images that are mounted."""
        return self._inputs

    @property
    def builder(self) -> FakeBuilder:
        """The builder of the engine."""
        return self._builder

    @property
    def journal(self) -> Sequence[str]:
        """Names of all engine calls so far, in order."""
        return tuple(call.name for call in self.store.journal)

    @property
    def calls(self) -> Sequence[Call]:
        """All engine calls so far, in order, with their subjects."""
        return tuple(self.store.journal)

    @property
    def made(self) -> Sequence[ImageId]:
        """Image IDs of all builds and commits so far, in order."""
        return tuple(self.store.made)

    def look(self, image: ImageId) -> Image | None:
        """Return the current description of an image.

        This is not an engine call: no fault applies to it, and the journal omits it.

        Args:
            image: The ID of the image.

        Returns:
            The image; None if it does not exist.

        """
        return self.store.describe(self.store.images[image]) if image in self.store.images else None

    @property
    def host(self) -> Layer:
        """Files of the engine's host, used by bind mounts."""
        return self.store.host

    @property
    def runtimes(self) -> set[str]:
        """The engine's runtimes besides `nvidia`; a test may add others."""
        return self.store.runtimes

    def describe(self) -> EngineDescription:
        """Return the description of the engine.

        Returns:
            The name, the version and the abilities of the engine.

        """
        return self._description

    def facts(self) -> EngineFacts:
        """Return the facts about the engine's set-up, as a typical engine of its flavour has them.

        Returns:
            The facts, such as storage driver and runtimes.

        """
        with self._call("facts"):
            return fake_facts(self.store, self._flavour)

    def close(self) -> None:
        """Do nothing: there is no connection to close."""

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
        """Create an image and tag it.

        With `context` or `dockerfile`, the image is built from a Dockerfile; `files` and `programs` are added on top.
        If there is a program, `RUN` does nothing, and a base image that this engine does not have is treated as empty.

        Args:
            name: The tag of the image.
            run: The program that the image runs, whatever its command is. Default: None.
            programs: Further programs, by path. Default: none.
            files: Contents of files, by path. Default: none.
            labels: The labels of the image. Default: none.
            base: The ID of the image to build on, ignored in a build from a Dockerfile. Default: none.
            configuration: The configuration. Default: that of the build or the base.
            context: The directory to build from. Default: no build, or an empty directory if `dockerfile` is given.
            dockerfile: The text of a Dockerfile. Default: the file `Dockerfile` in `context`.

        Returns:
            The ID of the image.

        Raises:
            BuildFailed: The Dockerfile could not be built.
            TypeError: A program is not a function of a job, or file content is neither bytes nor str.

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
        """Create a copy of an image without a creation time, and tag it.

        Tools for reproducible builds create such images; Podman lists them by the time at which they were loaded.

        Args:
            name: The reference or the ID of the image to copy.
            tag: The tag of the copy.

        Returns:
            The ID of the copy.

        Raises:
            ImageNotFound: The image does not exist.

        """
        image = self._images.named(name)
        config = ImageId(f"sha256:{sha256(f'{image.config_digest} without time'.encode()).hexdigest()}")
        loaded = "" if self._description.name == "docker" else self.store.stamp()
        made = self.store.keep(replace(image, config_digest=config, created="", loaded=loaded)).id
        self._images.put_tag(parse_reference(tag), made)
        return made

    def read(self, name: str, path: str) -> bytes:
        """Return the content of a file in an image.

        Args:
            name: The reference of the image, or its ID with `sha256:`.
            path: The absolute path of the file.

        Returns:
            The content of the file.

        Raises:
            ImageNotFound: The image does not exist.
            FileNotFoundError: The file does not exist.
            IsADirectoryError: The path is a directory.

        """
        reference = name if name.startswith("sha256:") else parse_reference(name)
        return Files(self._images.find(reference).layers).read(path)

    def list(self, name: str, directory: str = "/") -> Sequence[str]:
        """Return the paths of all files and links below a directory of an image.

        Args:
            name: The reference of the image, or its ID with `sha256:`.
            directory: The directory to list. Default: `/`.

        Returns:
            The paths, sorted.

        Raises:
            ImageNotFound: The image does not exist.

        """
        reference = name if name.startswith("sha256:") else parse_reference(name)
        files = Files(self._images.find(reference).layers)
        return sorted(path for path in files.walk(directory) if (node := files.node(path)) and node.kind != "directory")

    def die(self) -> None:
        """Mark the owners of all claims as ended, as after a `kill -9` of every jobber process."""
        for claim in self.store.claims.values():
            claim.is_dead = True

    def fail(self, call: str, error: JobberError, *, times: int = 1, after: bool = False) -> None:
        """Make a call fail.

        Args:
            call: The name of the call, as in `journal`.
            error: The error to raise.
            times: Number of calls that fail. Default: 1.
            after: Whether the call fails after it has done its work, as with a time-out. Default: False.

        Raises:
            ValueError: There is no such call.

        """
        self.faults.fail(call, error, times=times, after=after)
