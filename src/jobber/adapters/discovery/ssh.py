"""Connections to engines over ssh, through the system's `ssh` with its configuration, its agent and its known hosts.

jobber opens one connection and shares it. Each exchange with the engine is a channel of it. At the remote end is a
`dial-stdio` of the engine's client or, if a socket is named, a forwarded socket. All of this ends with the jobber
process.
"""

from __future__ import annotations

import ctypes
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from jobber.adapters.discovery.ssh_remedies import (
    FORBIDDEN_SOCKET,
    NO_ENGINE,
    NO_SSH,
    SILENT_SOCKET,
    no_client,
    remedy,
)
from jobber.adapters.engine_api.connection_errors import EngineUnreachable
from jobber.adapters.host.temp_folder import make_short_folder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from jobber.adapters.engine_api.endpoint import Endpoint

CONNECT_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1
_OPTIONS = (
    "BatchMode=yes",
    "ControlPersist=no",
    "RemoteCommand=none",
    "RequestTTY=no",
    "ServerAliveCountMax=4",
    "ServerAliveInterval=30",
)
_NO_FORWARDS = "ClearAllForwardings=yes"
"""The option that ignores the forwards of the user's configuration.

These are meant for interactive sessions, and are already in use if such a session is open.
"""
# Reports the remote clients, and runs until jobber closes its input: then none of the remote processes is needed any
# more. It also reports the engine's socket if that is the usual one or is named: a forwarded socket is faster than a
# client for each call.
_GREETING = """\
s=; case "${DOCKER_HOST-}" in unix://*) s=${DOCKER_HOST#unix://};; "") s=/var/run/docker.sock;; esac
f=${DOCKER_CONFIG-$HOME/.docker}/config.json
if [ -n "${DOCKER_CONTEXT-}" ] || grep -q currentContext "$f" 2>/dev/null; then s=; fi
if command -v docker >/dev/null 2>&1; then c=docker
elif command -v podman >/dev/null 2>&1; then
c=podman; u=$(id -u); r=${XDG_RUNTIME_DIR-/run/user/$u}; [ "$u" = 0 ] && r=/run; s=$r/podman/podman.sock
case "${CONTAINER_HOST-}" in unix://*) s=${CONTAINER_HOST#unix://};; ?*) s=;; esac
else c=none; fi
[ -S "$s" ] && [ -w "$s" ] || s=
echo "jobber: $c $s"; exec cat >/dev/null
"""
_USUAL_SOCKET = "/var/run/docker.sock"
_QUESTION = """\
if [ -S "$1" ]; then [ -w "$1" ] && echo socket || echo forbidden
elif [ ! -e "$1" ] && [ -d "${1%/*}" ] && [ ! -x "${1%/*}" ]; then echo forbidden; fi
"""


class _Channel(socket.socket):
    """One end of a pair of sockets, with the `ssh` process at the other; both are closed together."""

    process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        super().close()
        if self.process is not None:
            _end(self.process)


