"""How the fake reads a Dockerfile: its instructions, with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jobber.domain.errors import BuildFailed

_DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*=\s*(\S*)\s*")
_ESCAPES = ("\\", "`")
_FLAG = re.compile(r"--([\w-]+)(?:=(\S*))?(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction, and the line where it begins."""

    line: int
    word: str
    rest: str


@dataclass(slots=True)
class Dockerfile:
    """What a Dockerfile says."""

    escape: str = _ESCAPES[0]
    """What takes the meaning of the next character away, and that of the end of a line."""
    instructions: list[Instruction] = field(default_factory=list)


def parse_dockerfile(text: str) -> Dockerfile:
    """Comments gone, and continued lines joined. Raises `BuildFailed`."""
    found = Dockerfile()
    pending, start, may_direct = "", 0, True
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        directive = _DIRECTIVE.fullmatch(line) if may_direct else None
        may_direct = directive is not None
        if directive and directive[1].lower() == "escape":
            if directive[2] not in _ESCAPES:
                raise BuildFailed(why=f"line {number}: escape can be \\ or `, not {directive[2]!r}")
            found.escape = directive[2]
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if pending else number
        continued = line.rstrip()
        if continued.endswith(found.escape):
            pending += continued[:-1]
            continue
        found.instructions.append(parse_instruction(start, pending + line))
        pending = ""
    if pending.strip():
        found.instructions.append(parse_instruction(start, pending))
    return found


def parse_instruction(line: int, text: str) -> Instruction:
    """Return the instruction of a line that goes on no further."""
    word, *rest = text.split(maxsplit=1)
    return Instruction(line, word.upper(), "".join(rest).strip())


def split_flags(rest: str, *, known: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """The `--NAME=VALUE` that an instruction begins with, and what follows. Raises `ValueError` for unknown ones."""
    flags: dict[str, str] = {}
    while match := _FLAG.match(rest):
        if match[1] not in known:
            raise ValueError(f"the fake knows no --{match[1]} here")
        flags[match[1]] = match[2] or ""
        rest = rest[match.end() :]
    return flags, rest
