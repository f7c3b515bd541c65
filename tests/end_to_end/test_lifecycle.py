"""Runs and those who come and go around them, on Docker and on Podman."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine_clients import docker_client
from proxy import Proxy
from user import SECONDS, WAIT, Shell, await_line

from jobber.domain.runs.label_names import Label

_CHAOS = Path(__file__).parents[1] / "chaos" / "chaos.py"
_SLOW = f"echo up; {WAIT}; echo over >&2; echo x >/made; exit 4"
_LINES = 1200
_OUT = b"".join(f"line {number} ü\n".encode() for number in range(_LINES))
_EMPTIED = b"some output may be missing"
_ERR = [b"err %d" % number for number in range(_LINES)]


def _record(shell: Shell) -> dict[str, object]:
    record: dict[str, object] = json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])
    return record


def _runs(shell: Shell) -> list[dict[str, object]]:
    listed = json.loads(shell.jobber("ps", "--json").stdout)
    return [run for run in listed if run["image"] == f"{shell.name}:latest"]


def _results(shell: Shell) -> set[str]:
    listed = [(image.id, image.labels[Label.RUN]) for image in shell.engine.images.list(labels={Label.RUN: None})]
    return {image for image, record in listed if f'"{shell.name}:latest"' in record and '"outcome"' in record}


@pytest.fixture
def proxy(engine_address: str) -> Iterator[Proxy]:
    made = Proxy(engine_address)
    yield made
    made.close()


def test_detached_run_is_listed_followed_and_finished(shell: Shell) -> None:
    run = shell.jobber("run", "--detach", "-o", "/made", *shell.gate, shell.name, "sh", "-c", _SLOW)
    run_id = run.stdout.decode().strip()
    (listed,) = _runs(shell)
    table = shell.jobber("ps").stdout.decode()
    attached = shell.start("attach", run_id[:8])
    await_line(attached, b"up\n")
    shell.open_gate()
    out, err = attached.communicate(timeout=SECONDS)

    assert (run.returncode, listed["id"], listed["state"]) == (0, run_id, "running")
    assert run_id in table
    assert (attached.returncode, out) == (4, b"")
    assert err.startswith(b"over\n")
    assert (_record(shell)["id"], _record(shell)["exit-code"]) == (run_id, 4)
    assert _runs(shell) == []
    assert shell.containers() == []


def test_job_that_can_t_start_detached_leaves_nothing(shell: Shell) -> None:
    ran = shell.jobber("run", "--detach", shell.name, "nosuch")

    assert (ran.returncode, ran.stdout) == (127, b"")
    assert shell.containers() == []


def test_run_that_nobody_means_is_an_error(shell: Shell) -> None:
    for command in ("attach", "stop"):
        failed = shell.jobber(command, "ffffffff-nobody")
        assert failed.returncode == 1
        assert failed.stderr.startswith(b"error: there is no unfinished run")


def test_two_who_attach_get_the_same_and_make_one_result(shell: Shell) -> None:
    run = shell.jobber("run", "--detach", *shell.gate, shell.name, "sh", "-c", _SLOW).stdout.decode().strip()
    both = [shell.start("attach", run) for _ in range(2)]
    for process in both:
        await_line(process, b"up\n")
    shell.open_gate()
    said = [process.communicate(timeout=SECONDS)[0] for process in both]

    assert [process.returncode for process in both] == [4, 4]
    assert said == [b"", b""]
    assert len(_results(shell)) == 1
    assert shell.containers() == []


def test_one_who_attaches_leaves_the_result_to_the_run_itself(shell: Shell) -> None:
    process = shell.start("run", *shell.gate, shell.name, "sh", "-c", _SLOW)
    await_line(process, b"up\n")
    (listed,) = _runs(shell)
    attached = shell.start("attach", str(listed["id"]))
    await_line(attached, b"up\n")
    shell.open_gate()
    out, _ = attached.communicate(timeout=SECONDS)
    _, said = process.communicate(timeout=SECONDS)

    assert (process.returncode, attached.returncode, out) == (4, 4, b"")
    assert b"result " in said
    assert len(_results(shell)) == 1


def test_three_recoveries_at_once_make_one_result(shell: Shell) -> None:
    shell.jobber("run", "--detach", shell.name, "sh", "-c", "echo up; exit 3")
    time.sleep(1)
    at_once = [shell.start("recover") for _ in range(3)]
    for process in at_once:
        process.communicate(timeout=SECONDS)

    assert [process.returncode for process in at_once] == [0, 0, 0]
    assert len(_results(shell)) == 1
    assert shell.containers() == []


def test_interrupted_attach_leaves_the_job_running(shell: Shell) -> None:
    run = shell.jobber("run", "--detach", shell.name, "sh", "-c", "echo up; sleep 60").stdout.decode().strip()
    process = shell.start("attach", run)
    await_line(process, b"up\n")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS)
    (listed,) = _runs(shell)
    stopped = shell.jobber("stop", run)

    assert (process.returncode, listed["state"]) == (130, "running")
    assert f"jobber attach {run}".encode() in said
    assert stopped.returncode == 0


def test_stopped_run_is_interrupted_for_whoever_watches(shell: Shell) -> None:
    process = shell.start("run", shell.name, "sh", "-c", 'trap "exit 5" TERM; echo up; while :; do sleep 0.1; done')
    await_line(process, b"up\n")
    stopped = shell.jobber("stop", shell.containers()[0])
    process.communicate(timeout=SECONDS)

    assert (stopped.returncode, process.returncode) == (0, 130)
    assert (_record(shell)["outcome"], _record(shell)["exit-code"]) == ("interrupted", 5)
    assert len(_results(shell)) == 1
    assert shell.containers() == []


def test_job_that_is_over_before_the_engine_could_listen_for_its_end_is_seen_to_end(shell: Shell, proxy: Proxy) -> None:
    proxy.delayed = b"/wait?"
    shell.environment["DOCKER_HOST"] = proxy.address
    process = shell.start("run", "-ri", "none", shell.name, "sh", "-c", "exit 7")

    assert process.wait(SECONDS) == 7


def test_connection_that_is_cut_again_and_again_costs_not_a_byte(shell: Shell, proxy: Proxy) -> None:
    said = _cut_again_and_again(shell, proxy)

    assert (said.exit_status, said.out, said.lines_of_stderr) == (6, _OUT, _ERR)
    assert b"reconnected to the engine" in said.err
    assert said.size_of_log == len(_OUT) + sum(len(line) + 1 for line in _ERR)


@pytest.mark.parametrize("driver", ["json-file", "local"])
def test_log_that_the_engine_limits_is_gone_on_in_where_we_were(shell: Shell, proxy: Proxy, driver: str) -> None:
    """Docker drops the oldest file. Podman empties its log, and its readers miss records: jobber warns."""
    is_docker = shell.engine.describe().name == "docker"
    if not is_docker and driver == "local":
        pytest.skip("Podman has no such driver")
    limits = f"--log-driver {driver} --log-opt max-size=40k" + " --log-opt max-file=3" * is_docker
    said = _cut_again_and_again(shell, proxy, "-Xd", limits)
    jumps = _jumps(said.out.splitlines()), _jumps(said.lines_of_stderr)

    assert said.exit_status == 6
    assert (_EMPTIED in said.err) is not is_docker
    if is_docker:
        assert (*jumps, said.warnings) == ([], [], said.warnings)
        assert (said.out, said.lines_of_stderr) == (_OUT, _ERR)
    assert [(before, after) for before, after in (*jumps[0], *jumps[1]) if before >= after] == []


@dataclass
class _Said:
    exit_status: int
    out: bytes
    err: bytes
    size_of_log: int

    @property
    def lines_of_stderr(self) -> list[bytes]:
        """The job's own output."""
        return [line for line in self.err.splitlines() if line.startswith(b"err ")]

    @property
    def warnings(self) -> list[bytes]:
        """The messages of jobber."""
        return [line for line in self.err.splitlines() if line.startswith(b"warning: ")]


