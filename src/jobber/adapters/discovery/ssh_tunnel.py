"""Tunnels to engines over ssh, through the system's `ssh` with its configuration, its agent and its known hosts.

jobber opens one connection (the master) and listens on a local Unix socket. The master forwards that socket to the
engine's. If the ssh server does not forward sockets, each connection starts a `dial-stdio` of the remote client.
"""

from __future__ import annotations

import os
import select
import shlex
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from jobber.adapters.discovery.ssh_relay import SshRelay
from jobber.adapters.discovery.ssh_remedies import (
    FORBIDDEN_SOCKET,
    NO_ENGINE,
    NO_SSH,
    SILENT_SOCKET,
    last_line,
    no_client,
    remedy,
)
from jobber.adapters.engine_api.connection_errors import EngineUnreachable
from jobber.adapters.host.temp_folder import make_short_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobber.adapters.engine_api.endpoint import Endpoint

CONNECT_SECONDS = 30.0
_OPTIONS = (
    "BatchMode=yes",
    "ControlPersist=no",
    "RemoteCommand=none",
    "RequestTTY=no",
    "ServerAliveCountMax=4",
    "ServerAliveInterval=30",
    "StreamLocalBindUnlink=yes",
)
_NO_FORWARDS = "ClearAllForwardings=yes"
"""The option that ignores the forwards of the user's configuration.

These are meant for interactive sessions, and are already in use if such a session is open.
"""
_NO_HOST_KEY = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={os.devnull}")
"""The options for a Podman machine, a virtual machine on this host. Podman does not check its host key either."""
# `ssh` is the process itself. A shell beside it reads from jobber's pipe, which closes when jobber ends for any reason,
# also by SIGKILL, and then stops the master. It uses the control socket and no process ID, which the system
# may have given to another process meanwhile.
_GUARDED = """\
exec 3<&0
{ read -r _ <&3; [ ! -S "$1" ] || "$0" -S "$1" -O exit engine; } </dev/null >/dev/null 2>&1 &
shift; exec "$0" "$@" 3<&-
"""
# Reports the remote clients, and runs until jobber closes its input. It also reports the engine's socket if that is the
# usual one or is named: a forwarded socket is faster than a client for each call.
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
_PROBE = b"HEAD /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n"
_HOST_OPTIONS = {"docker": "--host", "podman": "--url"}


