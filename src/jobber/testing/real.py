"""A real engine for tests: it removes everything that a test creates, and changes nothing else."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from jobber.adapters.fake.kept_logs import FakeKeptLogs
from jobber.adapters.host.clock import SystemClock
from jobber.domain.containers.engine_facts import EngineFacts
from jobber.domain.errors import ImageNotFound, JobberError, PathNotFound
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import parse_image_id, parse_reference
from jobber.domain.ports.checkup import InspectableEngine
from jobber.domain.ports.progress import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from os import PathLike

    from jobber.adapters.fake.jobs.job import Program
    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Builder, Clock, Containers, Engine, ImageStore, InputStore, Registry, RunStore


class NeedsContext(JobberError):
    """Raised for an image whose only program is a Python callable, which no real engine can run."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"image {name} has only a Python program, which a real engine can't run",
            hint="give it the directory that it is built from as well: engine.image(name, run=…, context=…)",
        )
        self.name = name


class ForeignImage(JobberError):
    """Raised for a name that a test wants to use for an image, if another image has that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is an image {name} on this engine already", hint="tests don't replace it: rename or remove it"
        )
        self.name = name


class _Recording:
    """A role of an engine, with some of its methods replaced."""

    def __init__(self, role: object, **replaced: Callable[..., object]) -> None:
        self._role = role
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._role, name)


class RealEngine:
    """An engine that records everything created through it.

    Args:
        engine: The engine to use.

    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made: list[ImageId] = []
        self._tags: list[ImageReference] = []
        self.kept_logs = FakeKeptLogs()
        """The store of job output that the engine's log lacks: for this test only, outside the user's directories."""
        self._containers: list[str] = []

    @property
    def clock(self) -> Clock:
        """The system clock."""
        return SystemClock()

    @property
    def made(self) -> Sequence[ImageId]:
        """The images of all builds and commits so far, in order."""
        return tuple(self._made)

    def look(self, image: ImageId) -> Image | None:
        """Return the current description of an image; None if it does not exist."""
        try:
            return self._engine.images.inspect(image)
        except ImageNotFound:
            return None

    @property
    def images(self) -> ImageStore:
        """The image store."""
        return cast("ImageStore", _Recording(self._engine.images, tag=self._tag, claim=self._claim))

    @property
    def containers(self) -> Containers:
        """The containers."""
        return cast("Containers", _Recording(self._engine.containers, create=self._create, commit=self._commit))

    @property
    def builder(self) -> Builder:
        """The builder."""
        return cast("Builder", _Recording(self._engine.builder, build=self._build))

    @property
    def registry(self) -> Registry:
        """The pulls and pushes of the engine."""
        return self._engine.registry

    @property
    def inputs(self) -> InputStore:
        """The input store: directories of images, to be mounted."""
        return self._engine.inputs

    @property
    def runs(self) -> RunStore:
        """The run store: claims of runs, and notes about them."""
        return self._engine.runs

    def describe(self) -> EngineDescription:
        """Return the description of the engine."""
        return self._engine.describe()

    def facts(self) -> EngineFacts:
        """Return the setup that the engine reports; empty if it reports none. Raises `EngineLost`, `EngineFailed`."""
        return self._engine.facts() if isinstance(self._engine, InspectableEngine) else EngineFacts()

    def close(self) -> None:
        """Do nothing: commands close their engine, but the next command needs it."""

    def image(
        self,
        name: str,
        *,
        run: Program | None = None,
        files: Mapping[str, bytes | str] | None = None,
        labels: Mapping[str, str] | None = None,
        context: str | PathLike[str] | None = None,
        dockerfile: str | None = None,
    ) -> ImageId:
        """Build an image and tag it. Raises `NeedsContext`, `ForeignImage`, `BuildFailed`."""
        if run is not None and context is None and dockerfile is None:
            raise NeedsContext(name)
        reference = parse_reference(name).with_default_tag()
        self._refuse_foreign(reference)
        if context is None and dockerfile is None:
            return self._make(reference, "FROM scratch\nCOPY . /\n", files=files or {}, labels=labels or {})
        made = self._make(reference, dockerfile, context=context, labels=labels or {})
        if files:
            made = self._make(reference, f"FROM {reference}\nCOPY . /\n", files=files, labels={})
        return made

    def read(self, name: str, path: str) -> bytes:
        """Return the content of a file. Raises `ImageNotFound`, `FileNotFoundError`, `IsADirectoryError`."""
        members = dict(self._members(name, path))
        content = members.get("")
        if content is None:
            raise IsADirectoryError(21, "Is a directory", path)
        return content

    def list(self, name: str, directory: str = "/") -> Sequence[str]:
        """Return the sorted paths of all files and links below a directory of an image. Raises `ImageNotFound`."""
        try:
            return sorted(
                directory.rstrip("/") + inner
                for inner, content in self._members(name, directory)
                if content is not None and inner
            )
        except FileNotFoundError:
            return []

    def tidy(self) -> None:
        """Remove everything that was created, and close the engine."""
        for container in self._containers:
            with suppress(JobberError):
                self._engine.containers.remove(cast("Any", container))
        with suppress(JobberError):
            for copy in self._engine.inputs.copies():
                if copy.image in self._made:
                    self._engine.inputs.discard(copy)
        names: list[ImageReference | ImageId] = [*reversed(self._tags), *reversed(self._made)]
        for name in names:
            with suppress(JobberError):
                self._engine.images.remove(name)
        self._engine.close()

    def _make(
        self,
        reference: ImageReference,
        dockerfile: str | None,
        *,
        labels: Mapping[str, str],
        context: str | PathLike[str] | None = None,
        files: Mapping[str, bytes | str] | None = None,
    ) -> ImageId:
        """Build a directory, or a temporary one with these files, and tag the image."""
        with TemporaryDirectory() as folder:
            source = Path(context) if context is not None else _write(Path(folder, "context"), files or {})
            file = source / "Dockerfile"
            if dockerfile is not None:
                file = Path(folder, "Dockerfile")
                file.write_text(dockerfile, encoding="utf-8")
            made = self._build(BuildRequest(context=source, dockerfile=file, labels=labels), progress=Silence())
        self._tag(made, reference=reference)
        return made

    def _members(self, name: str, path: str) -> Iterator[tuple[str, bytes | None]]:
        image = self._engine.images.inspect(parse_image_id(name) or parse_reference(name)).id
        try:
            content = io.BytesIO(b"".join(self._engine.images.archive(image, path=path)))
        except PathNotFound:
            raise FileNotFoundError(2, "No such file or directory", path) from None
        with tarfile.open(fileobj=content) as archive:
            root = None
            for member in archive:
                root = member.name if root is None else root
                file = archive.extractfile(member) if member.isreg() else None
                link = member.linkname.encode() if member.issym() else None
                inner = member.name.removeprefix(root).strip("/")
                yield (f"/{inner}" if inner else ""), file.read() if file else link

    def _refuse_foreign(self, reference: ImageReference) -> None:
        try:
            there = self._engine.images.inspect(reference)
        except ImageNotFound:
            return
        if there.id not in self._made:
            raise ForeignImage(str(reference))

    def _tag(self, image: ImageId, *, reference: ImageReference) -> None:
        self._engine.images.tag(image, reference=reference)
        self._tags.append(reference)

    def _claim(self, image: ImageId, *, reference: ImageReference) -> None:
        self._engine.images.claim(image, reference=reference)
        self._tags.append(reference)

    def _create(self, specification: Any) -> str:
        container = self._engine.containers.create(specification)
        self._containers.append(container)
        return container

    def _commit(self, container: Any, **settings: Any) -> ImageId:
        return self._keep(self._engine.containers.commit(container, **settings))

    def _build(self, request: BuildRequest, **settings: Any) -> ImageId:
        return self._keep(self._engine.builder.build(request, **settings))

    def _keep(self, image: ImageId) -> ImageId:
        self._made.append(image)
        return image


def _write(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    folder.mkdir()
    for path, content in files.items():
        file = folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
