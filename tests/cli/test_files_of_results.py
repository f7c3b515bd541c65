"""`jobber cp`, `logs` and `diff`: what they print, and how they end."""

from __future__ import annotations

import io
import json
import os
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from jobber.cli.output.json_log import JsonLog
from jobber.domain.errors import EngineFailed
from jobber.testing import FakeCommandLine, FakeEngine, Job


def work(job: Job) -> int:
    words = dict(pair.removeprefix("--").split("=") for pair in job.argv[1:])
    job.say(f"lr {words['lr']}\n".encode() + b"\xff\n")
    job.files.write("/model/weights", "w" * int(words["size"]))
    job.files.write("/model/notes", f"one\nlr {words['lr']}\nthree\n")
    job.files.write("/model/binary", b"\0" + words["lr"].encode())
    job.files.write("/model/odd\nname", words["lr"])
    job.files.link("/model/best", words["lr"])
    if words["size"] == "3000":
        job.files.make_directory("/model/deep")
    job.files.write("/model/metrics.json", json.dumps({"loss": float(words["lr"]) * 2}))
    return int(words.get("status", 0))


@pytest.fixture
def runs(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> tuple[str, str]:
    """Two runs of one image, by their tags."""
    jobber_engine.image("work", run=work)
    assert jobber_cli("run", "-o", "/model", "work", "--lr=0.1", "--size=2000").exit_status == 0
    assert (
        jobber_cli("run", "-o", "/model", "-Xd", "-e A=1", "work", "--lr=0.2", "--size=3000", "--status=3").exit_status
        == 3
    )
    return "work:20260101_000000", "work:20260101_000001"


def test_file_is_copied_and_nothing_said(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("cp", f"{runs[0]}:weights", "w")

    assert (ran.exit_status, ran.out, ran.err) == (0, "", "")
    assert (jobber_cli.directory / "w").read_text() == "w" * 2000


def test_copy_tells_programs_what_it_did(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("cp", "--json", f"{runs[1]}:/model", "made")
    told = json.loads(ran.out)

    assert told.pop("image").startswith("sha256:")
    assert told == {
        "path": "/model",
        "destination": "made",
        "files": 5,
        "directories": 2,
        "links": 1,
        "bytes": 3037,
        "skipped": [],
    }
    assert (jobber_cli.directory / "made" / "best").is_symlink()


def test_archive_goes_to_stdout(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("cp", f"{runs[0]}:/model", "-")
    with tarfile.open(fileobj=BytesIO(ran.stdout)) as archive:
        names = archive.getnames()

    assert "model/weights" in names


def test_archive_of_what_is_in_a_directory_is_without_its_name(
    runs: tuple[str, str], jobber_cli: FakeCommandLine
) -> None:
    ran = jobber_cli("cp", f"{runs[0]}:/model/.", "-")
    with tarfile.open(fileobj=BytesIO(ran.stdout)) as archive:
        names = archive.getnames()

    assert "./weights" in names


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("work", "x"), 2, "error: 'work' is not an IMAGE:PATH\n"),
        (("work:/x", "-", "--json"), 2, "error: an archive and JSON can't both be written to stdout\n"),
        (("work:/nowhere", "x"), 1, "error: image work has no /nowhere\n"),
        (("nobody:/x", "x"), 1, "error: there is no image nobody:latest\n"),
        (("work:latest-run:notes", "no/where"), 1, "error: can't copy to no/where: there is no directory "),
        (("work:/x",), 2, "error: "),
        (("work:/x", "a", "b"), 2, "error: "),
    ],
)
@pytest.mark.usefixtures("runs")
def test_copy_that_can_t_be_made(jobber_cli: FakeCommandLine, words: tuple[str, ...], status: int, said: str) -> None:
    ran = jobber_cli("cp", *words)

    assert (ran.exit_status, ran.out) == (status, "")
    assert ran.err.startswith(said)
    assert [path.name for path in jobber_cli.directory.iterdir()] == []


def test_log_is_printed_byte_by_byte(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    for words in ((runs[0],), ("-f", runs[0])):
        assert jobber_cli("logs", *words).stdout == b"lr 0.1\n\xff\n"


def test_log_is_told_to_programs(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    shown = json.loads(jobber_cli("show", "--json", runs[0]).out)
    image = {name: shown["image"][name] for name in ("ref", "id", "digests")}

    for words in ((runs[0],), ("-f", runs[0])):
        assert json.loads(jobber_cli("logs", "--json", *words).out) == {
            "log": "lr 0.1\n\ufffd\n",
            "id": shown["id"],
            "run": shown["run"],
            "image": image,
            "state": "finished",
        }


def test_log_that_is_not_there_is_no_json(jobber_cli: FakeCommandLine) -> None:
    assert jobber_cli("logs", "--json", "nobody").out == ""


@pytest.mark.parametrize("pieces", [[], [b'a"\\\n'], [b"\xc3", b"\xa4"], [b"\xc3"], [bytes(range(256))] * 2])
def test_log_comes_in_pieces_and_is_one_text(pieces: list[bytes]) -> None:
    written = io.BytesIO()
    log = JsonLog(written)
    for piece in pieces:
        log.write(piece)
    log.finish({"run": None})

    assert json.loads(written.getvalue()) == {"log": b"".join(pieces).decode(errors="replace"), "run": None}


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("work",), 1, "error: image work has no /run.log\nhint: only the results of runs have a log\n"),
        (("nobody",), 1, "error: there is no image nobody:latest\n"),
        (
            ("work:latest-run", "--since", "5m"),
            2,
            "error: work:latest-run is a finished run, whose log has no timestamps\n",
        ),
        (("work", "--since", "yesterday"), 2, "error: --since 'yesterday' is not a time\n"),
    ],
)
@pytest.mark.usefixtures("runs")
def test_log_that_can_t_be_read(jobber_cli: FakeCommandLine, words: tuple[str, ...], status: int, said: str) -> None:
    ran = jobber_cli("logs", *words)

    assert (ran.exit_status, ran.out) == (status, "")
    assert ran.err.startswith(said)


