"""The fake's containers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from jobber.adapters.fake.files import Files, Node, Place, file_node
from jobber.adapters.fake.job import KILLED, Job
from jobber.adapters.fake.store import StoredContainer, StoredVolume
from jobber.domain.container import (
    Container,
    ContainerId,
    ContainerMount,
    ContainerState,
    ImageMount,
)
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    EngineLost,
    JobNotStarted,
    NameTaken,
    NotAFile,
    OptionUnsupported,
    PathNotFound,
)
from jobber.domain.events import DeadlinePassed, Exited
from jobber.domain.input import normal_path
from jobber.domain.reference import ImageId
from jobber.domain.xdocker.table import first_lacking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableSequence, Sequence
    from datetime import datetime

    from jobber.adapters.fake.files import Program
    from jobber.adapters.fake.images import FakeImages
    from jobber.adapters.fake.job import Timeline
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.container import ContainerSpecification, Snapshot, Terminal
    from jobber.domain.events import JobEvent
    from jobber.domain.image import ImageConfiguration
    from jobber.domain.options import ContainerOptions
    from jobber.domain.ports import Interruptions, JobInput

NOT_FOUND = 127
NOT_EXECUTABLE = 126
_TOO_DEEP = 125
"""Layers, as on Docker 20.10."""
_LOG = "/run.log"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_READ = 1 << 16


class FakeContainers:
    """The containers of a fake engine."""

    def __init__(self, store: Store, images: FakeImages, *, flavour: str = "docker") -> None:
        self._store = store
        self._images = images
        self._flavour = flavour
        self._call = contextmanager(store.call)

    def check(self, options: ContainerOptions, /) -> None:
        """Check that an engine of this flavour has all of the options, whether they have a meaning here or not."""
        if self._flavour == "podman" and (lacking := first_lacking(options, has=lambda option: option.podman)):
            raise OptionUnsupported(lacking.name, engine=self._flavour)

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Make a container. Raises `ImageNotFound`, `NameTaken`."""
        with self._call("create", specification.image):
            self.check(specification.options)
            image = self._images.find(specification.image)
            options = specification.options
            id_ = self._store.fresh_id()
            name = options.name or f"fake_{id_[:12]}"
            if any(other.name == name for other in self._store.containers.values()):
                raise NameTaken(name)
            if not _argv(specification, image):
                raise EngineFailed("create the container", why="no command specified")
            if len(image.layers) >= _TOO_DEEP:
                raise EngineFailed("create the container", why="max depth exceeded")
            places, anonymous = self._mount(specification, image)
            self._store.containers[id_] = StoredContainer(
                id=id_,
                name=name,
                image=image.id,
                specification=specification,
                labels={**image.labels, **dict(options.labels), **specification.labels},
                files=Files(image.layers, {}, places, read_only=options.read_only),
                anonymous=anonymous,
                created=self._store.stamp(),
                places=places,
            )
            return ContainerId(id_)

    def inspect(self, container: ContainerId) -> Container:
        """Look a container up. Raises `ContainerNotFound`."""
        with self._call("inspect-container", container):
            return self._describe(self._find(container))

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """All containers, running or not, with these labels."""
        with self._call("list"):
            return [
                self._describe(stored)
                for stored in self._store.containers.values()
                if all(name in stored.labels and value in (None, stored.labels[name]) for name, value in labels.items())
            ]

    def attach(
        self,
        container: ContainerId,
        *,
        stdin: JobInput | None,
        interruptions: Interruptions,
        terminal: Terminal | None = None,
    ) -> FakeAttachment:
        """Get hold of a created container's input and output."""
        with self._call("attach", container):
            stored = self._find(container)
            if terminal is not None:
                self._store.note("resize", f"{terminal.rows}x{terminal.columns}")
            if stdin is not None:
                stored.stdin = b"".join(iter(lambda: stdin.read(_READ), b""))
            return FakeAttachment(self._store, stored, interruptions)

    def follow(
        self,
        container: ContainerId,
        *,
        since: datetime | None,
        stdin: JobInput | None,  # noqa: ARG002 - its job has run with all the input it got
        interruptions: Interruptions,
    ) -> FakeAttachment:
        """Get hold of a job that was started before: its output from the beginning, or since a moment."""
        with self._call("follow"):
            attachment = FakeAttachment(self._store, self._find(container), interruptions)
            attachment.skip_to(since)
            return attachment

    def start(self, container: ContainerId) -> None:
        """Start the job. Raises `JobNotStarted`."""
        with self._call("start", container):
            stored = self._find(container)
            image = self._store.images[stored.image]
            argv = _argv(stored.specification, image)
            environment = _environment(stored, image)
            workdir = stored.specification.options.workdir or image.configuration.workdir or "/"
            program = find_program(stored.files, argv, environment, workdir)
            job = Job(
                argv=argv,
                environment=environment,
                workdir=workdir,
                user=stored.specification.options.user or image.configuration.user or "",
                files=stored.files,
                stdin=stored.stdin,
                hostname=stored.specification.options.hostname or stored.id[:12],
                terminal=stored.specification.terminal,
            )
            _make_mount_points(stored)
            stored.start = self._store.clock.monotonic()
            stored.started = self._store.stamp()
            stored.state = ContainerState.RUNNING
            stored.timeline = job.run(program)
            self._settle(stored)

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send the job a signal by name; no error where it has ended."""
        with self._call("signal", signal):
            stored = self._find(container)
            timeline = self._settle(stored)
            if timeline is None or stored.state is not ContainerState.RUNNING:
                return
            status = KILLED if signal == "SIGKILL" else timeline.reactions.get(signal)
            if status is not None:
                timeline.cut(self._store.clock.monotonic() - stored.start, exit_status=status)
                self._settle(stored)

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`."""
        with self._call("logs", container):
            stored = self._find(container)
            if stored.timeline is not None:
                now = self._store.clock.monotonic() - stored.start
                first = now - (self._store.clock.now() - since).total_seconds() if since else 0.0
                for moment, output in stored.timeline.outputs:
                    if first <= moment <= now:
                        sink.write(output.chunk)

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """The first bytes of a file of a container that has ended."""
        with self._call("read", path):
            stored = self._find(container)
            self._settle(stored)
            try:
                return stored.files.read(path)[:limit]
            except IsADirectoryError:
                raise NotAFile(container, path=path) from None
            except OSError:
                raise PathNotFound(container, path=path) from None

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Make an image of a container's own file system: neither volumes nor mounts are part of it."""
        with self._call("commit", container):
            stored = self._find(container)
            self._settle(stored)
            image = self._store.images[stored.image]
            log.seek(0)
            alone = Files(image.layers, stored.files.top)
            alone.put(_LOG, file_node(log.read()))
            labels = {**stored.labels, **snapshot.labels}
            configuration = _as_engines_leave_it(snapshot, stored.specification)
            layers, digests = (*image.layers, dict(alone.top)), image.digests
            if snapshot.is_flat:
                layers, digests = (alone.merged(),), ()
            made = self._store.add_image(layers, configuration, labels, digests=digests)
            self._store.made.append(made)
            return made

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; no error where it is gone already."""
        with self._call("remove", container):
            stored = self._store.containers.pop(container, None)
            for volume in stored.anonymous if stored else ():
                self._store.volumes.pop(volume, None)

    def _find(self, container: ContainerId) -> StoredContainer:
        stored = self._store.containers.get(container) or self._named(container)
        if stored is None:
            raise ContainerNotFound(container)
        return stored

    def _named(self, name: str) -> StoredContainer | None:
        return next((stored for stored in self._store.containers.values() if stored.name == name), None)

    def _describe(self, stored: StoredContainer) -> Container:
        timeline = self._settle(stored)
        ended = stored.state is ContainerState.EXITED and timeline is not None
        named = {place.path: place for place in stored.places}
        return Container(
            id=ContainerId(stored.id),
            name=stored.name,
            image=stored.image,
            state=stored.state,
            exit_status=timeline.exit_status if ended and timeline else None,
            labels=stored.labels,
            mounts=tuple(ContainerMount(destination=path, kind=place.kind) for path, place in named.items()),
            terminal=stored.specification.terminal is not None,
            created=stored.created,
            started=stored.started,
            finished=stored.finished,
        )

    def _settle(self, stored: StoredContainer) -> Timeline | None:
        """Bring a container up to the present: what its job has done until now, and whether it has ended."""
        return settle(self._store, stored)

    def _mount(
        self, specification: ContainerSpecification, image: StoredImage
    ) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        places: dict[str, Place] = {}
        anonymous: MutableSequence[str] = []
        for text in specification.options.volumes_from:
            name, _, mode = text.partition(":")
            for place in self._find(ContainerId(name)).places:
                places[place.path] = replace(place, read_only=place.read_only or mode == "ro")
        for mount in specification.options.mounts:
            path = normal_path(mount.destination)
            places[path] = self._option_place(mount.kind, mount.source, path, image, anonymous)
            places[path].read_only = mount.read_only
        for given in specification.inputs:
            if isinstance(given, ImageMount):
                merged = Files(self._images.find(given.image).layers)
                nodes, kind = _nodes_below(merged, given.source), "image"
            else:
                nodes, kind = self._store.volumes[given.volume].nodes, "volume"
            places[given.destination] = Place(given.destination, nodes, read_only=True, kind=kind)
        for path in map(normal_path, image.configuration.volumes):
            if path not in places:
                places[path] = self._option_place("volume", "", path, image, anonymous)
        return tuple(places.values()), tuple(anonymous)

    def _option_place(
        self, kind: str, source: str, path: str, image: StoredImage, anonymous: MutableSequence[str]
    ) -> Place:
        if kind == "bind":
            return Place(path, self._store.host, below=source.rstrip("/"), kind="bind")
        if kind == "tmpfs":
            return Place(path, {}, kind="tmpfs")
        if kind == "image":
            nodes = _nodes_below(Files(self._images.find(ImageId(source)).layers), "/")
            return Place(path, nodes, read_only=True, kind="image")
        name = source or self._store.fresh_id()
        if not source:
            anonymous.append(name)
        if name not in self._store.volumes:
            self._store.volumes[name] = StoredVolume(name, _nodes_below(Files(image.layers), path))
        return Place(path, self._store.volumes[name].nodes)


class FakeAttachment:
    """A view of one job's timeline, as the fake clock moves along it."""

    def __init__(self, store: Store, stored: StoredContainer, interruptions: Interruptions) -> None:
        self._store = store
        self._stored = stored
        self._interruptions = interruptions
        self._seen = 0
        """How many of the outputs have been given out."""
        self._call = contextmanager(store.call)

    def skip_to(self, since: datetime | None) -> None:
        """Leave out what was said before a moment."""
        timeline = self._stored.timeline
        if since is None or timeline is None:
            return
        moment = self._store.clock.monotonic() - (self._store.clock.now() - since).total_seconds()
        self._seen = sum(self._stored.start + said < moment for said, _ in timeline.outputs)

    def next(self, *, deadline: float | None = None) -> JobEvent:
        """The next thing that happens; time moves on to it. Raises `EngineLost` where that was asked for."""
        with self._call("stream", self._stored.id):
            if event := self._interruptions.take():
                return event
            timeline = self._stored.timeline
            if timeline is None:
                raise EngineLost("the run", why="the job was never started")
            clock, start = self._store.clock, self._stored.start
            pending = self._seen < len(timeline.outputs)
            moment = start + (timeline.outputs[self._seen][0] if pending else timeline.end)
            due = getattr(self._interruptions, "due", lambda: None)()
            first = min(value for value in (moment, deadline, due) if value is not None)
            clock.advance_to(first)
            if due is not None and due == first and (event := self._interruptions.take()):
                return event
            if moment <= clock.monotonic():
                if pending:
                    self._seen += 1
                    return timeline.outputs[self._seen - 1][1]
                settle(self._store, self._stored)
                return Exited(timeline.exit_status)
            return DeadlinePassed()

    def resize(self, terminal: Terminal) -> None:
        """Tell the job's terminal its new size: noted alone."""
        self._store.note("resize", f"{terminal.rows}x{terminal.columns}")

    def close(self) -> None:
        """Let go of the wire; the job goes on."""