def _cut_again_and_again(shell: Shell, proxy: Proxy, *options: str) -> _Said:
    script = (
        f"i=0; while [ $i -lt {_LINES} ]; do echo line $i ü; echo err $i >&2; i=$((i+1));"
        " [ $((i % 20)) = 0 ] && sleep 0.1; done; exit 6"
    )
    shell.environment["DOCKER_HOST"] = proxy.address
    process = shell.start("run", *options, shell.name, "sh", "-c", script)
    assert process.stdout is not None
    begun = process.stdout.readline()
    for number in range(5):
        time.sleep(0.7)
        proxy.cut(down=number % 2 == 1)
        time.sleep(0.2)
        proxy.repair()
    assert process.stderr is not None
    out, err = process.stdout.read(), process.stderr.read()
    process.wait(SECONDS)
    log = shell.jobber("run", "--result-image", "none", f"{shell.name}:latest-run", "cat", "/run.log").stdout
    return _Said(process.returncode, begun + out, err, len(log))


def _jumps(lines: list[bytes]) -> list[tuple[int, int]]:
    """Where the numbers of lines don't go on one by one."""
    numbers = [-1, *(int(line.split()[1]) for line in lines), _LINES]
    return [(before, after) for before, after in itertools.pairwise(numbers) if after != before + 1]


