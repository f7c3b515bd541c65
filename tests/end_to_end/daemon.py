"""A Docker daemon of a test's own, on TCP."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from remote import free_port, is_open

READY_SECONDS = 60


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
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((m for m in mounts if m.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)
        _ip("link", "delete", self._bridge)
        shutil.rmtree(self.folder, ignore_errors=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _free_subnet() -> int:
    taken = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    return next(n for n in (secrets.randbelow(190) + 60 for _ in range(1000)) if f"172.30.{n}." not in taken)