def _make_mount_points(stored: StoredContainer) -> None:
    """Directories to mount on, which are in the container's own layer and stay in a result."""
    alone = Files(stored.files.layers, stored.files.top)
    for place in stored.places:
        if not alone.exists(place.path) and not alone.is_directory(place.path):
            alone.make_directory(place.path)


def settle(store: Store, stored: StoredContainer) -> Timeline | None:
    """Bring a container up to the present, and return its timeline."""
    timeline = stored.timeline
    if timeline is None or stored.state is not ContainerState.RUNNING:
        return timeline
    now = store.clock.monotonic() - stored.start
    if now >= timeline.end:
        stored.state = ContainerState.EXITED
        stored.finished = store.stamp(ago=now - timeline.end)
    done = [layer for moment, layer in timeline.layers if moment <= now]
    stored.files.top = dict(done[-1]) if done else {}
    return timeline


def _as_engines_leave_it(snapshot: Snapshot, specification: ContainerSpecification) -> ImageConfiguration:
    """The configuration with what no engine can take away in a commit.

    A variable that the run added can only be made empty, and an anonymous volume of the run becomes one of the image.
    """
    code = snapshot.configuration
    known = {variable.partition("=")[0] for variable in code.environment}
    blank = [f"{name}=" for name in snapshot.added_environment if name not in known]
    anonymous = [
        mount.destination for mount in specification.options.mounts if mount.kind == "volume" and not mount.source
    ]
    volumes = tuple(sorted({*code.volumes, *anonymous}))
    return replace(code, environment=(*code.environment, *blank), volumes=volumes)


