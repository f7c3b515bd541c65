"""The environment of the contract's tests: one engine, a base image with a small job language, and the cleanup."""

from __future__ import annotations

import io
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from jobber.adapters.fake.kept_logs import FakeKeptLogs
from jobber.adapters.host.process_identity import current_owner
from jobber.domain.containers.container import ContainerId, ContainerSpecification
from jobber.domain.containers.events import ConnectionEvent, Exited, Output, Stream
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import JobberError
from jobber.domain.images.reference import ImageId, ImageReference, parse_reference
from jobber.domain.use_cases.run.run import RunJob
from jobber.testing.environment import FakeConsole, FakeInterruptions, FakeKeyring, FakeProgress
from jobber.testing.standard_input import job_input

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jobber.adapters.fake.jobs.job import Job
    from jobber.domain.containers.container import ImageMount, Terminal, VolumeMount
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.ports import Clock, Engine, JobInput, RemoteImages

JOB_SCRIPT = r"""#!/bin/sh
# The job language of jobber's engine contract: verbs with their operands, one after the other.
while [ $# -gt 0 ]; do
    verb=$1; shift
    case $verb in
    say) printf '%s\n' "$1"; shift ;;
    complain) printf '%s\n' "$1" >&2; shift ;;
    write) mkdir -p "${1%/*}/" && printf '%s' "$2" >"$1" || exit 1; shift 2 ;;
    remove) rm -r "$1" || exit 1; shift ;;
    mkdir) mkdir -p "$1" || exit 1; shift ;;
    link) ln -s "$2" "$1" || exit 1; shift 2 ;;
    show) cat "$1" || exit 1; shift ;;
    variable) eval "printf '%s\n' \"\$$1\""; shift ;;
    variables) env ;;
    where) pwd ;;
    sleep) sleep "$1" & wait $!; shift ;;
    echo) cat ;;
    binary) printf '\000\001\012\015\200\377' ;;
    fill) head -c "$1" /dev/zero | tr '\000' x; shift ;;
    exhaust) exec dd if=/dev/zero of=/dev/null bs=300M count=1 ;;
    exhaust-child) dd if=/dev/zero of=/dev/null bs=300M count=1 ;;
    on) trap "exit $2" "$1"; shift 2 ;;
    quiet) exec >&- 2>&- ;;
    exit) exit "$1" ;;
    *) echo "no verb $verb" >&2; exit 64 ;;
    esac
done
"""


_NO_SUCH_VERB = 64
_REPORTS_MEMORY = 5
"""The first version of Podman that reports out-of-memory kills."""


def job_program(job: Job) -> int:
    """Run the job language on the fake."""
    words = list(job.argv[1:])
    try:
        while words:
            verb = words.pop(0)
            if verb not in _VERBS:
                job.complain(f"no verb {verb}\n")
                return _NO_SUCH_VERB
            arity, act = _VERBS[verb]
            act(job, *(words.pop(0) for _ in range(arity)))
    except OSError as error:
        job.complain(f"{error.filename}: {error.strerror}\n")
        return 1
    return 0


def _close(job: Job) -> None:
    job.close_output()


_VERBS: Mapping[str, tuple[int, Callable[..., object]]] = {
    "say": (1, lambda job, text: job.say(f"{text}\n")),
    "complain": (1, lambda job, text: job.complain(f"{text}\n")),
    "write": (2, lambda job, path, text: job.files.write(path, text)),
    "remove": (1, lambda job, path: job.files.remove(path)),
    "mkdir": (1, lambda job, path: job.files.make_directory(path)),
    "link": (2, lambda job, path, target: job.files.link(path, target)),
    "show": (1, lambda job, path: job.say(job.files.read(path))),
    "variable": (1, lambda job, name: job.say(f"{job.environment.get(name, '')}\n")),
    "variables": (0, lambda job: job.say("".join(f"{name}={value}\n" for name, value in job.environment.items()))),
    "where": (0, lambda job: job.say(f"{job.workdir}\n")),
    "sleep": (1, lambda job, seconds: job.sleep(float(seconds))),
    "echo": (0, lambda job: job.say(job.stdin)),
    "binary": (0, lambda job: job.say(b"\x00\x01\n\r\x80\xff")),
    "fill": (1, lambda job, size: job.say(b"x" * int(size))),
    "exhaust": (0, lambda job: job.run_out_of_memory()),
    "exhaust-child": (0, lambda job: job.run_out_of_memory(goes_on=True)),
    "on": (2, lambda job, signal, status: job.on_signal(f"SIG{signal}", int(status))),
    "quiet": (0, _close),
    "exit": (1, lambda job, status: job.exit(int(status))),
}


@dataclass(frozen=True)
class Ran:
    """The outcome of a job."""

    exit_status: int
    stdout: bytes
    stderr: bytes
    log: bytes


@dataclass(frozen=True)
class GuardedRegistry:
    """A registry that accepts one user."""

    host: str
    credentials: Credentials


