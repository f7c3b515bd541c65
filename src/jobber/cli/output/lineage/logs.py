"""The ends of job logs, formatted for a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import members
from jobber.domain.containers.container import LOG
from jobber.domain.errors import JobberError
from jobber.domain.history.lineage import Presence
from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from jobber.domain.history.lineage import Lineage, Node
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.results.find_result import ResultFinder

LARGEST = 1 << 16
"""The maximum number of bytes of one log; its end is kept."""
MAX_LOGS = 200
"""The maximum number of logs in one page; those nearest to the root are kept."""
_CONTROLS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def ends_of_logs(finder: ResultFinder, lineage: Lineage, *, progress: Progress) -> Mapping[str, str]:
    """Return the ends of the logs of a lineage's runs, by key, in plain text.

    A log that cannot be read is replaced by its error message.
    """
    runs = [node for node in lineage.nodes.values() if node.record is not None][:MAX_LOGS]
    found = {}
    for number, node in enumerate(runs, 1):
        progress.step(f"reading logs: {number} of {len(runs)}")
        try:
            found[node.key] = plain_text(_end_of_log(finder, node))
        except JobberError as error:
            found[node.key] = f"({error.what})"
    return found


def plain_text(content: bytes) -> str:
    """Return output as plain text: without colours, and with the final state of overwritten lines."""
    text = _CONTROLS.sub("", content.decode(errors="replace"))
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines))


def _end_of_log(finder: ResultFinder, node: Node) -> bytes:
    archive = _archive(finder, node)
    try:
        for member in members(archive):
            end, size = bytearray(), 0
            for chunk in member.chunks():
                end += chunk
                size += len(chunk)
                del end[:-LARGEST]
            left_out = f"(the first {size - LARGEST} bytes are omitted)\n" if size > LARGEST else ""
            return left_out.encode() + bytes(end)
    finally:
        archive.close()
    return b""


def _archive(finder: ResultFinder, node: Node) -> Generator[bytes]:
    if node.presence is Presence.HERE:
        return finder.engine.images.archive(node.image.id, path=LOG)
    reference = parse_reference(node.where)
    return finder.remote.archive(reference, path=LOG, credentials=finder.keyring.credentials_for(reference))
