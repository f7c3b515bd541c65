"""Engines of a test's own: a Docker daemon on TCP, a Podman service."""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from remote import free_port, is_open

READY_SECONDS = 60
_PROGRAMS = "/usr/sbin:/usr/bin"
_ENOUGH = 20000


def need(*, program: str) -> None:
    """Skip a test that starts a program of the system as root, where that can't be."""
    if os.geteuid() != 0 or (shutil.which(program) or shutil.which(program, path=_PROGRAMS)) is None:
        pytest.skip(f"a {program} of our own needs root and that program")


@contextmanager
def private_docker() -> Iterator[PrivateDocker]:
    """A dockerd of a test's own, gone in the end."""
    need(program="dockerd")
    private = PrivateDocker()
    try:
        yield private
    finally:
        private.remove()


class PrivateDocker:
    """A dockerd on a loopback port, with what it stores in a folder and a bridge of its own."""

    def __init__(self) -> None:
        # Not in /tmp, which may be a tmpfs that overlayfs can't lie on; and a short path, for sockets.
        self.folder = Path(tempfile.mkdtemp(prefix="jbr-", dir="/var/tmp"))
        self.port = free_port()
        self._bridge = f"jbr{secrets.token_hex(3)}"
        self._process: subprocess.Popen[bytes] | None = None
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("address", "add", f"172.30.{_free_subnet()}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def start(self, *options: str) -> None:
        """Start it, with these options besides."""
        command = ["dockerd", "--data-root", f"{self.folder}/docker", "--exec-root", f"{self.folder}/exec"]
        command += ["--pidfile", f"{self.folder}/docker.pid", "--bridge", self._bridge]
        command += ["--host", f"tcp://127.0.0.1:{self.port}", *options]
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        give_up = time.monotonic() + READY_SECONDS
        while not is_open(self.port):
            assert self._process.poll() is None, log.read_text(errors="replace")[-4000:]
            assert time.monotonic() < give_up
            time.sleep(0.1)
        assert self._process.poll() is None, log.read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """End it; what it stores stays."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        """End it and take away all traces."""
        self.stop()
        _unmount(self.folder)
        _ip("link", "delete", self._bridge)
        shutil.rmtree(self.folder, ignore_errors=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _free_subnet() -> int:
    taken = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    return next(n for n in (secrets.randbelow(190) + 60 for _ in range(1000)) if f"172.30.{n}." not in taken)


class PrivatePodman:
    """A podman service on a socket of its own, with what it stores in a folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jbr-", dir="/var/tmp"))
        self.address = f"unix://{self.folder}/podman.sock"
        self._process: subprocess.Popen[bytes] | None = None
        limits = ", ".join(f'"{name}={_hard_limit(name)}"' for name in ("nofile", "nproc"))
        (self.folder / "containers.conf").write_text(
            f"[containers]\ndefault_ulimits = [{limits}]\n"
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            f'lock_type = "file"\ntmp_dir = "{self.folder}/tmp"\n'  # see with_engines.py
        )

    def start(self) -> None:
        """Start it."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*self._words, "system", "service", "--time", "0", self.address],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        give_up = time.monotonic() + READY_SECONDS
        while not self._listens():
            assert self._process.poll() is None, log.read_text(errors="replace")[-4000:]
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, whatever it is about; containers go on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it, with its containers, and take away all traces."""
        self.kill()
        everything = [*self._words, "rm", "--all", "--force", "--time", "0"]
        subprocess.run(everything, env=self._environment, capture_output=True, check=False)
        _unmount(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _words(self) -> list[str]:
        return ["podman", "--root", f"{self.folder}/storage", "--runroot", f"{self.folder}/run"]

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CONTAINERS_CONF": f"{self.folder}/containers.conf"}

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex(self.address.removeprefix("unix://")) == 0


def _hard_limit(name: str) -> str:
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    number = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    return f"{number}:{number}"


def _unmount(folder: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((m for m in mounts if m.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