def _argv(specification: ContainerSpecification, image: StoredImage) -> tuple[str, ...]:
    configuration, overridden = image.configuration, specification.options.entrypoint
    entrypoint = configuration.entrypoint or ()
    command = specification.command
    if overridden is not None:
        entrypoint = (overridden,) if overridden else ()
    elif command is None:
        command = configuration.command
    return (*entrypoint, *(command or ()))


def _environment(stored: StoredContainer, image: StoredImage) -> dict[str, str]:
    environment = {"PATH": _PATH, "HOSTNAME": stored.id[:12]}
    for variable in image.configuration.environment:
        name, _, value = variable.partition("=")
        environment[name] = value
    changed = {**environment, **dict(stored.specification.options.environment)}
    return {name: value for name, value in changed.items() if value is not None}


def find_program(files: Files, argv: tuple[str, ...], environment: Mapping[str, str], workdir: str) -> Program:
    """What is executed. Raises `JobNotStarted` with 127 or 126."""
    for path in _places_to_look(argv[0], environment, workdir):
        node = files.node(files.resolve(path))
        if node is not None and node.program is not None:
            return node.program
        if node is not None or files.is_directory(path):
            raise JobNotStarted(why=f'exec: "{argv[0]}": permission denied', exit_status=NOT_EXECUTABLE)
    raise JobNotStarted(why=f'exec: "{argv[0]}": executable file not found in $PATH', exit_status=NOT_FOUND)


def _places_to_look(name: str, environment: Mapping[str, str], workdir: str) -> Iterator[str]:
    if "/" in name:
        yield normal_path(name if name.startswith("/") else f"{workdir}/{name}")
    else:
        yield from (f"{folder}/{name}" for folder in environment["PATH"].split(":"))


def _nodes_below(files: Files, directory: str) -> dict[str, Node | None]:
    real = files.resolve(directory).rstrip("/")
    return {path.removeprefix(real): files.node(path) for path in files.walk(real or "/")}
