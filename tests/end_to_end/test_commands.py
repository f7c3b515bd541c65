"""Commands as a user types them, on Docker and on Podman."""

from __future__ import annotations

import json
import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from engine_clients import real_docker
from user import SECONDS, WAIT, Shell, await_line, user

from jobber.domain.containers.container import ContainerId

if TYPE_CHECKING:
    from pathlib import Path

_TRAP = 'trap "echo got; exit 5" INT; echo up; while :; do sleep 0.1; done'


def _records(shell: Shell) -> dict[str, object]:
    record: dict[str, object] = json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])
    return record


def test_image_is_named_after_the_directory_and_run_without_a_name(shell: Shell) -> None:
    ran = shell.jobber("run")

    assert (ran.returncode, ran.stdout) == (0, b"")
    assert f"result {shell.name}:latest-run, {shell.name}:".encode() in ran.stderr


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (3, 3), (255, 255)])
def test_exit_status_is_the_jobs(shell: Shell, status: int, expected: int) -> None:
    assert shell.jobber("run", shell.name, "sh", "-c", f"exit {status}").returncode == expected


def test_streams_are_apart_and_untouched_and_the_log_has_both(shell: Shell) -> None:
    ran = shell.jobber("run", shell.name, "sh", "-c", r"printf '\000\377\r\n'; printf 'err\n' >&2")
    log = shell.jobber("run", "--result-image", "none", f"{shell.name}:latest-run", "cat", "/run.log")

    assert ran.stdout == b"\x00\xff\r\n"
    assert ran.stderr.startswith(b"err\n")
    assert sorted(log.stdout) == sorted(b"\x00\xff\r\nerr\n")


def test_standard_input_reaches_the_job_with_its_end(shell: Shell) -> None:
    text = bytes(range(256)) * 5000

    assert shell.jobber("run", shell.name, "cat", stdin=text).stdout == text


def test_words_after_the_image_are_the_jobs(shell: Shell) -> None:
    ran = shell.jobber("run", shell.name, "echo", "-v", "--", "-i", "--help", "-ri")

    assert ran.stdout == b"-v -- -i --help -ri\n"


@pytest.mark.parametrize(("words", "status"), [(("nosuch",), 127), (("/etc",), 126)])
def test_job_that_can_t_start_leaves_nothing(shell: Shell, words: tuple[str, ...], status: int) -> None:
    ran = shell.jobber("run", shell.name, *words)

    assert ran.returncode == status
    assert ran.stderr.count(b"\n") <= 2
    assert ran.stderr.startswith(b"error: ")
    assert shell.containers() == []


def test_input_is_read_only_and_recorded(shell: Shell) -> None:
    data = shell.data_image(x="X")
    ran = shell.jobber("run", "-i", data, shell.name, "sh", "-c", "cat /data/x; echo no >/data/x")
    inputs = _records(shell)["inputs"]
    assert isinstance(inputs, list)

    assert (ran.returncode, ran.stdout) == (1, b"X")
    assert [(item["ref"], item["src"], item["dest"]) for item in inputs] == [(f"{data}:latest", "/data", "/data")]


def test_input_whose_path_has_a_comma_is_mounted_recorded_and_mounted_again(shell: Shell) -> None:
    (shell.folder / "x").write_text("X")
    (shell.folder / "Dockerfile.data").write_text('FROM scratch\nCOPY ["x", "/a,b/c d/"]\n')
    built = shell.jobber("build", "-t", f"{shell.name}-data", "-f", "Dockerfile.data", ".")
    assert built.returncode == 0, built.stderr
    spec = f'{shell.name}-data,"src=/a,b/c d","dest=/in,here"'
    ran = shell.jobber("run", "-i", spec, shell.name, "cat", "/in,here/x")
    again = shell.jobber("rerun", f"{shell.name}:latest-run")

    assert (ran.stdout, again.stdout) == (b"X", b"X"), (ran.stderr, again.stderr)
    assert shell.labels(f"{shell.name}:latest-run")["jobber.inputs"].endswith(':/a,b/c d:ro"')


def test_holes_of_a_containers_files_are_known_where_its_layer_can_be_looked_into(shell: Shell) -> None:
    job = "dd if=/dev/zero of=/big bs=1 count=1 seek=1100000000 && echo made && sleep 100"
    process = shell.start("run", "--result-image", "none", shell.name, "sh", "-c", job)
    await_line(process, b"made\n")
    (container,) = shell.containers()
    found = shell.engine.containers.sparse_files(ContainerId(container))
    process.kill()
    if not found:
        pytest.skip("the layers of this engine can't be looked into")

    assert [(file.path, file.holes >> 20) for file in found] == [("/big", 1049)]


def test_timeout(shell: Shell) -> None:
    ran = shell.jobber("run", "--timeout", "1", "-Xd", "--stop-timeout 1", shell.name, "sleep", "60")

    assert ran.returncode == 124
    assert _records(shell)["outcome"] == "timed-out"


def test_three_runs_of_one_second_have_three_tags(shell: Shell) -> None:
    runs = [shell.start("run", shell.name, "true") for _ in range(3)]
    said = [run.communicate(timeout=SECONDS)[1].decode() for run in runs]
    tags = {word for line in said for word in line.replace(",", "").split() if word.startswith(f"{shell.name}:2")}

    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(tags) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_first_signal_is_the_jobs_and_the_result_is_kept(shell: Shell, number: signal.Signals) -> None:
    trap = _TRAP.replace("INT", number.name.removeprefix("SIG"))
    process = shell.start("run", shell.name, "sh", "-c", trap)
    await_line(process, b"up\n")
    process.send_signal(number)
    out, _ = process.communicate(timeout=SECONDS)

    assert (process.returncode, out) == (130, b"got\n")
    assert (_records(shell)["outcome"], _records(shell)["exit-code"]) == ("interrupted", 5)
    assert shell.containers() == []


