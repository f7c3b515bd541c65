"""The history of an image: what made each of its layers, and what changed its configuration alone."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RUN = "jobber run"
"""What a result's history says of its layer."""
_LOG = "jobber run: /run.log"
_NO_FILES = r"(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b"
_CHANGES_CONFIGURATION = re.compile(rf"(?:.*#\(nop\)\s+)?{_NO_FILES}", re.DOTALL)
_INSTRUCTION = r"^(?:.*#\(nop\)\s+)?{name}\s+(.*)$"
_SHELL = re.compile(_INSTRUCTION.format(name="SHELL"), re.DOTALL)
_TRIGGER = re.compile(_INSTRUCTION.format(name="ONBUILD"), re.DOTALL)
_WORKDIR = re.compile(r"(?:.*#\(nop\)\s+)?WORKDIR\b", re.DOTALL)


def docker_history(entries: Sequence[dict[str, Any]], *, layers: int) -> list[dict[str, Any]]:
    """The history as an image's configuration has it, out of `GET /images/NAME/history`, which leaves out one thing.

    That is which entries made a layer: all that have a size, and of those without one as many as there are layers for
    (a layer may hold an empty directory), first of all those that can make files.
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
    """The history of a result: the code image's, and an entry for what the run has added.

    Args:
        history: The code image's, oldest first.
        created: When the result was made, RFC 3339.
        layers: How many layers the result has.
        below: How many of them are the code image's; 0 where one layer holds the whole file system.
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
    """The SHELL that a history sets last; empty where it sets none.

    `used` is the shell that a later commit of Podman's has noted, its words joined by spaces: where it is another one
    than the history's, it is right.
    """
    told: list[str] = []
    for entry in history:
        if found := _SHELL.match(entry.get("created_by") or ""):
            told = _words(found[1])
    if used is None or used == " ".join(told):
        return told
    return [] if used == "/bin/sh" else used.split()


def triggers_of(history: Iterable[dict[str, Any]]) -> list[str]:
    """The ONBUILD instructions that a history leaves to be executed; whatever makes files after them has executed them.

    An engine clears them in an image that is built from one that has them, and the history does not tell.
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
    """A list in JSON, or as Docker's builders print it: `[/bin/bash -c]`."""
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
