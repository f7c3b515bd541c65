"""`jobber cp` of 1 GB out of an image, against the engine's own `cp` out of a container that is there already."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from side_by_side import Command, Comparison, at_most, in_turns, run, seconds, without_leak

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hand import Bench

_COPY = 1.1
_MEGABYTE = 1 << 20
_LARGE = 8
"""Files of 100 MB."""
_SMALL = 2000
"""Files of 100 kB."""
_FEW = 5
"""Rounds of what takes seconds."""


def compare_copy(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A directory of 1 GB, large files and small."""
    image = make_copy_image(bench)
    container = bench.run("create", image, "never")
    target = bench.folder / "copied"
    try:
        commands = tuple(
            Command(words, bench.environment, after=lambda: shutil.rmtree(target))
            for words in (
                bench.jobber("cp", f"{image}:/data", str(target)),
                bench.by_hand("cp", f"{container}:/data", str(target)),
                bench.jobber("cp", f"{image}:/data/00", str(target)),
            )
        )
        ours, theirs, small = in_turns(commands, rounds=min(rounds, _FEW))
    finally:
        bench.run("rm", container)
    yield at_most(_COPY, f"{bench.name}: 1 GB out of an image", seconds(ours), seconds(theirs))
    yield without_leak(f"{bench.name}: memory with it, and with 10 MB", ours, small)


def make_copy_image(bench: Bench) -> str:
    """Build an image with 1 GB of files below `/data`, and return its name."""
    folder = bench.folder / "copy"
    _fill(folder)
    run(bench.jobber("build", "-t", f"{bench.image}:copy", str(folder)), bench.environment)
    return f"{bench.image}:copy"


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