def test_log_of_a_run_in_progress_is_printed_until_now(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    def slow(job: Job) -> None:
        job.say("begun\n")
        job.sleep(60)
        job.say("over\n")

    jobber_engine.image("slow", run=slow)
    run = jobber_cli("run", "--detach", "slow").out.strip()

    assert jobber_cli("logs", run).out == "begun\n"
    assert jobber_cli("logs", "--follow", run).out == "begun\nover\n"
    assert "commit" not in jobber_engine.journal


def test_differences_are_told_to_a_person(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    ran = jobber_cli("diff", *runs)
    heads, rest = ran.out.split("\n\n", 1)

    assert heads.splitlines()[0].startswith("a: work:20260101_000000 (")
    assert heads.endswith(", failed (3), 0.0 s)")
    assert (
        rest
        == """\
command
  - --lr=0.1 --size=2000
  + --lr=0.2 --size=3000 --status=3
options
  - none
  + -e A=1
outcome
  - succeeded
  + failed
exit status
  - 0
  + 3
parameters     a     b
  lr         0.1   0.2
  size      2000  3000
  A            -     1
  status       -     3
metrics    a    b
  loss   0.2  0.4  +0.2
files in /model and /run.log
  ~ /model/best          to 0.1, then to 0.2
  ~ /model/binary        4 B
  + /model/deep          directory
  ~ /model/metrics.json  13 B
  ~ /model/notes         17 B
  ~ /model/odd name      3 B
  ~ /model/weights       2 kB, then 3 kB
  ~ /run.log             9 B
"""
    )
    assert (ran.exit_status, ran.err) == (0, "")


def test_differences_the_other_way_round(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    told = jobber_cli("diff", *reversed(runs)).out

    assert "  loss   0.4  0.2  -0.2\n" in told
    assert "  - /model/deep          directory\n" in told


def test_differences_are_told_to_programs(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    told = json.loads(jobber_cli("diff", "--json", *runs).out)

    assert told["a"]["name"] == runs[0]
    assert told["identical"] is False
    assert told["record"]["command"] == {
        "a": ["--lr=0.1", "--size=2000"],
        "b": ["--lr=0.2", "--size=3000", "--status=3"],
    }
    assert told["parameters"]["lr"] == {"a": "0.1", "b": "0.2"}
    assert told["metrics"] == {"loss": {"a": 0.2, "b": 0.4}}
    assert told["compared"] == ["/model", "/run.log"]
    assert told["files"][0] == {
        "path": "/model/best",
        "change": "changed",
        "a": {"kind": "link", "mode": "0000", "target": "0.1"},
        "b": {"kind": "link", "mode": "0000", "target": "0.2"},
    }


def test_exit_status_tells_where_it_is_asked_to(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    def status(*words: str) -> int:
        return jobber_cli("diff", *words).exit_status

    assert status("--exit-code", *runs) == status("--exit-code", "--file", "notes", *runs) == 1
    assert status("--exit-code", runs[0], runs[0]) == status("--file", "notes", *runs) == status(*runs) == 0
    assert status("--exit-code", "--file", "notes", runs[0], runs[0]) == 0
    assert status("--exit-code", runs[0], "nobody") == 1


def test_one_image_is_told_to_be_one(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    assert jobber_cli("diff", runs[1], "work:latest-run").out.endswith("\n\nno differences: both are the same image\n")


def test_same_run_again_is_told_to_be_the_same(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    jobber_cli("run", "-o", "/model", "work", "--lr=0.1", "--size=2000")
    same = "no differences: the same code image, inputs, command, options, parameters and metrics"

    assert jobber_cli("diff", runs[0], "work:latest-run").out.endswith(f"\n\n{same}, and all files in /\n")
    assert jobber_cli("diff", "--no-files", runs[0], "work:latest-run").out.endswith(f"\n\n{same}\n")


def test_images_that_are_no_results_are_compared_by_files(
    jobber_cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.image("a", files={"/x": "1"})
    jobber_engine.image("b", files={"/x": "22", "/y": "2"})
    told = jobber_cli("diff", "a", "b").out

    assert told.count("not a result of a run") == 2
    assert told.endswith("\n\nfiles in /\n  ~ /x  1 B, then 2 B\n  + /y  1 B\n")


def test_code_image_and_inputs_that_differ_are_told(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    for name in ("work", "other"):
        jobber_engine.image(name, run=lambda job: job.say("hi\n"), labels={"which": name})
    jobber_engine.image("digits", files={"/data/x": "X"})
    jobber_cli("run", "work")
    jobber_cli("run", "-i", "digits", "-o", "/a", "other")
    told = jobber_cli("diff", "--no-files", "work:latest-run", "other:latest-run").out
    lines = [line.split(" (")[0] for line in told.split("\n\n", 1)[1].splitlines()]

    assert lines == [
        "code image",
        "  - work:latest",
        "  + other:latest",
        "input /data",
        "  + digits:latest",
        "out",
        "  + /a",
    ]


def test_lines_of_a_file_are_compared(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    a, b = runs
    head = f"--- {a}:notes\n+++ {b}:notes\n"

    assert jobber_cli("diff", a, b, "--file", "notes").out == f"{head}@@ -1,3 +1,3 @@\n one\n-lr 0.1\n+lr 0.2\n three\n"
    assert jobber_cli("diff", a, b, "--file", "/run.log").stdout.endswith(b"-lr 0.1\n+lr 0.2\n \xff\n")
    assert jobber_cli("diff", a, a, "--file", "notes").out == ""
    assert jobber_cli("diff", a, "work", "--file", "/model/notes").out.startswith(
        f"--- {a}:/model/notes\n+++ /dev/null\n"
    )
    assert jobber_cli("diff", a, b, "--file", "binary").out == "binary differs: 4 B and 4 B, which are not text\n"


def test_head_of_a_difference_is_two_lines_whatever_a_file_is_called(
    runs: tuple[str, str], jobber_cli: FakeCommandLine
) -> None:
    ran = jobber_cli("diff", "--file", "odd\nname", *runs)

    assert ran.out.splitlines()[:3] == [
        '--- "work:20260101_000000:odd\\012name"',
        '+++ "work:20260101_000001:odd\\012name"',
        "@@ -1 +1 @@",
    ]


def test_lines_of_a_file_for_programs(runs: tuple[str, str], jobber_cli: FakeCommandLine) -> None:
    told = json.loads(jobber_cli("diff", *runs, "--file", "notes", "--json").out)
    binary = json.loads(jobber_cli("diff", *runs, "--file", "binary", "--json").out)
    missing = json.loads(jobber_cli("diff", runs[0], "work", "--file", "/model/notes", "--json").out)

    assert (told["path"], told["a"]["size"], told["identical"]) == ("notes", 17, False)
    assert told["diff"].endswith("-lr 0.1\n+lr 0.2\n three\n")
    assert binary["diff"] is None
    assert missing["b"] is None


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--file", "x", "--all"), 2, "error: --file compares a single file\n"),
        (("--file", "x", "--no-files"), 2, "error: --file compares a single file\n"),
        (("--all", "--no-files"), 2, "error: --all and --no-files contradict each other\n"),
        (("--file", "nowhere"), 1, "error: neither work:20260101_000000 nor work:20260101_000001 has nowhere\n"),
        (("--file", "/model"), 1, "error: /model of work:20260101_000000 is not a file\n"),
    ],
)
def test_difference_that_can_t_be_told(
    runs: tuple[str, str], jobber_cli: FakeCommandLine, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = jobber_cli("diff", *runs, *words)

    assert (ran.exit_status, ran.out) == (status, "")
    assert ran.err.startswith(said)


@pytest.mark.parametrize("command", [("cp", "{}:/model", "x"), ("logs", "{}"), ("diff", "{}", "work")])
def test_engine_that_fails_is_one_error(
    runs: tuple[str, str], jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, command: tuple[str, ...]
) -> None:
    jobber_engine.fail("archive", EngineFailed("read it", why="a broken disk"))
    ran = jobber_cli(*(word.format(runs[0]) for word in command))

    assert (ran.exit_status, ran.out) == (1, "")
    assert ran.err == "error: the engine could not read it: a broken disk\n"
    assert not Path(jobber_cli.directory, "x").exists()
    assert os.listdir(jobber_cli.directory) == []  # noqa: PTH208 - dangling links too
