"""Containers of the fake engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from jobber.adapters.archives.file_tree import read_tree
from jobber.adapters.archives.paths import check_askable
from jobber.adapters.fake.committing import as_a_commit_leaves_it
from jobber.adapters.fake.filesystem.archive import archive_of, existing_path
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.filesystem.mount_points import enter_workdir, make_mount_points, make_workdir, workdir_of
from jobber.adapters.fake.filesystem.mounts import Mounting
from jobber.adapters.fake.filesystem.node import file_node
from jobber.adapters.fake.jobs.attachment import FakeAttachment
from jobber.adapters.fake.jobs.job import KILLED, Job
from jobber.adapters.fake.jobs.process import environment_of, program_of, words_of
from jobber.adapters.fake.store import StoredContainer
from jobber.domain.containers.container import (
    LOG,
    Container,
    ContainerId,
    ContainerMount,
    ContainerState,
)
from jobber.domain.errors import (
    ContainerNotFound,
    EngineFailed,
    NameTaken,
    NotAFile,
    OptionUnsupported,
    PathNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jobber.adapters.fake.flavour import Flavour
    from jobber.adapters.fake.images import FakeImages
    from jobber.adapters.fake.jobs.job import Timeline
    from jobber.adapters.fake.store import Store, StoredImage
    from jobber.domain.containers.container import ContainerSpecification, Terminal
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.files.file_tree import Tree
    from jobber.domain.files.sparse_file import SparseFile
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Interruptions, JobInput
    from jobber.domain.runs.snapshot import Snapshot

_TOO_DEEP = 125
"""Number of layers at which Docker 20.10 creates no more containers."""
_NVIDIA = "nvidia"
_READ = 1 << 16


class FakeContainers:
    """The containers of a fake engine."""

    def __init__(self, store: Store, images: FakeImages, *, flavour: Flavour) -> None:
        self._store = store
        self._images = images
        self._flavour = flavour
        self._call = contextmanager(store.call)
        self.client_environment: Mapping[str, str] = {}
        """Variables that the engine's client adds to the environment of every container; a test may set them."""

    def check(self, options: ContainerOptions, /) -> None:
        """Check that an engine of this flavour supports the options, even if the fake ignores them.

        Raises `OptionUnsupported`, `InvalidOption`.
        """
        self._flavour.check(options)

    def create(self, specification: ContainerSpecification) -> ContainerId:
        """Create a container. Raises `ImageNotFound`, `NameTaken`, `EngineFailed`."""
        with self._call("create", specification.image):
            self.check(specification.options)
            self._flavour.check_description(specification)
            self._check_runtime(specification.runtime)
            image = self._images.find(specification.image)
            options = specification.options
            id_ = self._store.fresh_id()
            name = options.name or f"fake_{id_[:12]}"
            if any(other.name == name for other in self._store.containers.values()):
                raise NameTaken(name)
            if not words_of(specification, image):
                raise EngineFailed("create the container", why="no command specified")
            if len(image.layers) >= _TOO_DEEP:
                raise EngineFailed("create the container", why="max depth exceeded")
            mounting = self._mount(specification, image)
            files = Files(image.layers, {}, mounting.places, read_only=options.read_only)
            if self._flavour.is_docker:
                make_workdir(files, workdir_of(specification, image))
            self._store.containers[id_] = StoredContainer(
                id=id_,
                name=name,
                image=image.id,
                specification=specification,
                labels={**image.labels, **dict(options.labels), **specification.labels},
                files=files,
                anonymous=mounting.anonymous,
                created=self._store.stamp(),
                places=mounting.places,
            )
            return ContainerId(id_)

    def inspect(self, container: ContainerId) -> Container:
        """Return the description of a container. Raises `ContainerNotFound`."""
        with self._call("inspect-container", container):
            return self._describe(self._find(container))

    def list(self, *, labels: Mapping[str, str | None]) -> Sequence[Container]:
        """Return all containers with these labels, running or not."""
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
        """Attach to a created container's input and output."""
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
        stdin: JobInput | None,  # noqa: ARG002 - the job has already read all its input
        interruptions: Interruptions,
    ) -> FakeAttachment:
        """Attach to a job that was started before: read its output from the start, or since a time."""
        with self._call("follow"):
            attachment = FakeAttachment(self._store, self._find(container), interruptions)
            attachment.skip_to(since)
            return attachment

    def start(self, container: ContainerId) -> None:
        """Start the job. Raises `JobNotStarted`."""
        with self._call("start", container):
            stored = self._find(container)
            image = self._store.images[stored.image]
            argv = words_of(stored.specification, image)
            environment = environment_of(stored, image)
            workdir = workdir_of(stored.specification, image)
            make_mount_points(stored)
            must_exist = bool(stored.specification.options.workdir) and not self._flavour.is_docker
            enter_workdir(stored, workdir, must_exist=must_exist)
            program = program_of(image, stored.files, argv, environment, workdir)
            job = Job(
                argv=argv,
                environment=environment,
                workdir=workdir,
                user=stored.specification.options.user or image.configuration.user or "",
                files=stored.files,
                stdin=stored.stdin,
                hostname=stored.specification.options.hostname or stored.id[:12],
                terminal=stored.specification.terminal,
                is_noted=lambda: not self._store.faults.disk_is_full,
            )
            stored.start = self._store.clock.monotonic()
            stored.started = self._store.stamp()
            stored.state = ContainerState.RUNNING
            try:
                stored.timeline = job.run(program)
                if (seconds := self._store.faults.take_memory()) is not None:
                    stored.timeline.exhaust_memory(seconds)
            except BaseException:  # an error of jobber or the test, so the job did not start
                stored.state = ContainerState.CREATED
                raise
            self._store.settle(stored)

    def signal(self, container: ContainerId, *, signal: str) -> None:
        """Send a signal to the job by name; an ended job is not an error."""
        with self._call("signal", signal):
            stored = self._find(container)
            timeline = self._store.settle(stored)
            if timeline is None or stored.state is not ContainerState.RUNNING:
                return
            status = KILLED if signal == "SIGKILL" else timeline.reactions.get(signal)
            if status is not None:
                timeline.cut(self._store.clock.monotonic() - stored.start, exit_status=status)
                self._store.settle(stored)

    def logs(self, container: ContainerId, *, sink: BinaryIO, since: datetime | None = None) -> None:
        """Write the job's output so far to `sink`."""
        with self._call("logs", container):
            stored = self._find(container)
            if stored.timeline is not None:
                now = self._store.clock.monotonic() - stored.start
                first = now - (self._store.clock.now() - since).total_seconds() if since else 0.0
                for index, (moment, output) in enumerate(stored.timeline.outputs):
                    if first <= moment <= now and index not in stored.timeline.unnoted:
                        sink.write(output.chunk)

    def read(self, container: ContainerId, *, path: str, limit: int) -> bytes:
        """Return the first `limit` bytes of a file of an ended container. Raises `NotAFile`, `PathNotFound`."""
        with self._call("read", path):
            stored = self._find(container)
            self._store.settle(stored)
            try:
                return stored.files.read(path)[:limit]
            except IsADirectoryError:
                raise NotAFile(container, path=path) from None
            except OSError:
                raise PathNotFound(container, path=path) from None

    def tree(self, container: ContainerId, *, path: str) -> Tree:
        """Return a directory or a file of an ended container as a file tree. Raises `PathNotFound`."""
        with self._call("tree", path):
            check_askable(path)
            stored = self._find(container)
            self._store.settle(stored)
            real = existing_path(stored.files, path, of=f"container {container[:12]}")
            archive = archive_of(stored.files, real, name=real.rpartition("/")[2])
            return read_tree(piece for piece in (archive,))

    def sparse_files(self, container: ContainerId) -> Sequence[SparseFile]:
        """Return an empty list: files of the fake have no holes."""
        del container
        return ()

    def commit(self, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
        """Create an image of a container's own file system, without volumes and mounts."""
        with self._call("commit", container):
            stored = self._find(container)
            self._store.settle(stored)
            image = self._store.images[stored.image]
            log.seek(0)
            layers, digests = image.layers, image.digests
            alone = Files(layers, stored.files.top)
            if snapshot.is_flat:
                layers, digests = (alone.merged(),), ()
                alone = Files(layers)
            alone.put(LOG, file_node(log.read()))
            labels, configuration = {**image.labels, **snapshot.labels}, snapshot.configuration
            if not self.keeps_configuration():
                labels = {**stored.labels, **snapshot.leaving_blank(snapshot.new_variables).labels}
                configuration = as_a_commit_leaves_it(snapshot, stored.specification)
            image_layers = (*layers, dict(alone.top))
            made = self._store.add_image(image_layers, configuration, labels, digests=digests, program=image.program)
            self._store.made.append(made)
            return made

    def keeps_configuration(self) -> bool:
        """Return whether results keep the configuration of their code image exactly.

        Docker with containerd's image store does not.
        """
        return self._store.id_store == "config" or not self._flavour.is_docker

    def remove(self, container: ContainerId) -> None:
        """Kill and remove a container with its anonymous volumes; a missing container is not an error."""
        with self._call("remove", container):
            stored = self._store.containers.pop(container, None)
            for volume in stored.anonymous if stored else ():
                self._store.volumes.pop(volume, None)

    def _check_runtime(self, runtime: str | None) -> None:
        if runtime in (None, _NVIDIA, *self._store.runtimes):
            return
        if self._flavour.is_docker:
            raise EngineFailed("create the container", why=f"Unknown runtime specified {runtime}")
        why = f"it runs jobs with {self._flavour.runtimes[0]}"
        raise OptionUnsupported(f"--runtime {runtime}", engine="this podman", why=why)

    def _mount(self, specification: ContainerSpecification, image: StoredImage) -> Mounting:
        mounting = Mounting(self._store, self._images, image, self._flavour)
        for text in specification.options.volumes_from:
            name, _, mode = text.partition(":")
            mounting.take_from(self._find(ContainerId(name)), mode=mode)
        mounting.add_options(specification.options.mounts)
        mounting.add_inputs(specification.inputs)
        mounting.add_declared()
        return mounting

    def _find(self, container: ContainerId) -> StoredContainer:
        stored = self._store.containers.get(container) or self._named(container)
        if stored is None:
            raise ContainerNotFound(container)
        return stored

    def _named(self, name: str) -> StoredContainer | None:
        return next((stored for stored in self._store.containers.values() if stored.name == name), None)

    def _describe(self, stored: StoredContainer) -> Container:
        timeline = self._store.settle(stored)
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
            memory_limit=stored.specification.options.memory or None,
            out_of_memory=self._out_of_memory(timeline) if ended and timeline else None,
        )

    def _out_of_memory(self, timeline: Timeline) -> bool | None:
        return timeline.memory_ends is not None if self._flavour.reports_memory else None
