"""Completion candidates for the word at the cursor, given the words of an unfinished line.

Completion does not use the scripts of cyclopts. They support neither the job's own words nor colons in image names.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL, Syntax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Wanted(Enum):
    """The kind of candidates that the shell should offer."""

    WORDS = "words"
    FILES = "files"
    DIRECTORIES = "directories"
    CONFIGURATIONS = "configurations"
    IMAGES = "images"
    JOBS = "jobs"
    """Jobs and cells of the pipeline."""
    PARAMETERS = "parameters"
    """Parameters of the pipeline, with `=`."""


class Offer(NamedTuple):
    """The candidates for a word: their kind and, for `WORDS`, the words themselves."""

    wanted: Wanted
    words: tuple[str, ...] = ()
    prefix: str = ""
    """The text before each candidate in the same word, for example `--config=`."""


_NOTHING = Offer(Wanted.WORDS)
_VALUES: Mapping[str, Offer] = {
    "--config": Offer(Wanted.CONFIGURATIONS),
    "--in": Offer(Wanted.IMAGES),
    "--tag": Offer(Wanted.IMAGES),
    "--file": Offer(Wanted.FILES),
    "--param": Offer(Wanted.PARAMETERS),
    "--from": Offer(Wanted.JOBS),
    "--to": Offer(Wanted.JOBS),
    "--only": Offer(Wanted.JOBS),
    "--force": Offer(Wanted.JOBS),
    "--iidfile": Offer(Wanted.FILES),
    "--output": Offer(Wanted.FILES),
    "--image": Offer(Wanted.IMAGES),
    "--input": Offer(Wanted.IMAGES),
    "--outcome": Offer(Wanted.WORDS, ("succeeded", "failed", "timed-out", "interrupted", "pruned")),
    "--sort": Offer(Wanted.WORDS, ("time", "duration", "size", "exit-status")),
    "--engine": Offer(Wanted.WORDS, ("auto", "docker", "podman")),
    "--log-format": Offer(Wanted.WORDS, ("console", "json")),
    "--format": Offer(Wanted.WORDS, ("yaml", "json")),
    "--result-image": Offer(Wanted.WORDS, ("none", "success", "always")),
    "--pull": Offer(Wanted.WORDS, ("always", "missing", "never")),
    "--runtime": Offer(Wanted.WORDS, ("runc", "nvidia")),
}
_COLUMNS = "--columns"
COLUMN_NAMES = (
    "result", "tags", "ended", "took", "outcome", "command", "inputs", "image", "run", "size", "started", "finished",
    "exit-status", "options", "out", "engine",
)  # fmt: skip
"""The names of `columns.COLUMNS`, repeated here because that module takes long to import."""
_VALUES_OF: Mapping[tuple[str | None, str], Offer] = {
    ("export", "--format"): Offer(Wanted.WORDS, ("ro-crate", "slsa", "prov")),
    ("pipeline", "--format"): Offer(Wanted.WORDS, ("tree", "dot", "mermaid", "svg", "html")),
    ("lineage", "--format"): Offer(Wanted.WORDS, ("tree", "json", "dot", "mermaid", "svg", "html")),
}
"""The values of options that have other values in one command than in the others."""
PIPELINE_ACTIONS = ("run", "status", "graph", "schema")
"""The first operand of `jobber pipeline`."""
_OPERANDS: Mapping[str, Offer] = {
    "build": Offer(Wanted.DIRECTORIES),
    "pipeline": Offer(Wanted.WORDS, PIPELINE_ACTIONS),
    "run": Offer(Wanted.IMAGES),
    "export": Offer(Wanted.IMAGES),
    "rerun": Offer(Wanted.IMAGES),
    "ls": Offer(Wanted.IMAGES),
    "show": Offer(Wanted.IMAGES),
    "lineage": Offer(Wanted.IMAGES),
    "push": Offer(Wanted.IMAGES),
    "cp": Offer(Wanted.IMAGES),
    "logs": Offer(Wanted.IMAGES),
    "diff": Offer(Wanted.IMAGES),
}


_LATER_OPERANDS = {"cp": Offer(Wanted.FILES), "pipeline": Offer(Wanted.JOBS)}
"""The operands after the first one, if they are others."""


class _Begun:
    """The state of the command line before the cursor; `awaited` is the option whose value comes next."""

    def __init__(self) -> None:
        self.command: str | None = None
        self.syntax: Syntax = GLOBAL
        self.awaited: str | None = None
        self.operands = 0
        self.only_operands = False

    def take(self, word: str) -> None:
        if self.awaited is not None:
            self.awaited = None
        elif word == "--" and not self.only_operands:
            self.only_operands = True
        elif word.startswith("-") and word != "-" and not self.only_operands:
            self.awaited = self.syntax.valued.get(word)
        elif self.command is None:
            self.command = word
            self.syntax = GLOBAL.joined(COMMANDS.get(word, Syntax()))
        else:
            self.operands += 1


def offer(words: Sequence[str], current: str) -> Offer:
    """Return the candidates for `current`, given the words before it."""
    begun = _Begun()
    for word in words:
        begun.take(word)
        if begun.syntax.takes_rest and begun.operands:
            return Offer(Wanted.FILES)  # the words of the job
    if begun.awaited is not None:
        return _value(begun, begun.awaited, current)
    if current.startswith("-") and not begun.only_operands:
        return _option(current, begun)
    if begun.command is None:
        return Offer(Wanted.WORDS, tuple(COMMANDS))
    later = _LATER_OPERANDS.get(begun.command) if begun.operands else None
    return later or _OPERANDS.get(begun.command, _NOTHING)


def _value(begun: _Begun, option: str, current: str) -> Offer:
    if option == _COLUMNS:
        done, comma, _ = current.rpartition(",")
        return Offer(Wanted.WORDS, COLUMN_NAMES, prefix=done + comma)
    return _VALUES_OF.get((begun.command, option)) or _VALUES.get(option, _NOTHING)


def _option(current: str, begun: _Begun) -> Offer:
    name, equals, begun_value = current.partition("=")
    syntax = begun.syntax
    if equals:
        value = _value(begun, syntax.valued.get(name, ""), begun_value)
        return Offer(value.wanted, value.words, prefix=f"{name}={value.prefix}")
    hidden = {"--XDocker"} if begun.command is None else {"--XDocker", "--install-completion"}
    return Offer(Wanted.WORDS, tuple(sorted({*syntax.valued, *syntax.flags} - hidden)))