def test_signal_while_the_engine_is_out_of_reach_comes_through_later(shell: Shell, proxy: Proxy) -> None:
    shell.environment["DOCKER_HOST"] = proxy.address
    process = shell.start("run", shell.name, "sh", "-c", 'trap "exit 5" TERM; echo up; while :; do sleep 0.1; done')
    await_line(process, b"up\n")
    proxy.cut(down=True)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    time.sleep(1)
    proxy.repair()
    process.communicate(timeout=SECONDS)

    assert process.returncode == 130
    assert (_record(shell)["outcome"], _record(shell)["exit-code"]) == ("interrupted", 5)


def test_signal_to_the_whole_group_before_the_start_leaves_nothing(shell: Shell) -> None:
    for moment in (0.2, 0.3, 0.4):
        process = subprocess.Popen(
            [sys.executable, "-m", "jobber", "run", shell.name, "sleep", "30"],
            cwd=shell.folder,
            env=shell.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        time.sleep(moment)
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.3)
            if process.poll() is not None:
                break
        process.communicate(timeout=SECONDS)
        assert process.returncode in (130, -signal.SIGINT)

    assert shell.containers() == []


@pytest.mark.parametrize("kind", ["kill", "interrupt"])
def test_nothing_is_lost_doubled_or_left_whenever_jobber_dies(shell: Shell, kind: str) -> None:
    name = shell.engine.describe().name
    words = [sys.executable, str(_CHAOS), "--rounds", "5", "--at-once", "5", "--engine", name, "--kind", kind]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=500, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("signal_", ["USR1", "USR2", "QUIT"])
def test_signal_that_is_not_for_jobber_reaches_the_job(shell: Shell, signal_: str) -> None:
    job = f"trap 'echo heard' {signal_}; echo ready; for n in 1 2 3 4 5 6 7 8 9; do sleep 0.2; done; exit 4"
    process = shell.start("run", shell.name, "sh", "-c", job)
    await_line(process, b"ready\n")
    process.send_signal(getattr(signal, f"SIG{signal_}"))
    stdout, _ = process.communicate(timeout=SECONDS)

    assert (process.returncode, stdout) == (4, b"heard\n")


def test_anonymous_volumes_go_with_their_container(shell: Shell, engine_address: str) -> None:
    (shell.folder / "Dockerfile").write_text(f'FROM {shell.name}\nVOLUME ["/declared"]\n')
    assert shell.jobber("build", "-t", f"{shell.name}-data").returncode == 0
    before = _volumes(engine_address)
    ran = shell.jobber("run", "-Xd", "-v /anonymous", f"{shell.name}-data", "touch", "/declared/x", "/anonymous/x")
    read = shell.jobber("cp", f"{shell.name}-data:latest-run:/bin/busybox", "-")

    assert (ran.returncode, read.returncode) == (0, 0), ran.stderr
    assert _volumes(engine_address) <= before


def _volumes(address: str) -> set[str]:
    with closing(docker_client(address, version="1.40")) as client, client.call("GET", "/volumes") as response:
        return {volume["Name"] for volume in response.json()["Volumes"] or ()}


def test_sigterm_before_anything_is_set_up_is_an_interruption(shell: Shell) -> None:
    for words in (("run", shell.name, "sleep", "5"), ("ls",), ("ps",)):
        process = shell.start(*words)
        while not _hears(process, signal.SIGTERM):
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=SECONDS)

        assert process.returncode == 130


def _hears(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(int(caught, 16) & 1 << (number - 1))
