"""Another machine, on this one: an sshd on a loopback port that lets one key in, and an `ssh` that knows it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

READY_SECONDS = 30


class RemoteMachine:
    """An sshd of our own, whose sessions have these variables; `search_path` is the PATH that finds an `ssh` to it."""

    def __init__(self, folder: Path, *, forwards: bool = True, user: str = "root", **variables: str) -> None:
        self._user = user
        self._folder = folder
        self.port = free_port()
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("host", "user"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"]
            subprocess.run(words, check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        Path("/run/sshd").mkdir(exist_ok=True)
        sftp = " ".join(f'"{name}={value}"' for name, value in variables.items())
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
            f"UsePAM {'no' if user == 'root' else 'yes'}\n"  # without it, sshd lets no user in that has no password
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nAllowStreamLocalForwarding {'yes' if forwards else 'no'}\n"
            "MaxStartups 100\nMaxSessions 100\n" + (f"SetEnv {sftp}\n" if sftp else "")
        )
        host_key = (folder / "host.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}far-away {host_key}")
        self._client_config(known_hosts=folder / "known_hosts")
        (folder / "bin").mkdir(exist_ok=True)
        wrapper = folder / "bin" / "ssh"
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
        wrapper.chmod(0o755)
        program = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin")
        assert program is not None, "there is no sshd: `make test` installs one"
        self.log = folder / "sshd.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [program, "-D", "-e", "-f", f"{folder}/sshd_config"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        give_up = time.monotonic() + READY_SECONDS
        while not is_open(self.port):
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up
            time.sleep(0.05)

    @property
    def search_path(self) -> str:
        return f"{self._folder}/bin"

    @property
    def address(self) -> str:
        """The machine as the user's ssh configuration calls it."""
        return "ssh://far-away"

    def forget_host(self) -> None:
        """Let the user's ssh know no hosts."""
        (self._folder / "no_hosts").write_text("")
        self._client_config(known_hosts=self._folder / "no_hosts")

    def mistake_host(self) -> None:
        """Let the user's ssh know another key of this host."""
        key = (self._folder / "user.pub").read_text()
        (self._folder / "other_hosts").write_text(f"far-away {key}")
        self._client_config(known_hosts=self._folder / "other_hosts")

    def forget_all(self) -> None:
        """Remove all known hosts and keys from the user's ssh configuration."""
        (self._folder / "config").write_text(
            "Host *\n  IdentityFile none\n  IdentityAgent none\n  UserKnownHostsFile none\n"
            "  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n"
        )

    @property
    def key(self) -> str:
        """The file of the key that opens the machine."""
        return f"{self._folder}/user"

    def refuse_keys(self) -> None:
        """Let nobody in any more."""
        (self._folder / "authorized").write_text("")

    def cut(self) -> None:
        """Break all connections at this end; new ones are taken."""
        daemon = self._process.pid
        for session in Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(session), signal.SIGKILL)

    @property
    def accepted(self) -> int:
        """The number of connections that were accepted so far."""
        return self.log.read_text().count("Accepted publickey")

    def processes(self) -> list[str]:
        """The `ssh` clients that are running with our configuration."""
        listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
        return [line for line in listed.splitlines() if f"-F {self._folder}/config" in line]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(READY_SECONDS)

    def _client_config(self, *, known_hosts: Path) -> None:
        (self._folder / "config").write_text(
            f"Host far-away\n  HostName 127.0.0.1\n  HostKeyAlias far-away\n  Port {self.port}\n  User {self._user}\n"
            f"Host *\n  IdentityFile {self._folder}/user\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {known_hosts}\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n"
        )


def free_port() -> int:
    """Return a port below the system's ephemeral ones: it stays free until it is needed."""
    while is_open(port := 20000 + secrets.randbelow(12000)):
        pass
    return port


def is_open(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