class SshTunnel:
    """A tunnel to one host, opened on first use and reopened after a failure."""

    def __init__(self, endpoint: Endpoint, *, seconds: float | None = None) -> None:
        """Create a closed tunnel; opening it may take `seconds`, CONNECT_SECONDS by default."""
        self._endpoint = endpoint
        self._seconds = seconds or CONNECT_SECONDS
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._client = ""
        self._socket = endpoint.path

    def dial(self, seconds: float) -> socket.socket:
        """Return a connection to the engine. Raises `EngineUnreachable`."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._open(max(seconds, self._seconds))
        if self._socket:
            return self._connect_forwarded(seconds)
        return self._dial_stdio(self._client)

    def close(self) -> None:
        """Close the connection and all channels in it."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _open(self, seconds: float) -> None:
        program = shutil.which("ssh")
        if program is None:
            raise EngineUnreachable("ssh is not on the PATH: install an ssh client", hint=NO_SSH)
        self._folder = make_short_folder("jobber-ssh-")
        log = self._folder / "log"
        with log.open("ab") as output:
            self._process = _start(
                [
                    *self._words(program, "yes", seconds, _NO_FORWARDS),
                    "--",
                    self._endpoint.host,
                    "sh",
                    "-c",
                    shlex.quote(_GREETING),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
            )
        try:
            self._client, _, found = self._greeting(seconds, log).partition(" ")
            self._socket = self._endpoint.path or (found or _USUAL_SOCKET if self._client == "none" else "")
            if self._socket:
                self._forward(self._socket, log, seconds)
            elif found and self._can_forward(found, log, seconds):
                self._socket = found
        except BaseException:
            self.close()
            raise

    def _greeting(self, seconds: float, log: Path) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        descriptor, told = self._process.stdout.fileno(), b""
        give_up = time.monotonic() + seconds
        while True:
            # A login shell may print text of its own first.
            for line in told.splitlines(keepends=True):
                if line.startswith(b"jobber: ") and line.endswith(b"\n"):
                    return line.removeprefix(b"jobber: ").decode().strip()
            left = give_up - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise self._silent(seconds)
            octets = os.read(descriptor, 1 << 16)
            if not octets:
                self._process.wait()
                raise self._failed(log)
            told += octets

    def _can_forward(self, path: str, log: Path, seconds: float) -> bool:
        """Return whether the remote socket responds; sshd may be configured not to forward sockets."""
        try:
            self._forward(path, log, seconds)
            with self._connect_forwarded(seconds) as sock:
                sock.sendall(b"HEAD /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
                return sock.recv(1).startswith(b"H")
        except (EngineUnreachable, OSError):
            return False

    def _forward(self, path: str, log: Path, seconds: float) -> None:
        """Forward a local Unix socket to a remote one."""
        sockets = f"{self._folder}/engine:{path}"
        try:
            done = subprocess.run(
                [*self._words("ssh", "no", seconds), "-O", "forward", "-L", sockets, "--", self._endpoint.host],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._silent(seconds) from None
        if done.returncode != 0:
            why = done.stderr.decode(errors="replace").strip().splitlines()
            said = why[-1] if why else _last_line(log)
            raise EngineUnreachable(_told(said), hint=remedy(said, self._endpoint))

    def _connect_forwarded(self, seconds: float) -> socket.socket:
        assert self._folder is not None
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        try:
            sock.connect(str(self._folder / "engine"))
        except OSError as error:
            sock.close()
            raise EngineUnreachable(f"ssh: {error.strerror}") from None
        return sock

    def _dial_stdio(self, client: str) -> socket.socket:
        ours, theirs = socket.socketpair()
        channel = _Channel(fileno=ours.detach())
        words = self._words("ssh", "no", self._seconds, _NO_FORWARDS)
        assert self._folder is not None
        with theirs, (self._folder / "log").open("ab") as output:
            channel.process = _start(
                [*words, "--", self._endpoint.host, client, "system", "dial-stdio"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=output,
            )
        return channel

    def complaint(self) -> EngineUnreachable | None:
        """Return the last error of ssh or the remote client; None without one."""
        said = _last_line(self._folder / "log") if self._folder is not None else ""
        if not said:
            return None
        if self._socket and "open failed" in said:
            return self._refused_socket(self._socket)
        return EngineUnreachable(_told(said), hint=remedy(said, self._endpoint))

    def _refused_socket(self, path: str) -> EngineUnreachable:
        """Return the reason why a remote socket can't be forwarded; ssh reports the same reason for all cases."""
        found = self._ask_about(path)
        if found == "forbidden":
            return EngineUnreachable(f"ssh: permission denied at {path} on the remote host", hint=FORBIDDEN_SOCKET)
        if self._client == "none" and not self._endpoint.path:
            why = f"ssh: the remote host has neither docker nor podman, and nothing listens at {path}"
            return EngineUnreachable(why, hint=no_client(self._endpoint))
        why = f"ssh: nothing listens at {path} on the remote host"
        return EngineUnreachable(why, hint=SILENT_SOCKET if found == "socket" else NO_ENGINE)

    def _ask_about(self, path: str) -> str:
        """Return the user's access to a remote path: `socket`, `forbidden`, or empty for anything else."""
        words = self._words("ssh", "no", CONNECT_SECONDS, _NO_FORWARDS)
        question = shlex.join(["sh", "-c", _QUESTION, "sh", path])
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(
                [*words, "--", self._endpoint.host, question],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=CONNECT_SECONDS,
                check=False,
            )
            return done.stdout.decode(errors="replace").strip().rpartition("\n")[2]
        return ""

    def _failed(self, log: Path) -> EngineUnreachable:
        """Return the error for an ssh that ended.

        The reason is its last line; the remedy depends on its complete output.
        """
        why = _last_line(log) or "it exited without a message"
        return EngineUnreachable(_told(why), hint=remedy(_text(log), self._endpoint))

    def _silent(self, seconds: float) -> EngineUnreachable:
        why = f"ssh: no response within {seconds:g} s"
        return EngineUnreachable(why, hint=remedy(why, self._endpoint))

    def _words(self, program: str, master: str, seconds: float, *options: str) -> list[str]:
        words = [program, "-o", f"ConnectTimeout={max(1, int(seconds / 2))}"]
        words += [word for option in (*_OPTIONS, *options) for word in ("-o", option)]
        words += ["-o", f"ControlMaster={master}", "-o", f"ControlPath={self._folder}/control"]
        if self._endpoint.user:
            words += ["-l", self._endpoint.user]
        if self._endpoint.port is not None:
            words += ["-p", str(self._endpoint.port)]
        return words


def _start(words: list[str], *, stdin: int, stdout: int, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,  # the Ctrl-C of jobber's terminal must not reach it, and it must not prompt
        preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509 - there are no threads here
    )


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _told(said: str) -> str:
    return f"ssh: {said.removeprefix('ssh: ')}"


def _text(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _last_line(log: Path) -> str:
    lines = _text(log).splitlines()
    said = [line.strip() for line in lines if line.strip() and not line.lower().startswith(("warning:", "**"))]
    return said[-1] if said else ""
