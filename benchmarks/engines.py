"""jobber on a real engine, against the engine's own command line."""

from __future__ import annotations

import os
import shlex
import statistics
from functools import partial
from typing import TYPE_CHECKING

from jobber.adapters.docker.buildkit import find_client
from side_by_side import Command, Comparison, at_most, in_turns, seconds, without_leak

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hand import Bench

_CYCLE = 1.15
_KEPT = 1.1
_STREAM = 1.1
_BUILD = 1.1
_NO_COPY = 0.2
_OUTPUT = 200_000_000
_LITTLE = 2_000_000
_INPUT = 1_000_000_000
_FILES = 20_000
_SOME_FILES = 4_000
_CACHED = """FROM {base}
RUN head -c 16 /dev/urandom > /random
RUN sleep 2
WORKDIR /work
ENV MODE=train
COPY . /work/
"""
_CHANGES, _MANY = 1, 2
"""Places in the list of second builds."""
_START = 0.5
"""Seconds of a busy machine: a build that is all in the cache is shorter than Python's start and its imports."""
_FEW = 5
"""Rounds of what takes seconds."""


def compare_cycle(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A job that does nothing: from create to remove, and what it said is kept in the result."""
    script = _cycle_by_hand(bench, "true")
    commands = (
        Command(bench.jobber("run", f"{bench.image}:base", "true"), bench.environment, after=bench.forget_results),
        Command(("sh", str(script)), bench.environment, after=bench.forget_results),
    )
    ours, theirs = map(seconds, in_turns(commands, rounds=rounds))
    yield at_most(_CYCLE, f"{bench.name}: a trivial job, whole cycle", ours, theirs)


def _cycle_by_hand(bench: Bench, *words: str) -> Path:
    """Write a script that runs a job and keeps its result, step by step with the engine's own client."""
    script = bench.folder / "cycle.sh"
    client = " ".join(bench.client)
    script.write_text(
        "set -e\n"
        f"id=$({client} create {bench.image}:base {shlex.join(words)})\n"
        f"{client} start --attach $id > {bench.folder}/run.log\n"
        f"{client} cp {bench.folder}/run.log $id:/run.log\n"
        f"{client} commit $id {bench.image}:latest-run\n"
        f"{client} tag {bench.image}:latest-run {bench.image}:20260101_000000\n"
        f"{client} rm --volumes $id\n"
    )
    return script


def printing(size: int) -> tuple[str, ...]:
    """Return the command of a job that prints so many bytes."""
    return ("sh", "-c", f"yes 'epoch 1  loss 0.4939  accuracy 0.8358' | head -c {size}")


def compare_output(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A job that prints 200 MB."""
    job = (f"{bench.image}:base", *printing(_OUTPUT))
    forget = bench.forget_results
    by_steps = _cycle_by_hand(bench, *printing(_OUTPUT))
    commands = (
        Command(bench.jobber("run", "--result-image", "none", *job), bench.environment),
        Command(bench.by_hand("run", "--rm", *job), bench.environment),
        Command(bench.jobber("run", *job), bench.environment, after=forget),
        Command(("sh", str(by_steps)), bench.environment, after=forget),
        Command(bench.jobber("run", f"{bench.image}:base", *printing(_LITTLE)), bench.environment, after=forget),
    )
    streamed, by_hand, kept, kept_by_hand, little = in_turns(commands, rounds=min(rounds, _FEW))
    yield at_most(_STREAM, f"{bench.name}: 200 MB of output", seconds(streamed), seconds(by_hand))
    yield at_most(_KEPT, f"{bench.name}: 200 MB of output, and its result", seconds(kept), seconds(kept_by_hand))
    yield without_leak(f"{bench.name}: memory with it, and with 2 MB", kept, little)


def compare_input(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A job with 1 GB of input: the first time, and when it is there."""
    folder = bench.folder / "input"
    folder.mkdir()
    with (folder / "digits").open("wb") as file:
        for _ in range(_INPUT // (1 << 20)):
            file.write(os.urandom(1 << 20))
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY digits /data/\n")
    Command(bench.jobber("build", "-t", f"{bench.image}:input", str(folder)), bench.environment).measure()
    job = (f"{bench.image}:base", "true")
    with_input = Command(bench.jobber("run", "-ri", "none", "-i", f"{bench.image}:input", *job), bench.environment)
    without = Command(bench.jobber("run", "-ri", "none", *job), bench.environment)
    first = with_input.measure()
    second, none = map(seconds, in_turns((with_input, without), rounds=rounds))
    yield Comparison(
        f"{bench.name}: 1 GB of input, second time, or none",
        second,
        none,
        f"within {_NO_COPY} s",
        lambda row: row.difference <= _NO_COPY,
        note=f"{(statistics.median(second) - statistics.median(none)) * 1000:+.0f} ms; the first time"
        f" {first.seconds * 1000:,.0f} ms",
    )


def compare_build(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A build whose context has 20,000 files, with the same builder."""
    folder = many_files(bench.folder / "context", number=_FILES)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /data/\n")
    stamp = folder / "000" / "stamp"
    ours = Command(
        bench.jobber("build", "-t", f"{bench.image}:built", str(folder)),
        bench.environment,
        before=lambda: stamp.write_bytes(os.urandom(16)),
        after=bench.forget_builds,
    )
    for builder, words, environment in builders(bench):
        by_hand = Command(
            (*words, "--quiet", "--tag", f"{bench.image}:by-hand", str(folder)),
            {**bench.environment, **environment},
            before=lambda: stamp.write_bytes(os.urandom(16)),
            after=bench.forget_builds,
        )
        with_builder = Command(ours.words, {**ours.environment, **environment}, ours.before, ours.after)
        built, built_by_hand = map(seconds, in_turns((with_builder, by_hand), rounds=min(rounds, _FEW)))
        yield at_most(_BUILD, f"{bench.name}: build of 20,000 files, {builder}", built, built_by_hand)


def compare_second_build(bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """A build whose steps are all in the cache; with another last file; and with a context of 4,000 files."""
    for number, what in enumerate(("nothing changed", "last file changed", "4,000 files")):
        folder = bench.folder / f"second-{number}"
        folder.mkdir()
        if number == _MANY:
            many_files(folder, number=_SOME_FILES)
        (folder / "Dockerfile").write_text(_CACHED.format(base=f"{bench.image}:base"))
        changed = folder / "changed"
        changed.write_text("0")
        before = partial(change, changed) if number == _CHANGES else None
        for builder, words, environment in builders(bench):
            around = {**bench.environment, **environment}
            commands = (
                Command(bench.jobber("build", "-t", f"{bench.image}:second", str(folder)), around, before),
                Command((*words, "--tag", f"{bench.image}:second-by-hand", str(folder)), around, before),
            )
            ours, theirs = map(seconds, in_turns(commands, rounds=rounds if number != _MANY else min(rounds, _FEW)))
            yield Comparison(
                f"{bench.name}: again, {what}, {builder}",
                ours,
                theirs,
                f"at most {_BUILD}, or {_START} s more",
                lambda row: row.ratio <= _BUILD or row.difference <= _START,
                note=f"{(statistics.median(ours) - statistics.median(theirs)) * 1000:+.0f} ms",
            )


def many_files(folder: Path, *, number: int) -> Path:
    """Write small files, 200 to a directory."""
    for each in range(number):
        directory = folder / f"{each // 200:03}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"digit-{each:05}.txt").write_text(f"{each}\n" * 20)
    return folder


def change(file: Path) -> None:
    """Write other bytes."""
    file.write_bytes(os.urandom(16))


def builders(bench: Bench) -> Iterator[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Yield each builder: its name, its command line, and the variables that choose it."""
    if bench.name != "docker":
        yield "its own", (*bench.client, "build"), {}
        return
    client = find_client(os.environ)
    if client is not None:
        yield "BuildKit", client.words, {"DOCKER_BUILDKIT": "1"}
    yield "the engine's", (*bench.client, "build"), {"DOCKER_BUILDKIT": "0"}
