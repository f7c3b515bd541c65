"""Connections to a remote engine through its client, for ssh servers that do not forward sockets."""

from __future__ import annotations

import socket
import subprocess
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_END_SECONDS = 5.0


class SshRelay:
    """A local Unix socket; each connection to it is the standard input and output of a process."""

    def __init__(self, path: Path, words: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        """Listen at `path`. Each connection runs `words`, whose messages are appended to `log`."""
        self._words = words
        self._environment = environment
        self._log = log
        self._processes: list[subprocess.Popen[bytes]] = []
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the socket and end all processes."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends a waiting `accept`, which closing does not on Linux
        self._listener.close()
        self._thread.join(_END_SECONDS)
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._processes = [process for process in self._processes if process.poll() is None]
            with connection, suppress(OSError), self._log.open("ab") as log:
                self._processes.append(
                    subprocess.Popen(
                        self._words,
                        stdin=connection.fileno(),
                        stdout=connection.fileno(),
                        stderr=log,
                        env=self._environment,
                        start_new_session=True,
                    )
                )