@dataclass
class World:
    """An engine under test. `base` is an image with `/bin/job`, which is `JOB_SCRIPT` or `job_program`."""

    engine: Engine
    clock: Clock
    base: ImageReference
    registry_host: str | None = None
    raw_image: Callable[[ImageId], str] | None = None
    """A function that returns the engine's whole description of an image, to search for text that must be absent."""
    raw_store: Callable[[], str] | None = None
    """A function that returns the engine's whole description of all its images and containers."""
    guarded: GuardedRegistry | None = None
    remote: RemoteImages | None = None
    """The registry access without an engine."""
    die_with_claim: Callable[[str], None] = lambda _run: None
    """A function that lets a jobber process of this machine claim a run and be killed."""
    reload_without_time: Callable[[ImageId, ImageReference], None] | None = None
    """A function that creates and tags a copy of an image without a creation time; None if a test cannot do so."""
    containers: list[ContainerId] = field(default_factory=list)
    images: list[ImageReference | ImageId] = field(default_factory=list)

    def name(self, suffix: str = "") -> ImageReference:
        """Return an unused reference, whose image is removed at the end."""
        reference = parse_reference(f"jobber-test-{uuid.uuid4().hex[:12]}{suffix}").with_default_tag()
        self.images.append(reference)
        return reference

    @property
    def is_podman(self) -> bool:
        """True if the engine is Podman or behaves like Podman."""
        return self.engine.describe().name == "podman"

    @property
    def reports_memory(self) -> bool:
        """True if the engine reports that a job ran out of memory: Podman 4.3 does not."""
        major = int(self.engine.describe().version.partition(".")[0])
        return not self.is_podman or major >= _REPORTS_MEMORY

    @property
    def base_id(self) -> ImageId:
        """The ID of the base image."""
        return self.engine.images.inspect(self.base).id

    def create(
        self,
        *words: str,
        image: ImageId | None = None,
        options: ContainerOptions | None = None,
        inputs: tuple[ImageMount | VolumeMount, ...] = (),
        labels: Mapping[str, str] | None = None,
        command: tuple[str, ...] | None = None,
        terminal: Terminal | None = None,
        reads_input: bool = True,
    ) -> ContainerId:
        """Create a container for a job in the job language, or for another command."""
        created = self.engine.containers.create(
            ContainerSpecification(
                image=image or self.base_id,
                options=options or ContainerOptions(),
                command=("/bin/job", *words) if command is None else command,
                inputs=inputs,
                labels=labels or {},
                terminal=terminal,
                reads_input=reads_input,
            )
        )
        self.containers.append(created)
        return created

    def watch(self, container: ContainerId, *, stdin: bytes | None = b"") -> Ran:
        """Attach to a container, start it, and follow it to the end."""
        outputs: list[Output] = []
        attachment = self.engine.containers.attach(
            container, stdin=None if stdin is None else job_input(stdin), interruptions=FakeInterruptions()
        )
        try:
            self.engine.containers.start(container)
            while True:
                event = attachment.next(deadline=self.clock.monotonic() + 60)
                if isinstance(event, Exited):
                    break
                if isinstance(event, ConnectionEvent):  # as on a machine under load: the output is read again
                    continue
                assert isinstance(event, Output), event
                outputs.append(event)
        finally:
            attachment.close()
        by_stream = {
            stream: b"".join(output.chunk for output in outputs if output.stream is stream) for stream in Stream
        }
        log = b"".join(output.chunk for output in outputs)
        return Ran(event.exit_status, by_stream[Stream.STDOUT], by_stream[Stream.STDERR], log)

    def run(self, *words: str, stdin: bytes | None = b"", **creation: object) -> Ran:
        """Create a container for a job and follow it to the end."""
        return self.watch(self.create(*words, **creation), stdin=stdin)  # type: ignore[arg-type]

    def build(
        self, folder: Path, dockerfile: str, *, progress: FakeProgress | None = None, **settings: object
    ) -> ImageId:
        """Build the contents of a folder."""
        from jobber.domain.images.build_request import BuildRequest

        (folder / "Dockerfile").write_text(dockerfile)
        request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile", **settings)  # type: ignore[arg-type]
        built = self.engine.builder.build(request, progress=progress or FakeProgress())
        self.images.append(built)
        return built

    def moment(self, text: str) -> datetime:
        """Return the time of an engine's timestamp."""
        return datetime.fromisoformat(text)

    def keep(self, image: ImageId) -> ImageId:
        """Register an image for removal at the end, and return it."""
        self.images.append(image)
        return image

    def job_runner(self) -> RunJob:
        """Return the use case of `jobber run` on this engine, for one run."""
        return RunJob(
            engine=self.engine,
            clock=self.clock,
            console=Console(),
            interruptions=FakeInterruptions(),
            keyring=FakeKeyring(),
            kept_logs=FakeKeptLogs(),
            progress=FakeProgress(),
            version="1.2.3",
            new_id=str(uuid.uuid4()),
            owner=current_owner(),
        )

    def tidy(self) -> None:
        """Remove everything created here."""
        for container in self.containers:
            self.engine.containers.remove(container)
        for image in reversed(self.images):
            with suppress(JobberError):
                self.engine.images.remove(image)


class Console(FakeConsole):
    """A console whose input has a file descriptor, for real engines."""

    @property
    def stdin(self) -> JobInput | None:  # type: ignore[override]
        """The standard input: empty."""
        return job_input(b"")

    def spool(self) -> BinaryIO:
        """Return a spool in memory."""
        return io.BytesIO()