class SshTunnel:
    """A tunnel to one host, opened on first use and reopened after a failure. Several threads may use it."""

    def __init__(self, endpoint: Endpoint, *, environment: Mapping[str, str], seconds: float | None = None) -> None:
        """Create a closed tunnel; opening it may take `seconds`, CONNECT_SECONDS by default."""
        self._endpoint = endpoint
        self._environment = dict(environment)
        self._seconds = seconds or CONNECT_SECONDS
        self._lock = Lock()
        self._folder: Path | None = None
        self._master: subprocess.Popen[bytes] | None = None
        self._relay: SshRelay | None = None
        self._count = 0
        """The number of masters so far; each has a separate control socket."""
        self._client = ""
        self._socket = ""
        """The remote socket to forward; empty if only the remote client can locate the engine."""
        self._forwards = True
        """False after the ssh server has refused to forward the socket; jobber does not try again."""

    def dial(self, seconds: float) -> socket.socket:
        """Return a connection to the engine; open the tunnel if it is closed or broken. Raises `EngineUnreachable`."""
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        try:
            sock.connect(self.open(seconds))
        except OSError as error:
            sock.close()
            raise EngineUnreachable(f"ssh: {error.strerror}") from None
        except BaseException:
            sock.close()
            raise
        return sock

    def open(self, seconds: float = 0) -> str:
        """Return the path of the local socket, once the tunnel is open. Raises `EngineUnreachable`."""
        with self._lock:
            if not self.is_open:
                self._stop()
                try:
                    self._open(max(seconds, self._seconds))
                except BaseException:
                    self._stop()
                    raise
            return f"{self._folder}/engine"

    @property
    def is_open(self) -> bool:
        """True while the master runs; the master notices a lost network within two minutes."""
        return self._master is not None and self._master.poll() is None

    def close(self) -> None:
        """Close the tunnel with all connections in it."""
        with self._lock:
            self._stop()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def last_error(self) -> EngineUnreachable | None:
        """Return the last error of ssh or the remote client; None without one."""
        message = last_line(self._messages())
        if not message:
            return None
        is_refused = "open failed" in message or (self._relay is not None and self._endpoint.path)
        return self._refused_socket() if is_refused else self._error(message)

    def _open(self, seconds: float) -> None:
        program = shutil.which("ssh", path=self._environment.get("PATH", ""))
        if program is None:
            raise EngineUnreachable("ssh is not on the PATH: install an ssh client", hint=NO_SSH)
        self._folder = self._folder or make_short_folder("jobber-ssh-")
        self._count += 1
        command = self._words(program, _NO_FORWARDS, control="yes", seconds=seconds)
        with (self._folder / "log").open("wb") as log:
            self._master = subprocess.Popen(
                ["/bin/sh", "-c", _GUARDED, program, self._control, *command[1:], "sh", "-c", shlex.quote(_GREETING)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # the Ctrl-C of jobber's terminal must not reach it, and it must not prompt
            )
        self._client, _, usual = self._greeting(seconds).partition(" ")
        self._socket = self._endpoint.path or usual or (_USUAL_SOCKET if self._client == "none" else "")
        if self._socket and self._forwards and self._forward(seconds):
            return
        if self._client == "none" or (self._endpoint.path and self._forwards and self._access() != "socket"):
            raise self._refused_socket()
        self._forwards = False
        self._dial_stdio()

    def _greeting(self, seconds: float) -> str:
        """Return the greeting of the remote host. A login shell may print other text first."""
        assert self._master is not None
        assert self._master.stdout is not None
        descriptor, received = self._master.stdout.fileno(), b""
        give_up = time.monotonic() + seconds
        while True:
            for line in received.splitlines(keepends=True):
                if line.startswith(b"jobber: ") and line.endswith(b"\n"):
                    return line.removeprefix(b"jobber: ").decode().strip()
            left = give_up - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise self._error(f"no response within {seconds:g} s")
            data = os.read(descriptor, 1 << 16)
            if not data:
                self._master.wait()
                messages = self._messages()
                raise self._error(last_line(messages) or "it exited without a message", messages)
            received += data

    def _forward(self, seconds: float) -> bool:
        """Forward the local socket to the engine's; return whether the engine's accepts connections."""
        sockets = f"{self._folder}/engine:{self._socket}"
        try:
            done = self._call("-O", "forward", "-L", sockets, seconds=seconds)
        except subprocess.TimeoutExpired:
            raise self._error(f"no response within {seconds:g} s") from None
        if done.returncode != 0:
            raise self._error(last_line(done.stderr.decode(errors="replace") or self._messages()))
        with socket.socket(socket.AF_UNIX) as sock, suppress(OSError):
            sock.settimeout(seconds)
            sock.connect(f"{self._folder}/engine")
            sock.sendall(_PROBE)
            return sock.recv(1) == b"H"
        return False

    def _dial_stdio(self) -> None:
        """Let the remote client connect to the engine, for each connection to the local socket."""
        assert self._folder is not None
        named = [_HOST_OPTIONS[self._client], f"unix://{self._endpoint.path}"] if self._endpoint.path else []
        self._relay = SshRelay(
            self._folder / "engine",
            [*self._words("ssh", _NO_FORWARDS), shlex.join([self._client, *named, "system", "dial-stdio"])],
            environment=self._environment,
            log=self._folder / "log",
        )

    def _refused_socket(self) -> EngineUnreachable:
        """Return the reason why a remote socket can't be forwarded; ssh reports the same reason for all cases."""
        path, found = self._socket, self._access()
        if found == "forbidden":
            return EngineUnreachable(f"ssh: permission denied at {path} on the remote host", hint=FORBIDDEN_SOCKET)
        if self._client == "none" and not self._endpoint.path:
            why = f"ssh: the remote host has neither docker nor podman, and nothing listens at {path}"
            return EngineUnreachable(why, hint=no_client(self._endpoint))
        why = f"ssh: nothing listens at {path} on the remote host"
        return EngineUnreachable(why, hint=SILENT_SOCKET if found == "socket" else NO_ENGINE)

    def _access(self) -> str:
        """Return the user's access to the remote socket: `socket`, `forbidden`, or empty for anything else."""
        question = shlex.join(["sh", "-c", _QUESTION, "sh", self._socket])
        with suppress(OSError, subprocess.SubprocessError):
            done = self._call("-o", _NO_FORWARDS, command=question, seconds=CONNECT_SECONDS)
            return done.stdout.decode(errors="replace").strip().rpartition("\n")[2]
        return ""

    def _call(self, *options: str, seconds: float, command: str = "") -> subprocess.CompletedProcess[bytes]:
        """Run `ssh` through the master."""
        words = self._words("ssh", seconds=seconds)
        return subprocess.run(
            [*words[:-2], *options, *words[-2:], *filter(None, [command])],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=self._environment,
        )

    def _words(self, program: str, *more: str, control: str = "no", seconds: float = CONNECT_SECONDS) -> list[str]:
        """Return a command of `ssh`, up to the host."""
        endpoint = self._endpoint
        options = [*_OPTIONS, *more, f"ControlMaster={control}", f"ControlPath={self._control}"]
        options += [f"ConnectTimeout={max(1, int(seconds / 2))}", *(_NO_HOST_KEY if endpoint.is_machine else ())]
        words = [program, *(word for option in options for word in ("-o", option))]
        chosen = {"-l": endpoint.user, "-p": endpoint.port, "-i": endpoint.identity}
        words += [str(word) for name, value in chosen.items() if value is not None for word in (name, value)]
        return [*words, "--", endpoint.host]

    @property
    def _control(self) -> str:
        return f"{self._folder}/control-{self._count}"

    def _error(self, message: str, output: str = "") -> EngineUnreachable:
        """Return the error with a message of ssh; the remedy depends on its complete output."""
        return EngineUnreachable(
            f"ssh: {message.removeprefix('ssh: ')}", hint=remedy(output or message, self._endpoint)
        )

    def _messages(self) -> str:
        """Return what ssh and the remote clients have printed to standard error."""
        if self._folder is None:
            return ""
        with suppress(OSError):
            return (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        return ""

    def _stop(self) -> None:
        """End the processes; their messages stay."""
        if self._relay is not None:
            self._relay.close()
            self._relay = None
        if self._master is not None:
            self._master.terminate()
            try:
                self._master.wait(5)
            except subprocess.TimeoutExpired:
                self._master.kill()
                self._master.wait()
            with suppress(OSError):
                os.unlink(self._control)  # noqa: PTH108 - the shell beside the master must not find it
            for pipe in (self._master.stdin, self._master.stdout):
                assert pipe is not None
                pipe.close()
            self._master = None
        if self._folder is not None:
            (self._folder / "engine").unlink(missing_ok=True)
