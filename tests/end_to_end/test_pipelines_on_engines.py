"""Pipelines on Docker and on Podman: in parallel, killed, interrupted."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from screen import Sitting
from user import SECONDS, Shell

from jobber.domain.errors import JobberError
from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label

_KILLS = 6
_FILE = """\
params: {{wait: 0}}
jobs:
  {n}-data: {{build: data}}
  {n}-a:
    image: {n}
    cmd: [sh, -c, "mkdir /out; echo up; sleep ${{wait}}; cat /data/x > /out/x"]
    inputs: [{n}-data]
    out: /out
  {n}-b:
    matrix: {{m: [p, q]}}
    image: {n}
    cmd: [sh, -c, "mkdir /out; echo ${{m}} {n} > /out/x"]
    inputs: [{n}-a]
    out: /out
  {n}-c: {{image: {n}, cmd: find /runs -type f, inputs: ["{n}-b[*],dest=/runs"]}}
"""


@pytest.fixture
def pipeline(shell: Shell) -> Iterator[Shell]:
    data = shell.folder / "data"
    data.mkdir()
    (data / "x").write_text(shell.name)  # a pipeline of another test must not have the same content
    (data / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    (shell.folder / "jobber-pipeline.yml").write_text(_FILE.format(n=shell.name))
    yield shell
    for image in _images(shell):
        for tag in image.references:
            with suppress(JobberError):
                shell.engine.images.remove(parse_reference(tag))


def _images(shell: Shell) -> list[ListedImage]:
    listed = shell.engine.images.list(labels={Label.VERSION: None})
    return [image for image in listed if any(tag.startswith(f"{shell.name}-") for tag in image.references)]


def _states(shell: Shell, done: subprocess.CompletedProcess[bytes]) -> dict[str, str]:
    return {job["job"].removeprefix(f"{shell.name}-"): job["state"] for job in json.loads(done.stdout)["jobs"]}


def _runs(shell: Shell) -> dict[str, set[str]]:
    """The IDs of succeeded runs by content key."""
    runs: dict[str, set[str]] = {}
    for image in _images(shell):
        record = json.loads(image.labels.get(Label.RUN) or "{}")
        if record.get("outcome") == "succeeded":
            runs.setdefault(image.labels[Label.CONTENT_KEY], set()).add(record["id"])
    return runs


def test_first_run_runs_everything_and_the_second_nothing(pipeline: Shell) -> None:
    first = pipeline.jobber("pipeline", "run", "-j", "3", "--json")
    second = pipeline.jobber("pipeline", "run", "--json")

    assert first.returncode == 0, first.stderr
    assert _states(pipeline, first) == {
        "data": "built",
        "a": "succeeded",
        "b[p]": "succeeded",
        "b[q]": "succeeded",
        "c": "succeeded",
    }
    assert f"{pipeline.name}-c | /runs/p/x\n".encode() in first.stderr
    assert set(_states(pipeline, second).values()) == {"fresh"}
    assert pipeline.jobber("pipeline", "status").returncode == 0


def test_same_output_of_a_changed_step_runs_nothing_below(pipeline: Shell) -> None:
    pipeline.jobber("pipeline", "run")
    file = pipeline.folder / "jobber-pipeline.yml"
    file.write_text(file.read_text().replace("echo up;", "echo changed;"))
    done = pipeline.jobber("pipeline", "run", "--json")

    assert _states(pipeline, done) == {
        "data": "fresh",
        "a": "succeeded",
        "b[p]": "reused",
        "b[q]": "reused",
        "c": "reused",
    }
    assert pipeline.jobber("pipeline", "status").returncode == 0


def test_killed_pipeline_resumes(pipeline: Shell) -> None:
    chance = random.Random(1)
    for _ in range(_KILLS):
        process = pipeline.start("pipeline", "run", "-p", "wait=1")
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.5, 4))
        process.kill()
        process.communicate()
    done = pipeline.jobber("pipeline", "run", "-p", "wait=1")

    assert done.returncode == 0, done.stderr
    assert [len(ids) for ids in _runs(pipeline).values()] == [1, 1, 1, 1]
    assert pipeline.containers() == []


def test_interrupted_once_it_starts_nothing_more(pipeline: Shell) -> None:
    process = pipeline.start("pipeline", "run", "-p", "wait=3")
    _await(process, b"up")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)

    assert process.returncode == 130, err
    assert b"succeeded" in out
    assert b"not run" in out
    assert pipeline.containers() == []


def test_interrupted_twice_it_stops_the_jobs_and_keeps_their_results(pipeline: Shell) -> None:
    process = pipeline.start("pipeline", "run", "-p", "wait=60")
    _await(process, b"up")
    process.send_signal(signal.SIGINT)
    _await(process, b"no more jobs", stream="stderr")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)

    assert process.returncode == 130, err
    assert b"interrupted" in out
    record = json.loads(pipeline.labels(f"{pipeline.name}-a:latest-run")[Label.RUN])
    assert record["outcome"] == "interrupted"
    assert pipeline.containers() == []


def test_failing_job_is_opened_with_the_hint(pipeline: Shell) -> None:
    name = f"{pipeline.name}-data"
    text = f"jobs: {{{name}: {{image: {pipeline.name}, cmd: [sh, -c, 'echo kept > /x; exit 3']}}}}"
    (pipeline.folder / "jobber-pipeline.yml").write_text(text)
    done = pipeline.jobber("pipeline", "run")

    assert done.returncode == 1
    assert f"hint: open a shell in it: jobber run -ri none {name}:latest-run sh".encode() in done.stderr
    assert pipeline.jobber("run", "-ri", "none", f"{name}:latest-run", "cat", "/x").stdout == b"kept\n"


def test_two_people_at_once_both_succeed(pipeline: Shell) -> None:
    both = [pipeline.start("pipeline", "run", "-p", "wait=2") for _ in range(2)]
    said = [process.communicate(timeout=SECONDS) for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert pipeline.jobber("pipeline", "status", "-p", "wait=2").returncode == 0
    assert pipeline.containers() == []


def test_job_with_a_bind_mount_runs_each_time(pipeline: Shell) -> None:
    name, folder = f"{pipeline.name}-data", pipeline.folder / "data"
    text = f"jobs: {{{name}: {{image: {pipeline.name}, cmd: ls /mnt, Xdocker: '-v {folder}:/mnt:ro'}}}}"
    (pipeline.folder / "jobber-pipeline.yml").write_text(text)

    for _ in range(2):
        assert _states(pipeline, pipeline.jobber("pipeline", "run", "--json")) == {"data": "succeeded"}
    status = pipeline.jobber("pipeline", "status")
    assert (status.returncode, b"/mnt may have changed" in status.stdout) == (1, True)


@pytest.mark.parametrize(("count", "ended"), [(1, "succeeded"), (2, "interrupted")])
def test_ctrl_c_at_a_terminal(pipeline: Shell, count: int, ended: str) -> None:
    words = ["pipeline", "run", "-p", "wait=5"]
    sitting = Sitting(words, folder=pipeline.folder, environment=pipeline.environment)
    try:
        sitting.await_text("up")
        for number in range(count):
            sitting.type(b"\x03")
            sitting.await_text(("no more jobs", "being stopped")[number])
        status = sitting.wait()

        assert status == 130, sitting.text()
        assert f"{pipeline.name}-a" in sitting.text()
        assert ended in sitting.text()
        assert sitting.modes_are_as_before()
    finally:
        sitting.close()
    assert pipeline.containers() == []


_THREE_TIMES = """
import jobber
try:
    jobber.pipeline().run("NAME-sleep")
