"""The digest of a container's directory, against `docker cp` of it; and a build that need not be done."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from side_by_side import Command, Comparison, at_most, in_turns, run, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hand import Bench

_DIGEST = 1.2
_PEAK = 120_000_000
"""Bytes of memory: those of Python, and 0.5 kB for each of the files."""
_FILES = 100_000
_SIZE = 10_000
_CONTEXT = 20_000
_FEW = 3
"""Rounds of what takes seconds."""
_TREE = """\
import os, sys
from jobber.adapters.discovery.connect import connect
from jobber.domain.containers.container import ContainerId
from jobber.domain.files.tree_digest import tree_digest
from jobber.domain.ports.progress import Silence
engine = connect(host=os.environ["DOCKER_HOST"], choice="auto", environment=os.environ, progress=Silence())
print(tree_digest(engine.containers.tree(ContainerId(sys.argv[1]), path="/data")))
"""
_PIPELINE = "jobs: {many: {build: .}}\n"


def compare_digest(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """The digest of 1 GB in 100,000 files."""
    folder = bench.folder / "digest"
    _fill(folder / "data", files=_FILES, size=_SIZE)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY data /data\n")
    run(bench.jobber("build", "-t", f"{bench.image}:digest", str(folder)), bench.environment)
    container = bench.run("create", f"{bench.image}:digest", "never")
    try:
        commands = (
            Command((sys.executable, "-c", _TREE, container), bench.environment),
            Command(bench.by_hand("cp", f"{container}:/data", "-"), bench.environment),
        )
        ours, theirs = in_turns(commands, rounds=min(rounds, _FEW))
    finally:
        bench.run("rm", container)
    peak = max(one.peak for one in ours)
    yield Comparison(
        f"{bench.name}: digest of 1 GB, 100,000 files",
        seconds(ours),
        seconds(theirs),
        f"at most {_DIGEST}, memory flat",
        lambda row: row.ratio <= _DIGEST and peak <= _PEAK,
        note=f"{peak / 1e6:.0f} MB of memory",
    )


def compare_known_build(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A build of 20,000 files that a pipeline takes by its context key, against the engine's own from its cache."""
    folder = bench.folder / "known"
    _fill(folder / "data", files=_CONTEXT, size=200)
    (folder / "Dockerfile").write_text(f"FROM {bench.image}:base\nCOPY data /data\n")
    file = bench.folder / "known.yml"
    file.write_text(_PIPELINE.replace("many", f"{bench.image}-known").replace("build: .", "build: known"))
    commands = (
        Command(bench.jobber("pipeline", "run", "-f", str(file)), bench.environment),
        Command(bench.by_hand("build", "-t", f"{bench.image}:by-hand", str(folder)), bench.environment),
    )
    ours, theirs = in_turns(commands, rounds=min(rounds, _FEW))
    yield at_most(1.0, f"{bench.name}: known build of 20,000 files", seconds(ours), seconds(theirs))


def _fill(folder: Path, *, files: int, size: int) -> None:
    piece = os.urandom(size)
    for number in range(files):
        place = folder / f"{number // 100:04}"
        if number % 100 == 0:
            place.mkdir(parents=True)
        (place / f"{number:06}").write_bytes(piece + str(number).encode())
