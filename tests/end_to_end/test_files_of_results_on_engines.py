"""Files, logs and differences of results, on Docker and on Podman."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from io import BytesIO
from pathlib import Path

from user import SECONDS, Shell, await_line

_WORK = (
    "mkdir -p /model/deep; printf 'w%s' $1 >/model/weights; printf x >\"/model/new\nline\"; ln -s weights /model/best;"
    ' ln /model/weights /model/deep/same; printf y >"$(printf "/model/b\\377d")"; mkfifo /model/pipe;'
    " chown 1234:4321 /model/weights; chmod 4750 /model/weights; chmod 500 /model/deep; ln -s /etc /model/way;"
    ' echo "{\\"loss\\": $1}" >/model/metrics.json; printf "said $1\\n\\377\\n"; exit $1'
)


def _run(shell: Shell, number: int) -> str:
    ran = shell.jobber("run", "-o", "/model", shell.name, "sh", "-c", _WORK, "sh", str(number))
    assert ran.returncode == number, ran.stderr
    return shell.id_of(f"{shell.name}:latest-run")


def test_everything_that_a_run_left_is_had_without_running_it(shell: Shell) -> None:
    one, other = _run(shell, 0), _run(shell, 3)
    log = shell.jobber("logs", other)
    copied = shell.jobber("cp", "--json", f"{one}:/model", "copy")
    file = shell.jobber("cp", f"{one}:best", "file")
    stream = shell.jobber("cp", f"{one}:/model", "-")
    differences = json.loads(shell.jobber("diff", "--json", one, other).stdout)
    lines = shell.jobber("diff", one, other, "--file", "/run.log", "--exit-code")

    assert (log.returncode, log.stdout) == (0, b"said 3\n\xff\n")
    assert json.loads(copied.stdout)["files"] == 6
    _check_copy(shell.folder / "copy")
    assert (file.returncode, (shell.folder / "file").read_text()) == (0, "w0")
    with tarfile.open(fileobj=BytesIO(stream.stdout)) as archive:
        assert "model/weights" in archive.getnames()
    assert differences["metrics"] == {"loss": {"a": 0, "b": 3}}
    assert [change["path"] for change in differences["files"]] == [
        "/model/deep/same",
        "/model/metrics.json",
        "/model/weights",
        "/run.log",
    ]
    assert lines.returncode == 1
    assert b"-said 0\n+said 3\n" in lines.stdout
    assert shell.labels(f"{shell.name}:latest-run")["jobber.metrics"] == '{"loss":3}'
    assert shell.containers() == []


def _check_copy(copy: Path) -> None:
    found = sorted(os.fsencode(path.name) for path in copy.iterdir())
    assert found == [b"best", b"b\xffd", b"deep", b"metrics.json", b"new\nline", b"pipe", b"way", b"weights"]
    weights = (copy / "weights").stat()
    assert (weights.st_uid, stat.S_IMODE(weights.st_mode)) == (os.getuid(), 0o750)
    assert (copy / "best").readlink() == Path("weights")
    assert (copy / "way").readlink() == Path("/etc")
    assert stat.S_IMODE((copy / "deep").stat().st_mode) == 0o500
    assert (copy / "deep" / "same").samefile(copy / "weights")


def test_run_in_progress_is_read_and_left_alone(shell: Shell) -> None:
    run = shell.jobber("run", "--detach", shell.name, "sh", "-c", "echo up; sleep 3; echo over >&2").stdout.decode()
    follower = shell.start("logs", "-f", run.strip())
    await_line(follower, b"up\n")
    until_now = shell.jobber("logs", run.strip())
    rest, _ = follower.communicate(timeout=SECONDS)

    assert until_now.stdout.startswith(b"up\n")
    assert (follower.returncode, rest) == (0, b"over\n")
    assert len(shell.containers()) == 1
    assert shell.jobber("recover").returncode == 0
    assert sorted(shell.jobber("logs", run.strip()).stdout.splitlines()) == [b"over", b"up"]


def test_copy_that_is_cut_short_leaves_whole_files_alone_and_no_container(shell: Shell) -> None:
    script = "mkdir /big; for n in 1 2 3 4 5 6 7 8; do head -c 30000000 /dev/zero | tr '\\000' x >/big/$n; done"
    assert shell.jobber("run", "-o", "/big", shell.name, "sh", "-c", script).returncode == 0
    result = f"{shell.name}:latest-run"
    copying = shell.start("cp", f"{result}:/big", "copy")
    give_up = time.monotonic() + SECONDS
    while not (shell.folder / "copy" / "1").exists() and copying.poll() is None and time.monotonic() < give_up:
        time.sleep(0.01)
    copying.send_signal(signal.SIGINT)
    _, said = copying.communicate(timeout=SECONDS)
    whole = [file.stat().st_size for file in (shell.folder / "copy").iterdir()]

    assert (copying.returncode, whole) in ((130, [30_000_000] * len(whole)), (0, [30_000_000] * 8))
    assert copying.returncode == 0 or b"files are complete in copy, the rest is missing" in said
    assert shell.containers() == []


def test_reader_that_leaves_is_no_error(shell: Shell) -> None:
    assert shell.jobber("run", shell.name, "sh", "-c", "head -c 3000000 /dev/zero | tr '\\000' y").returncode == 0
    reading = shell.start("logs", f"{shell.name}:latest-run")
    assert reading.stdout is not None
    assert reading.stdout.read(2) == b"yy"
    reading.stdout.close()
    assert reading.stderr is not None
    said = reading.stderr.read()

    assert (reading.wait(timeout=SECONDS), said) == (0, b"")
    assert shell.containers() == []


def test_full_disk_is_one_error(shell: Shell) -> None:
    script = "mkdir /out; echo x >/out/x; echo said"
    assert shell.jobber("run", "-o", "/out", shell.name, "sh", "-c", script).returncode == 0
    for words in (("logs", f"{shell.name}:latest-run"), ("cp", f"{shell.name}:latest-run:x", "-")):
        with Path("/dev/full").open("wb") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "jobber", *words],
                cwd=shell.folder,
                env=shell.environment,
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (ran.returncode, ran.stderr) == (1, b"error: can't copy to stdout: no space left on device\n")


def test_files_that_the_engine_makes_for_itself_are_no_difference(shell: Shell) -> None:
    """Podman leaves `/etc/mtab`, `/run/.containerenv` and others in a commit, and all engines leave mount points."""
    options = f"-v {shell.folder}:/mnt/deep/host -v {shell.folder}/Dockerfile:/mnt/own/file --tmpfs /model/quick"
    job = ("sh", "-c", "mkdir -p /mnt/own; echo 1 >/mnt/own/mine; echo 1 >/model/made")
    data = shell.data_image(x="X")
    words = ("run", "-i", f"{data},dest=/in/data", "-o", "/model", "-Xd", options, shell.name, *job)
    assert shell.jobber(*words).returncode == 0
    differences = json.loads(shell.jobber("diff", "--all", "--json", shell.name, f"{shell.name}:latest-run").stdout)
    again = shell.jobber("rerun", "--verify", f"{shell.name}:latest-run")

    assert {change["path"] for change in differences["files"]} == {
        "/mnt",
        "/mnt/own",
        "/mnt/own/mine",
        "/model",
        "/model/made",
        "/run.log",
    }
    assert again.returncode == 0, again.stderr
    assert b"/model" in again.stderr
