"""The separation of jobber's own words from the job's words on the command line.

This module is pure. A parser that knows the options but not the position of IMAGE would take `-v` away from the job.
This module finds the command and IMAGE first. It passes only jobber's own words to the parser, in one canonical
spelling (`--name=value`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from jobber.domain.errors import UsageError
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Syntax(NamedTuple):
    """The options of a command, with and without a value: each spelling with its canonical one."""

    valued: Mapping[str, str] = MappingProxyType({})
    flags: Mapping[str, str] = MappingProxyType({})
    takes_rest: bool = False
    """The flag of commands whose words after the first operand belong to the job (`run`)."""

    def joined(self, other: Syntax) -> Syntax:
        """Return the options of both."""
        return Syntax(
            {**self.valued, **other.valued},
            {**self.flags, **other.flags},
            self.takes_rest or other.takes_rest,
        )


def _spellings(*groups: tuple[str, ...]) -> dict[str, str]:
    """Return every spelling of each group, mapped to the last one of its group, which is the canonical one."""
    return {spelling: group[-1] for group in groups for spelling in group}


GLOBAL = Syntax(
    valued=_spellings(("-H", "--host"), ("-r", "--reg"), ("-c", "--config"), ("--engine",), ("--log-format",)),
    flags=_spellings(("-v", "--verbose"), ("--version",), ("-h", "--help"), ("--install-completion",)),
)
JOB = Syntax(
    valued=_spellings(
        ("-i", "--in"),
        ("-Xd", "-XDocker", "--XDocker", "--Xdocker"),
        ("-t", "--tag"),
        ("--timeout",),
        ("--pull",),
        ("--iidfile",),
    ),
    flags=_spellings(("--no-push",), ("--dry-run",), ("--detach",)),
)
"""The options that `run` and `rerun` share."""
COMMANDS: Mapping[str, Syntax] = {
    "build": Syntax(
        valued=_spellings(
            ("-t", "--tag"),
            ("-f", "--file"),
            ("--build-arg",),
            ("--target",),
            ("--platform",),
            ("--secret",),
            ("--iidfile",),
        ),
        flags=_spellings(("--no-cache",), ("--pull",), ("--no-push",)),
    ),
    "run": Syntax(
        valued=_spellings(("--runtime",), ("-o", "--out"), ("-ri", "--result-image")),
        flags=_spellings(("--reuse",)),
        takes_rest=True,
    ).joined(JOB),
    "pipeline": Syntax(
        valued=_spellings(
            ("-f", "--file"),
            ("-p", "--param"),
            ("-j", "--jobs"),
            ("--from",),
            ("--to",),
            ("--only",),
            ("--force",),
            ("--format",),
            ("-o", "--output"),
        ),
        flags=_spellings(("-n", "--dry-run"), ("-k", "--keep-going"), ("--no-reuse",), ("--json",)),
    ),
    "ls": Syntax(
        valued=_spellings(
            ("--image",), ("--input",), ("--outcome",), ("--since",), ("--param",), ("--columns",), ("--sort",)
        ),
        flags=_spellings(("--metrics",), ("--no-trunc",), ("--reverse",), ("--remote",), ("--json",)),
    ),
    "show": Syntax(flags=_spellings(("--json",))),
    "lineage": Syntax(valued=_spellings(("--format",), ("-o", "--output")), flags=_spellings(("--down",), ("--json",))),
    "rerun": Syntax(flags=_spellings(("--verify",), ("--json",))).joined(JOB),
    "cp": Syntax(flags=_spellings(("--json",))),
    "logs": Syntax(valued=_spellings(("--since",)), flags=_spellings(("-f", "--follow"), ("--json",))),
    "diff": Syntax(
        valued=_spellings(("--file",)), flags=_spellings(("--all",), ("--no-files",), ("--exit-code",), ("--json",))
    ),
    "push": Syntax(),
    "config": Syntax(valued=_spellings(("--format",)), flags=_spellings(("--origins",), ("--schema",), ("--check",))),
    "doctor": Syntax(flags=_spellings(("--json",))),
    "export": Syntax(valued=_spellings(("--format",), ("-o", "--output"))),
    "prune": Syntax(
        valued=_spellings(("--keep-last",), ("--older-than",)),
        flags=_spellings(("--results",), ("--force",), ("-y", "--yes"), ("--dry-run",), ("--json",)),
    ),
    "recover": Syntax(),
    "ps": Syntax(flags=_spellings(("--json",))),
    "attach": Syntax(valued=_spellings(("--since",))),
    "stop": Syntax(),
}


class CommandLine(NamedTuple):
    """The words of a command line, split by meaning."""

    command: str | None
    options: tuple[str, ...] = ()
    """The options in order, as `--name=value` or `--name`."""
    operands: tuple[str, ...] = ()
    """The operands; for `run`, IMAGE if it is given."""
    rest: tuple[str, ...] = ()
    """The words of the job, unchanged."""


def sort_words(words: Sequence[str]) -> CommandLine:
    """Split a command line. Raises `UsageError` for an unknown command or option, or a missing value."""
    command: str | None = None
    syntax = GLOBAL
    options: list[str] = []
    operands: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            if command is None and position < len(words):
                command = _known_command(words[position])
                syntax = COMMANDS[command]
                position += 1
            operands.extend(words[position:])
            break
        if word.startswith("-") and word != "-":
            option, used = _read_option(word, words[position : position + 1], syntax, command)
            options.append(option)
            position += used
        elif command is None:
            command = _known_command(word)
            syntax = GLOBAL.joined(COMMANDS[command])
        elif syntax.takes_rest:
            return CommandLine(command, tuple(options), (word,), tuple(words[position:]))
        else:
            operands.append(word)
    if syntax.takes_rest:
        return CommandLine(command, tuple(options), tuple(operands[:1]), tuple(operands[1:]))
    return CommandLine(command, tuple(options), tuple(operands))


def _read_option(word: str, following: Sequence[str], syntax: Syntax, command: str | None) -> tuple[str, int]:
    """Return the canonical form of an option, and the number of following words that it takes."""
    if word in syntax.flags:
        return syntax.flags[word], 0
    name, equals, value = word.partition("=")
    if name in syntax.valued:
        if equals:
            return f"{syntax.valued[name]}={value}", 0
        if not following:
            raise UsageError(f"option {name} needs a value", hint=_see_help(command))
        return f"{syntax.valued[name]}={following[0]}", 1
    if name in syntax.flags:
        raise UsageError(f"option {name} takes no value", hint=_see_help(command))
    short, attached = word[:2], word[2:]
    if not word.startswith("--") and short in syntax.valued and attached:
        return f"{syntax.valued[short]}={attached}", 0
    known = [*syntax.valued, *syntax.flags]
    raise UsageError(f"unknown option {name}", hint=did_you_mean(name, known=known) or _see_help(command))


def _known_command(word: str) -> str:
    if word not in COMMANDS:
        raise UsageError(f"unknown command {word!r}", hint=did_you_mean(word, known=COMMANDS) or _see_help(None))
    return word


def _see_help(command: str | None) -> str:
    return f"see `jobber {command} --help`" if command else "see `jobber --help`"
