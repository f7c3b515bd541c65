"""`jobber cp` of 1 GB out of an image, against the engine's own `cp` out of a container that is there already."""

from __future__ import annotations

import os
import shutil
import statistics
from typing import TYPE_CHECKING

from side_by_side import Command, Comparison, in_turns, run, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hand import Bench

_COPY = 1.1
_PEAK = 60_000_000
"""Bytes of memory, of which Python itself takes a half."""
_MEGABYTE = 1 << 20
_LARGE = 8
"""Files of 100 MB."""
_SMALL = 2000
"""Files of 100 kB."""
_FEW = 5
"""Rounds of what takes seconds."""


def compare_copy(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A directory of 1 GB, large files and small."""
    folder = bench.folder / "copy"
    _fill(folder)
    run(bench.jobber("build", "-t", f"{bench.image}:copy", str(folder)), bench.environment)
    container = bench.run("create", f"{bench.image}:copy", "never")
    target = bench.folder / "copied"
    try:
        commands = tuple(
            Command(words, bench.environment, after=lambda: shutil.rmtree(target))
            for words in (
                bench.jobber("cp", f"{bench.image}:copy:/data", str(target)),
                bench.by_hand("cp", f"{container}:/data", str(target)),
            )
        )
        ours, theirs = in_turns(commands, rounds=min(rounds, _FEW))
    finally:
        bench.run("rm", container)
    peak = max(one.peak for one in ours)
    yield Comparison(
        f"{bench.name}: 1 GB out of an image",
        seconds(ours),
        seconds(theirs),
        f"at most {_COPY}, memory flat",
        lambda row: row.ratio <= _COPY and peak <= _PEAK,
        note=f"{peak / 1e6:.0f} MB of memory, by hand {statistics.median(one.peak for one in theirs) / 1e6:.0f} MB",
    )


def _fill(folder: Path) -> None:
    piece = os.urandom(_MEGABYTE)
    (folder / "data").mkdir(parents=True)
    for number in range(_LARGE):
        with (folder / "data" / f"large-{number}").open("wb") as file:
            for _ in range(100):
                file.write(piece)
    for number in range(_SMALL):
        place = folder / "data" / f"{number // 100:02}"
        place.mkdir(exist_ok=True)
        (place / f"small-{number:04}").write_bytes(piece[:100_000])
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY data /data\n")
