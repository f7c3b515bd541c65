"""The history of an image: the steps that created its layers or only changed its configuration."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RUN = "jobber run"
"""The text for the run's layer in a result's history."""
_LOG = "jobber run: /run.log"
_NO_FILES = r"(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b"
_CHANGES_CONFIGURATION = re.compile(rf"(?:.*#\(nop\)\s+)?{_NO_FILES}", re.DOTALL)
_INSTRUCTION = r"^(?:.*#\(nop\)\s+)?{name}\s+(.*)$"
_SHELL = re.compile(_INSTRUCTION.format(name="SHELL"), re.DOTALL)
_TRIGGER = re.compile(_INSTRUCTION.format(name="ONBUILD"), re.DOTALL)
_WORKDIR = re.compile(r"(?:.*#\(nop\)\s+)?WORKDIR\b", re.DOTALL)


def docker_history(entries: Sequence[dict[str, Any]], *, layers: int) -> list[dict[str, Any]]:
    """Return the history in the form of an image's configuration, from `GET /images/NAME/history`.

    Docker's response does not report which entries created a layer. All entries with a size did. If there are more
    layers than these, entries without a size are added, because a layer may hold an empty directory. Entries that can
    create files are taken first.
    """
    oldest_first = list(reversed(entries))
    sizeless = [index for index, entry in enumerate(oldest_first) if not entry.get("Size")]
    missing = layers - (len(oldest_first) - len(sizeless))
    likely = sorted(sizeless, key=lambda index: not _makes_files(oldest_first[index].get("CreatedBy") or ""))
    empty = set(sizeless) - set(likely[: max(0, missing)])
    return [_entry_of(entry, is_empty=index in empty) for index, entry in enumerate(oldest_first)]


def with_run(
    history: Iterable[dict[str, Any]], *, created: str, layers: int, below: int, has_log_layer: bool
) -> list[dict[str, Any]]:
    """Return the history of a result: the code image's, and an entry for the files that the run has added.

    Args:
        history: The code image's history, oldest first.
        created: The time at which the result was created, RFC 3339.
        layers: The number of layers of the result.
        below: The number of them that are the code image's; 0 if one layer holds the whole file system.
        has_log_layer: Whether the log is a layer by itself, the last one.

    """
    kept = list(history)
    if sum(not entry.get("empty_layer") for entry in kept) > below:  # engines refuse more entries than layers
        kept = [{**entry, "empty_layer": True} for entry in kept]
    has_layer = layers - has_log_layer > below
    kept.append({"created": created, "created_by": RUN, **({} if has_layer else {"empty_layer": True})})
    if has_log_layer:
        kept.append({"created": created, "created_by": _LOG})
    return kept


def shell_of(history: Iterable[dict[str, Any]], *, used: str | None = None) -> list[str]:
    """Return the SHELL that a history sets last; empty if it sets none.

    `used` is the shell that a later commit by Podman has recorded, its words joined by spaces. If it differs from the
    history's shell, `used` is right.
    """
    told: list[str] = []
    for entry in history:
        if found := _SHELL.match(entry.get("created_by") or ""):
            told = _words(found[1])
    if used is None or used == " ".join(told):
        return told
    return [] if used == "/bin/sh" else used.split()


def triggers_of(history: Iterable[dict[str, Any]]) -> list[str]:
    """Return the ONBUILD instructions of a history that are still to be executed.

    An entry that creates files after them has executed them: an engine clears them in an image that is built from one
    that has them, and the history does not record that.
    """
    triggers: list[str] = []
    for entry in history:
        text = entry.get("created_by") or ""
        if found := _TRIGGER.match(text):
            triggers.append(found[1].strip())
        elif text not in (RUN, _LOG) and (_makes_files(text) or _instruction(text) in triggers):
            triggers = []
    return triggers


def _makes_files(text: str) -> bool:
    return not _CHANGES_CONFIGURATION.match(text) and not _WORKDIR.match(text)


def _instruction(text: str) -> str:
    return text.partition("#(nop)")[2].strip() or text.strip()


def _words(text: str) -> list[str]:
    """Return the words of a JSON list, or of a list as Docker's builders print it: `[/bin/bash -c]`."""
    try:
        words = json.loads(text)
    except ValueError:
        return text.strip().removeprefix("[").removesuffix("]").split()
    return [str(word) for word in words] if isinstance(words, list) else []


def _entry_of(entry: dict[str, Any], *, is_empty: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if (created := entry.get("Created") or 0) > 0:
        facts["created"] = datetime.fromtimestamp(created, UTC).isoformat().replace("+00:00", "Z")
    for ours, theirs in (("created_by", "CreatedBy"), ("comment", "Comment")):
        if entry.get(theirs):
            facts[ours] = entry[theirs]
    if is_empty:
        facts["empty_layer"] = True
    return facts
