"""The working tree against another revision of jobber: both are installed alike, and measured in turn."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from copies import make_copy_image
from engines import builders, change, many_files, printing
from installed import benchmarks_of, install_revision, install_working_tree
from latency import echoes
from ledger import load_results
from side_by_side import LEAK, Command, Comparison, at_most, in_turns, megabytes, processor, run, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hand import Bench
    from side_by_side import Measured

_RESULTS = 100
_FILES = 20_000
_GIGABYTE = 1_000_000_000
_KEYS = 100
_FEW = 5
"""Rounds of what takes seconds or minutes."""
_CONFIGURATION = """default-registry: localhost:5000/team
timeout: 60
configs:
  long:
    timeout: 600
    Xdocker: -e MODE=long
"""


@dataclass(frozen=True)
class Installations:
    """The Pythons that have the working tree and the other revision."""

    ours: Path
    theirs: Path

    def measure(
        self,
        *words: str,
        bench: Bench | None = None,
        rounds: int,
        before: Callable[[], object] | None = None,
        after: Callable[[], object] | None = None,
        directory: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> tuple[list[Measured], list[Measured]]:
        """Measure `jobber WORDS` of both in turn."""
        around = {**(bench.environment if bench else {}), **(environment or {})}
        ours, theirs = in_turns(
            [Command((jobber_of(python), *words), around, before, after, directory) for python in self], rounds=rounds
        )
        return ours, theirs

    def __iter__(self) -> Iterator[Path]:
        return iter((self.ours, self.theirs))


def jobber_of(python: Path) -> str:
    """Return the path of the program beside a Python."""
    return str(python.with_name("jobber"))


def install_both(revision: str) -> Installations:
    """Install the working tree and a revision."""
    return Installations(install_working_tree(), install_revision(revision))


def compare_start(both: Installations, *, rounds: int) -> Iterator[Comparison]:
    """Compare the CPU time of commands that need no engine."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "jobber-config.yml").write_text(_CONFIGURATION)
        for what, words in (
            ("--version", ["--version"]),
            ("--help", ["--help"]),
            ("config", ["config"]),
            ("completion of an option", ["__complete", "bash", "jobber run --res", ":="]),
            ("completion of a configuration", ["__complete", "bash", "jobber run -c ", ":="]),
        ):
            ours, theirs = both.measure(*words, rounds=rounds, directory=Path(folder))
            yield at_most(0.7, f"{what}, CPU", processor(ours), processor(theirs))


def compare_fake(both: Installations, *, rounds: int) -> Iterator[Comparison]:
    """Compare runs on the fake, in processes of their own."""
    measured = [[_runs_in_a_second(python) for python in both] for _ in range(rounds)]
    yield Comparison(
        "runs on the fake, in a second",
        [ours for ours, _ in measured],
        [theirs for _, theirs in measured],
        "at least 2",
        lambda row: row.ratio >= 2,
        unit="runs",
    )


def _runs_in_a_second(python: Path) -> float:
    """Measure by the benchmark of the revision itself: names of modules may differ."""
    script = "import fake; print(next(fake.compare(rounds=1)).ours[0])"
    return float(run([str(python), "-c", script], {"PYTHONPATH": str(benchmarks_of(python))}))


def compare_cycle(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare a job that does nothing."""
    ours, theirs = both.measure(
        "run", f"{bench.image}:base", "true", bench=bench, rounds=rounds, after=bench.forget_results
    )
    yield at_most(1.0, f"{bench.name}: a trivial job", seconds(ours), seconds(theirs))
    yield at_most(1.1, f"{bench.name}: a trivial job, CPU", processor(ours), processor(theirs))


def compare_lists(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare `ls` and `ps` with 100 results."""
    load_results(bench, number=_RESULTS)
    for command in ("ls", "ps"):
        ours, theirs = both.measure(command, bench=bench, rounds=rounds)
        yield at_most(1.1, f"{bench.name}: {command}, {_RESULTS} results", seconds(ours), seconds(theirs))
        yield at_most(1.1, f"{bench.name}: {command}, CPU", processor(ours), processor(theirs))
    bench.forget_results()


def compare_output(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare a job that prints 1 GB, and the memory that it takes."""
    words = ("run", "--result-image", "none", f"{bench.image}:base", *printing(_GIGABYTE))
    ours, theirs = both.measure(*words, bench=bench, rounds=min(rounds, _FEW))
    yield at_most(1.0, f"{bench.name}: 1 GB of output", seconds(ours), seconds(theirs))
    yield Comparison(
        f"{bench.name}: memory with 1 GB of output",
        megabytes(ours),
        megabytes(theirs),
        f"at most {LEAK:g} MB more",
        lambda row: row.difference <= LEAK,
        unit="MB",
    )


def compare_copy(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare `cp` of 1 GB."""
    image, target = make_copy_image(bench), bench.folder / "copied"
    ours, theirs = both.measure(
        "cp", f"{image}:/data", str(target), bench=bench, rounds=min(rounds, _FEW), after=lambda: shutil.rmtree(target)
    )
    yield at_most(1.0, f"{bench.name}: cp of 1 GB", seconds(ours), seconds(theirs))


def compare_build(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare a build of 20,000 files."""
    folder = many_files(bench.folder / "context", number=_FILES)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /data/\n")
    for builder, _, environment in builders(bench):
        ours, theirs = both.measure(
            *("build", "-t", f"{bench.image}:built", str(folder)),
            bench=bench,
            rounds=min(rounds, _FEW),
            before=lambda: change(folder / "000" / "stamp"),
            after=bench.forget_builds,
            environment=environment,
        )
        yield at_most(1.0, f"{bench.name}: build of 20,000 files, {builder}", seconds(ours), seconds(theirs))


def compare_latency(both: Installations, bench: Bench, *, rounds: int) -> Iterator[Comparison]:
    """Compare the time from a key to its echo."""
    words = ("-H", bench.environment["DOCKER_HOST"], "run", "-ri", "none", f"{bench.image}:base", "cat")
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(max(rounds // 5, 2)):
        for python, taken in zip(both, (ours, theirs), strict=True):
            taken.extend(echoes([jobber_of(python), *words], keys=_KEYS))
    row = at_most(1.0, f"{bench.name}: key to echo", [one * 1e6 for one in ours], [one * 1e6 for one in theirs])
    yield replace(row, unit="us")


WITHOUT_ENGINE = {"startup": compare_start, "fake": compare_fake}
WITH_ENGINE = {
    "cycle": compare_cycle,
    "ledger": compare_lists,
    "output": compare_output,
    "copy": compare_copy,
    "build": compare_build,
    "latency": compare_latency,
}
