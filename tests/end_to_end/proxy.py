"""A way to an engine that can be cut."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress


class Proxy:
    """Forwards TCP connections to an engine's Unix socket, as long as it is up."""

    def __init__(self, engine_address: str) -> None:
        self._path = engine_address.removeprefix("unix://")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_up = True
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.accepted = 0
        self.delayed: bytes | None = None
        """A part of the call that is delayed by a second."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """The value for DOCKER_HOST."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self, *, down: bool = False) -> None:
        """Break all connections; with `down`, take no new ones until `repair`."""
        with self._lock:
            self._is_up = not down
            cut, self._open = self._open, []
        for sock in cut:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def repair(self) -> None:
        """Take connections again."""
        with self._lock:
            self._is_up = True

    def close(self) -> None:
        """End all of it."""
        self._listener.close()
        self.cut(down=True)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._is_up:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._path)
                self._open += [near, far]
                self.accepted += 1
            threading.Thread(target=self._serve, args=(near, far), daemon=True).start()

    def _serve(self, near: socket.socket, far: socket.socket) -> None:
        answers = threading.Thread(target=_pump, args=(far, near), daemon=True)
        answers.start()
        _pump(near, far, delayed=self.delayed)
        answers.join()
        near.close()
        far.close()


def _pump(source: socket.socket, sink: socket.socket, *, delayed: bytes | None = None) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            if delayed is not None and delayed in chunk:
                time.sleep(1)
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
