"""A person at a terminal: a real pty, and a screen that is read as eyes would."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pyte

SECONDS = 60
ROWS, COLUMNS = 24, 80


class Sitting:
    """One command in front of a terminal, with the terminal's foreground to itself."""

    def __init__(
        self, words: list[str], *, folder: Path, environment: dict[str, str], stderr: Path | None = None
    ) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.transcript = b""
        self.master, self.slave = pty.openpty()
        self.resize(ROWS, COLUMNS)
        self.modes = termios.tcgetattr(self.slave)
        self.process = os.fork()
        if not self.process:
            try:
                os.setsid()
                fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
                for descriptor in range(3):
                    os.dup2(self.slave, descriptor)
                if stderr is not None:
                    os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT), 2)
                os.closerange(3, 256)
                os.chdir(folder)
                os.execve(sys.executable, [sys.executable, "-m", "jobber", *words], {**environment, "TERM": "xterm"})
            finally:
                os._exit(99)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.master, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Drag the window's corner."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def await_text(self, text: str) -> None:
        """Look until a text is on the screen."""
        give_up = time.monotonic() + SECONDS
        while text not in self.text():
            assert time.monotonic() < give_up, f"no {text!r} on the screen:\n{self.text()}"
            self._look(0.2)

    def wait(self) -> int:
        """Look until the command has ended, and return its exit status; minus a signal's number."""
        give_up = time.monotonic() + SECONDS
        while True:
            self._look(0.05)
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                self.process = 0
                self._look(0.05)
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < give_up, f"still there:\n{self.text()}"

    def send_signal(self, number: signal.Signals) -> None:
        """A signal from elsewhere."""
        os.kill(self.process, number)

    def modes_are_as_before(self) -> bool:
        """Return True if the terminal's settings are the original ones."""
        return termios.tcgetattr(self.slave) == self.modes

    def close(self) -> None:
        """Get up and go."""
        if self.process:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.slave)
        os.close(self.master)

    def _look(self, seconds: float) -> None:
        while select.select([self.master], [], [], seconds)[0]:
            chunk = os.read(self.master, 1 << 16)
            self.transcript += chunk
            self._stream.feed(chunk)
            seconds = 0
