"""The `jobber` command on real engines, in a folder of its own, with nothing of the caller's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from jobber.adapters.discovery.connect import connect
from jobber.domain.containers.container import Container
from jobber.domain.errors import JobberError
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.ports import Engine
from jobber.testing import FakeProgress

SECONDS = 120
WAIT = "until [ -e /gate/open ]; do sleep 0.1; done"
_DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
CMD ["true"]
ENV SHELL_NAME={name}
"""


def write_context(folder: Path, name: str) -> None:
    """A directory with what an image is built from that no other shell has: what two have, neither may remove."""
    folder.mkdir()
    busybox = shutil.which("busybox")
    assert busybox, "no busybox: `make test` installs a static one"
    shutil.copy(busybox, folder / "busybox")
    (folder / "Dockerfile").write_text(_DOCKERFILE.format(name=name))


@dataclass
class Shell:
    """A user at a terminal, with an image `NAME` of their own to run."""

    folder: Path
    environment: dict[str, str]
    engine: Engine
    name: str
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def jobber(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "jobber", *words],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command; it is ended with the test."""
        process = subprocess.Popen(
            [sys.executable, "-m", "jobber", *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._processes.append(process)
        return process

    @property
    def gate(self) -> tuple[str, ...]:
        """Options of a run whose job waits at `WAIT` until the gate is opened."""
        return "-Xd", f"-v {self.folder}:/gate"

    def open_gate(self) -> None:
        """Let the jobs go on that wait for it."""
        (self.folder / "open").touch()

    def data_image(self, **files: str) -> str:
        """Build a data image with these files in `/data`."""
        name = f"{self.name}-data"
        context = self.folder / name
        context.mkdir()
        for file, text in files.items():
            (context / file).write_text(text)
        (context / "Dockerfile").write_text("FROM scratch\nCOPY . /data/\n")
        built = self.jobber("build", "-t", name, str(context))
        assert built.returncode == 0, built.stderr
        return name

    def labels(self, name: str) -> dict[str, str]:
        """The labels of an image."""
        key = ImageId(name) if name.startswith("sha256:") else parse_reference(name)
        return dict(self.engine.images.inspect(key).labels)

    def id_of(self, name: str) -> str:
        """The id of an image."""
        return self.engine.images.inspect(parse_reference(name)).id

    def containers(self) -> list[str]:
        """Return the remaining containers of the test's runs."""
        parts = self.engine.containers.list(labels={"jobber.run": None})
        return [part.id for part in parts if self.name in part.labels["jobber.run"]]

    def tidy(self) -> None:
        """End what was started, and remove what was made."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        for container in self.engine.containers.list(labels={"jobber.run": None}):
            if self.name in container.labels["jobber.run"]:
                self.engine.containers.remove(container.id)
        for container in self.engine.containers.list(labels={"jobber.run": None}):
            if self._is_part_of_a_killed_run(container):
                self.engine.containers.remove(container.id)
        for name in (f"{self.name}-random", self.name, f"{self.name}-data"):
            self._remove_images(name)
        self.engine.close()

    def _is_part_of_a_killed_run(self, container: Container) -> bool:
        ours = {process.pid for process in self._processes}
        owner = container.labels["jobber.run"].split("/")
        return len(owner) > 2 and owner[2].isdecimal() and int(owner[2]) in ours

    def _remove_images(self, name: str) -> None:
        tried: set[str] = set()
        while tags := {*self._tags(name)} - tried:
            tried |= tags
            for tag in tags:
                with suppress(JobberError):
                    self.engine.images.remove(parse_reference(tag))

    def _tags(self, name: str) -> Iterator[str]:
        for tag in ("latest", "latest-run"):
            with suppress(JobberError):
                yield from self.engine.images.inspect(parse_reference(f"{name}:{tag}")).references


@contextmanager
def user(folder: Path, address: str, **variables: str) -> Iterator[Shell]:
    """A user whose environment says nothing of engines but this, with an image of their own."""
    name = f"jobber-test-{os.urandom(5).hex()}"
    place = folder / name
    write_context(place, name)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    environment = {**kept, "HOME": str(folder), **variables}
    if "PATH" in variables:
        environment["PATH"] = f"{variables['PATH']}:{kept['PATH']}"
    engine = connect(host=address or None, choice="auto", environment=environment, progress=FakeProgress())
    shell = Shell(place, environment, engine, name)
    try:
        yield shell
    finally:
        shell.tidy()


def await_line(process: subprocess.Popen[bytes], line: bytes) -> None:
    """Read a process's output up to a line."""
    assert process.stdout is not None
    give_up = time.monotonic() + SECONDS
    while process.stdout.readline() != line:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