except KeyboardInterrupt as error:
    print("interrupted:", error, flush=True)
"""


def test_third_interruption_from_python_ends_the_program_and_leaves_the_jobs(pipeline: Shell) -> None:
    file = pipeline.folder / "jobber-pipeline.yml"
    ignores = "trap '' INT; echo up; n=0; while [ $n -lt 200 ]; do sleep 0.1; n=$((n+1)); done"
    sleeping = f"{{image: {pipeline.name}, cmd: [sh, -c, {json.dumps(ignores)}]}}"
    file.write_text(f"{file.read_text()}  {pipeline.name}-sleep: {sleeping}\n")
    program = [sys.executable, "-c", _THREE_TIMES.replace("NAME", pipeline.name)]
    process = subprocess.Popen(
        program, cwd=pipeline.folder, env=pipeline.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        _await(process, b"up")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        begun = time.monotonic()
        out, err = process.communicate(timeout=SECONDS)
        seconds = time.monotonic() - begun
    finally:
        process.kill()

    assert (process.returncode, b"interrupted: " in out) == (0, True), (out, err)
    assert b"Fatal" not in err
    assert seconds < 5
    pipeline.jobber("pipeline", "run", f"{pipeline.name}-sleep")
    assert pipeline.containers() == []


def _await(process: subprocess.Popen[bytes], text: bytes, *, stream: str = "stdout") -> None:
    source = getattr(process, stream)
    for line in source:
        if text in line:
            return
    pytest.fail(f"there was no {text!r}: {process.stderr.read() if process.stderr else b''!r}")
