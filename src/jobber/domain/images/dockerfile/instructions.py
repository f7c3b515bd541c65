"""Parse a Dockerfile into instructions: comments are removed and continued lines joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jobber.domain.images.dockerfile.words import expand, words_of
from jobber.domain.values import frozen

ESCAPES = ("\\", "`")
_DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*=\s*(.*?)\s*")
_DIRECTIVES = frozenset(("escape", "syntax", "check"))
"""Names of parser directives. Directives end at the first other comment or other line."""
_TAKES_DOCUMENTS = frozenset(("RUN", "COPY", "ADD"))
_HERE_DOCUMENT = re.compile(r"\d*<<(-?)([^<]+)")


@frozen
class Instruction:
    """An instruction and the number of its first line."""

    line: int
    word: str
    """The instruction's name, in upper case."""
    rest: str
    has_document: bool = False
    """True if a here-document follows, which is not part of `rest`."""


@dataclass(slots=True)
class Dockerfile:
    """The content of a Dockerfile."""

    escape: str = ESCAPES[0]
    """The character that escapes the next character or the end of a line."""
    syntax: str = ""
    """The frontend image of the `syntax` directive; empty if there is none."""
    instructions: list[Instruction] = field(default_factory=list)
    wrong_escape: tuple[int, str] | None = None
    """Line and value of an `escape` directive that no builder accepts; None if there is none."""


def parse_dockerfile(text: str) -> Dockerfile:
    """Parse a Dockerfile; invalid content is not an error."""
    found = Dockerfile()
    lines = text.removeprefix("\ufeff").split("\n")
    at = _read_directives(lines, found)
    pending, start = "", 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if pending else at
        continued = line.rstrip()
        if _is_continued(continued, found.escape):
            pending += continued[:-1]
            continue
        at = _add(found, start, pending + line, lines, at)
        pending = ""
    if pending.strip():
        _add(found, start, pending, lines, at)
    return found


def _read_directives(lines: list[str], found: Dockerfile) -> int:
    """Read the parser directives at the top; return the number of lines that they take."""
    for number, line in enumerate(lines, start=1):
        directive = _DIRECTIVE.fullmatch(line)
        name = directive[1].lower() if directive else ""
        if directive is None or name not in _DIRECTIVES:
            return number - 1
        if name == "syntax":
            found.syntax = directive[2]
        elif name == "escape" and directive[2] in ESCAPES:
            found.escape = directive[2]
        elif name == "escape":
            found.wrong_escape = found.wrong_escape or (number, directive[2])
    return len(lines)


def _is_continued(line: str, escape: str) -> bool:
    """Return whether the next line continues this one; an escaped escape character does not continue a line."""
    return line.endswith(escape) and not line.endswith(escape * 2)


def parse_instruction(line: int, text: str) -> Instruction:
    """Return the instruction of a line that is not continued and has no here-document."""
    word, *rest = text.split(maxsplit=1)
    return Instruction(line, word.upper(), "".join(rest).strip())


def _add(found: Dockerfile, start: int, text: str, lines: list[str], at: int) -> int:
    """Add an instruction, skip its here-documents, and return the index of the next line."""
    word, *rest = text.split(maxsplit=1)
    text = "".join(rest).strip()
    documents = _documents(word, text, escape=found.escape)
    for name, is_indented in documents:
        while at < len(lines):
            line = lines[at].rstrip("\r")
            at += 1
            if (line.lstrip("\t") if is_indented else line) == name:
                break
    found.instructions.append(Instruction(start, word.upper(), text, bool(documents)))
    return at


def _documents(word: str, rest: str, *, escape: str) -> list[tuple[str, bool]]:
    """Return the delimiters of an instruction's here-documents, each with True if leading tabs are stripped."""
    if word.upper() == "ONBUILD":
        word, _, rest = rest.partition(" ")
    if "<<" not in rest or word.upper() not in _TAKES_DOCUMENTS:
        return []
    found = []
    for part in words_of(rest, escape=escape):
        if document := _HERE_DOCUMENT.fullmatch(part):
            try:
                found.append((expand(document[2], {}, escape=escape), bool(document[1])))
            except ValueError:
                continue
    return found
