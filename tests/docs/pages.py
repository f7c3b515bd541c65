"""Pages of the documentation as a reader follows them: files are written, commands typed, output compared.

A fenced block is checked by its kind: with `title="PATH"` it is a file; `console` has commands after `$ ` and their
output; `python` without a title is executed, all of a page in one namespace. In output, `…` stands for any text of a
line, and for any lines where it stands alone; the id of a run stands for any, and so does a tag with a time.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.testing import FakeCommandLine

_RUN_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    kind: str
    title: str | None
    text: str

    def commands(self) -> Iterator[tuple[str, str]]:
        """The commands of a console, each with its output."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def blocks(text: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    return [Block(*found) for found in _FENCE.findall(text)]


def follow(text: str, cli: FakeCommandLine) -> Iterator[tuple[str, str, str]]:
    """Run the commands of a page; yield each with the output on the page and the real one."""
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(text):
        if block.title:
            path = cli.directory / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
        elif block.kind == "console":
            for command, output in block.commands():
                yield command, output, _type(command, cli)
        elif block.kind == "python":
            yield block.text, "", _execute(block.text, namespace, cli)


def agrees(expected: str, came: str) -> bool:
    """Return True if the output is that of the page."""
    expected, came = _RUN_ID.sub("RUN", expected), _RUN_ID.sub("RUN", came)
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected.splitlines()
    )
    pattern = re.sub(r"20260101_\d{6}", r"\\d{8}_\\d{6}", pattern)
    return re.fullmatch(pattern, came if came.endswith("\n") or not came else came + "\n") is not None


def _type(command: str, cli: FakeCommandLine) -> str:
    words = shlex.split(command, comments=True)
    environment = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if words[0] == "jobber":
        ran = cli(*words[1:], environment=environment)
        return ran.out + ran.err
    if words[0] == "cat":
        return "".join((cli.directory / word).read_text() for word in words[1:])
    if words[0] in ("pytest", "python3"):
        typed = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"] if words[0] == "pytest" else [sys.executable]
        return _run([*typed, *words[1:]], cli.directory)
    raise AssertionError(f"{command}: the tests of the documentation don't know how to type this")


def _run(words: list[str], folder: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    ended = subprocess.run(words, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    return ended.stdout + ended.stderr


def _execute(code: str, namespace: dict[str, object], cli: FakeCommandLine) -> str:
    before = Path.cwd()
    os.chdir(cli.directory)
    try:
        with redirect_stdout(StringIO()):
            exec(compile(code, "page", "exec"), namespace)
    finally:
        os.chdir(before)
    return ""
