"""Labels of a build on Podman: one line of the Dockerfile, so that a build creates one image beyond its cache.

The API's own parameter creates a step, and an image, for each label. Podman 4.3 sets these labels on all intermediate
images, and on none if the build's target is not the last stage.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MARK = b"\xef\xbb\xbf"
_BACKTICK = re.compile(rb"(?:[ \t]*#[^\n]*\n)*?[ \t]*#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)
_STAGE = re.compile(rb"FROM[ \t]+(?:--\S+[ \t]+)*\S+(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE)
_HERE_DOCUMENT = b"<<"
_EXPANDS_LABELS = 5
"""The first major version that adds the API parameter's labels to the Dockerfile, where variables are expanded."""
_DOLLAR = "${jobber_has_no_such_variable:-$}"


def with_labels(text: bytes, labels: Mapping[str, str], *, target: str | None) -> bytes | None:
    """Return the Dockerfile with a LABEL line at the end of the target stage, or of the last stage without a target.

    Return None if the end of the stage can't be determined.
    """
    if not labels:
        return text
    end = None if _HERE_DOCUMENT in text else _end_of_stage(text, target)
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(labels.items())]
    line = " ".join(("LABEL", *pairs))
    if end is None or len(line.splitlines()) > 1:
        return None
    return b"%b\n%b\n%b" % (text[:end], line.encode("utf-8", "surrogateescape"), text[end:])


def labels_parameter(labels: Mapping[str, str], *, major: int) -> str:
    """Return labels in the form for the API, sorted.

    Podman would shuffle a mapping and then not find the step in its cache.
    """
    values = {
        name: value.replace("$", _DOLLAR) if major >= _EXPANDS_LABELS else value for name, value in labels.items()
    }
    return json.dumps([f"{name}={value}" for name, value in sorted(values.items())])


def _end_of_stage(text: bytes, target: str | None) -> int | None:
    """Return the offset of the end of a stage; None if the stage is missing or its last line continues."""
    stages: list[tuple[int, str]] = []
    for start, instruction in _instructions(text):
        if instruction is None:
            return None
        if match := _STAGE.fullmatch(instruction):
            stages.append((start, (match[1] or b"").decode(errors="replace").lower()))
    if not stages:
        return None
    if not target:
        return len(text)
    names = [name for _, name in stages]
    numbers = [str(number) for number in range(len(stages))]
    wanted = target.lower()
    if wanted not in names and wanted not in numbers:
        return None
    number = names.index(wanted) if wanted in names else numbers.index(wanted)
    return stages[number + 1][0] if number + 1 < len(stages) else len(text)


def _instructions(text: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Yield the offset of each instruction and its line, continuations joined; None for an unfinished one."""
    escape = b"`" if _BACKTICK.match(text.removeprefix(_MARK)) else b"\\"
    begun, start, offset = b"", 0, 0
    for line in text.split(b"\n"):
        said = line.removeprefix(_MARK).strip()
        if said and not said.startswith(b"#"):
            start = start if begun else offset
            begun += said
            if said.endswith(escape):
                begun = begun[:-1] + b" "
            else:
                yield start, begun
                begun = b""
        offset += len(line) + 1
    if begun:
        yield start, None


def _quoted(text: str) -> str:
    """Return the text as a quoted word of an instruction; Podman accepts a backslash regardless of `# escape=`."""
    return '"' + re.sub(r'(["\\$])', r"\\\1", text) + '"'