def test_second_signal_kills_a_job_that_won_t_listen(shell: Shell) -> None:
    process = shell.start("run", shell.name, "sh", "-c", 'trap "" INT; echo up; while :; do sleep 0.1; done')
    await_line(process, b"up\n")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)

    assert process.returncode == 130
    assert _records(shell)["exit-code"] == 137


def test_job_outlives_jobber_and_recover_finishes_its_run(shell: Shell) -> None:
    job = f"echo up; {WAIT}; echo x >/made; exit 4"
    process = shell.start("run", "-o", "/made", *shell.gate, shell.name, "sh", "-c", job)
    await_line(process, b"up\n")
    process.kill()
    process.wait()
    early = shell.jobber("recover")
    shell.open_gate()
    recovered = early
    while shell.containers():
        recovered = shell.jobber("recover")
    show = shell.jobber("run", f"{shell.name}:latest-run", "cat", "/run.log", "/made")

    assert b"still running" in early.stderr
    assert b"recovered run" in recovered.stderr
    assert show.stdout == b"up\nx\n"
    assert shell.containers() == []


def test_killed_copy_of_an_input_is_never_taken_for_a_whole_one(shell: Shell) -> None:
    data = shell.data_image(**{f"file{number}": "x" * 1000 for number in range(500)})
    for moment in (0.25, 0.35, 0.45):
        process = shell.start("run", "-i", data, shell.name, "true")
        time.sleep(moment)
        process.kill()
        process.wait()
    ran = shell.jobber("run", "-i", data, shell.name, "sh", "-c", "ls /data | wc -l")

    assert ran.stdout.strip() == b"501"


def test_read_only_root_has_its_log_in_the_result(shell: Shell) -> None:
    shell.jobber("run", "-Xd", "--read-only", shell.name, "echo", "kept")
    show = shell.jobber("run", f"{shell.name}:latest-run", "cat", "/run.log")

    assert show.stdout == b"kept\n"


def test_failing_build_shows_the_output_of_its_step(shell: Shell) -> None:
    (shell.folder / "bad").write_text(f"FROM {shell.name}\nRUN echo before\nRUN echo one; echo two; exit 4\n")
    built = shell.jobber("build", "-f", "bad", "-t", shell.name)
    lines = built.stderr.decode().splitlines()

    assert built.returncode == 1
    assert {"one", "two"} <= set(lines)
    assert "before" not in lines
    assert lines[-1].startswith("error: the build failed at")


def test_output_closed_by_its_reader_does_not_end_the_job(shell: Shell) -> None:
    script = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo end >/end"
    with shell.start("run", shell.name, "sh", "-c", script) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.read()
        process.wait(SECONDS)
    show = shell.jobber("run", f"{shell.name}:latest-run", "cat", "/end")

    assert show.stdout == b"end\n"


def test_id_file_has_the_result(shell: Shell) -> None:
    ran = shell.jobber("run", "--iidfile", "id", shell.name, "true")
    id_ = (shell.folder / "id").read_text()

    assert ran.returncode == 0
    assert shell.labels(id_)["jobber.parent"] == shell.id_of(f"{shell.name}:latest")


def test_dry_run_makes_nothing(shell: Shell) -> None:
    data = shell.data_image(x="X")
    planned = shell.jobber("run", "--dry-run", "-i", data, shell.name, "echo")

    assert planned.returncode == 0
    assert f"{shell.name}:latest-run".encode() in planned.stdout
    assert shell.containers() == []


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
def test_result_on_docker_keeps_what_a_commit_drops(docker_engine_address: str, tmp_path: Path) -> None:
    with user(tmp_path, "", DOCKER_HOST=docker_engine_address) as shell:
        assert shell.jobber("build", "-t", f"{shell.name}-data").returncode == 0
        (shell.folder / "Dockerfile").write_text(
            f'FROM {shell.name}-data\nSHELL ["/bin/sh", "-ec"]\nONBUILD ENV A=1\nHEALTHCHECK CMD true\n'
        )
        assert shell.jobber("build").returncode == 0
        for options in ((), ("-Xd", "-e ADDED=1 --health-cmd false")):
            assert shell.jobber("run", *options, shell.name, "true").returncode == 0
            with closing(real_docker(docker_engine_address)) as client:
                told = client.call("GET", f"/images/{shell.name}:latest-run/json").json()["Config"]

            assert (told["Shell"], told["OnBuild"]) == (["/bin/sh", "-ec"], ["ENV A=1"])
            assert told["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]


def test_whole_image_as_an_input_or_a_copy_is_what_was_put_into_it(shell: Shell) -> None:
    data = shell.data_image(x="X")
    ran = shell.jobber("run", "-i", f"{data},src=/", shell.name, "find", "/data")
    copied = shell.jobber("cp", f"{data}:/", "copy")

    assert ran.returncode == copied.returncode == 0, ran.stderr + copied.stderr
    assert sorted(ran.stdout.split()) == [b"/data", b"/data/data", b"/data/data/Dockerfile", b"/data/data/x"]
    assert sorted(str(path.relative_to(shell.folder / "copy")) for path in (shell.folder / "copy").rglob("*")) == [
        "data",
        "data/Dockerfile",
        "data/x",
    ]
