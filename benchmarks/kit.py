"""The cost of a downstream test: a build, a run with an input, and a look at the result, on the fake."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.input import parse_input
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeCommandLine, FakeEngine, FakeProgress, Job, fake_runner

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 60


def train(job: Job) -> int:
    job.say("epoch 1\n")
    job.files.write("/model/weights", job.files.read("/data/x"))
    return 0


def measured(call: Callable[[], object], *, times: int = TIMES, warm: bool = True) -> tuple[float, float, float]:
    """The medians of time and of processor time (which other processes take little of), and the best; milliseconds."""
    if warm:
        call()
    spent, busy = [], []
    for _ in range(times):
        start, cpu = time.perf_counter(), _processor_seconds()
        call()
        spent.append((time.perf_counter() - start) * 1000)
        busy.append((_processor_seconds() - cpu) * 1000)
    return statistics.median(spent), statistics.median(busy), min(spent)


def _processor_seconds() -> float:
    """Return the CPU time, in seconds, of this process and of the children that it has waited for."""
    return time.process_time() + sum(os.times()[2:4])


def main() -> None:
    with TemporaryDirectory() as folder:
        context = Path(folder, "digits")
        context.mkdir()
        (context / "x").write_text("X")
        (context / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
        rows: list[tuple[str, tuple[float, float, float]]] = []

        def in_the_engine() -> None:
            engine = FakeEngine()
            engine.image("train", run=train)
            request = BuildRequest(context=context, dockerfile=context / "Dockerfile")
            data = engine.builder.build(request, progress=FakeProgress())
            engine.images.tag(data, reference=parse_reference("digits:latest"))
            run = RunRequest("train", ContainerOptions(), inputs=(parse_input("digits"),), out="/model")
            result = fake_runner(engine).run(run)
            assert engine.read(result.image or "", "/model/weights") == b"X"

        rows.append(("engine: build, run, look", measured(in_the_engine)))
        engine = FakeEngine()
        engine.image("train", run=train)
        jobber = FakeCommandLine(engine, home=Path(folder), directory=Path(folder))
        rows.append(("jobber_cli build", measured(lambda: jobber("build", "digits"))))
        rows.append(("jobber_cli run", measured(lambda: jobber("run", "-i", "digits", "-o", "/model", "train"))))
        rows.append(("jobber_cli --version", measured(lambda: jobber("--version"))))
        for name, options in (("with the plugin", []), ("without", ["-p", "no:jobber"])):
            rows.append((f"pytest start, {name}", started(folder, options)))
        for name, (median, busy, best) in rows:
            print(f"{name:28} median {median:8.2f} ms, of the processor {busy:8.2f} ms; best {best:8.2f} ms")


def started(folder: str, options: list[str]) -> tuple[float, float, float]:
    """Measure how long pytest takes to find that there is nothing to do, in seconds."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options]

    def start() -> None:
        subprocess.run(words, cwd=folder, env=dict(os.environ), capture_output=True, check=False)

    return measured(start, times=15, warm=False)


main()
