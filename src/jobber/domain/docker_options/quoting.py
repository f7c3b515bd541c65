"""Hints for fields with an unquoted comma, which docker reads as two fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options.fields import quoted_field
from jobber.domain.docker_options.secrets import masked_text
from jobber.domain.docker_options.values import read_fields

if TYPE_CHECKING:
    from collections.abc import Container


def quoting_hint(
    option: str, text: str, *, keys: Container[str], texts: Container[str] = (), lists: Container[str]
) -> str | None:
    """Return a hint with the option quoted in the way that the user probably meant.

    Args:
        option: The option, for example `--gpus`.
        text: The option's value: comma-separated fields.
        keys: The keys that a field can have.
        texts: The keys whose values are paths. A field that is neither a key nor `KEY=VALUE` continues such a value.
        lists: The keys whose values are lists. A field without one of the keys continues such a value.

    Returns:
        The hint; None if no quotes are needed, or if there is no such reading.

    """
    try:
        fields = read_fields(text)
    except ValueError:
        return None
    corrected: list[str] = []
    for field in fields:
        key, equals, _ = field.partition("=")
        last = corrected[-1].partition("=")[0].lower() if corrected and "=" in corrected[-1] else ""
        if key.lower() not in keys and last and (last in lists or (last in texts and not equals)):
            corrected[-1] += f",{field}"
        else:
            corrected.append(field)
    if corrected == fields:
        return None
    return _hint(option, ",".join(map(quoted_field, corrected)))


def _hint(option: str, text: str) -> str:
    """Return the hint with two forms: one for a file, and one for a command line with quotes for the shell."""
    import shlex

    if masked_text(text) != text:  # for example the password of a network share
        return "quote a field that contains a comma, its key included: '\"KEY=A,B\",KEY=C'"
    word = f"{option} {shlex.quote(text)}"
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'quote a field that contains a comma: {word} in a file, -Xd "{escaped}" on a command line'
