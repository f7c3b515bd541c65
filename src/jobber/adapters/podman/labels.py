"""Labels of a build on Podman: one last line of the Dockerfile, so that a build makes one image beyond its cache.

The API's own parameter makes a step, and an image, of each label, and Podman 4.3 puts them on all images in between.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HAS_STAGE = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*FROM[ \t]", re.IGNORECASE | re.MULTILINE)
_LINE_GOES_ON = re.compile(rb"[\\`][ \t\r]*\Z")
_COMMENT = re.compile(rb"[ \t]*#")
_HERE_DOCUMENT = b"<<"
_EXPANDS_LABELS = 5
"""From this version on labels of the API's parameter are lines of the Dockerfile, in which variables are put in."""
_DOLLAR = "${jobber_has_no_such_variable:-$}"


def with_labels(text: bytes, labels: Mapping[str, str], *, is_whole: bool) -> bytes | None:
    """Return the Dockerfile with a line that sets the labels; None where none can be put at its end.

    `is_whole` says that it is carried out to its end, and not up to the stage of `--target`.
    """
    lines = [line for line in text.splitlines() if line.strip() and not _COMMENT.match(line)]
    if not labels:
        return text
    if not is_whole or not _HAS_STAGE.search(text) or _HERE_DOCUMENT in text or _LINE_GOES_ON.search(lines[-1]):
        return None
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(labels.items())]
    line = " ".join(("LABEL", *pairs))
    return None if len(line.splitlines()) > 1 else b"%b\n%b\n" % (text, line.encode("utf-8", "surrogateescape"))


def labels_parameter(labels: Mapping[str, str], *, major: int) -> str:
    """Return labels as the API takes them, sorted: Podman would shuffle a mapping, and find no step in its cache."""
    values = {
        name: value.replace("$", _DOLLAR) if major >= _EXPANDS_LABELS else value for name, value in labels.items()
    }
    return json.dumps([f"{name}={value}" for name, value in sorted(values.items())])


def _quoted(text: str) -> str:
    """A word of an instruction that stands for the text: Podman takes a backslash whatever `# escape=` says."""
    return '"' + re.sub(r'(["\\$])', r"\\\1", text) + '"'
