"""The end of `jobber run` when a job fails or runs out of memory, and the reports of other commands."""

from __future__ import annotations

import json

import pytest

import jobber
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, ImageConfiguration, Job

PLAIN = ImageConfiguration(command=("/job",))


def fail(job: Job) -> int:
    job.sleep(12)
    return 3


def three(job: Job) -> int:
    job.run_out_of_memory(goes_on=True)
    return 3


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=fail, configuration=PLAIN)
    jobber_engine.image("hungry", run=lambda job: job.run_out_of_memory(), configuration=PLAIN)
    jobber_engine.image("parent", run=lambda job: job.run_out_of_memory(goes_on=True), configuration=PLAIN)
    return jobber_cli


def test_failed_job_ends_with_its_status_its_time_and_a_command(cli: FakeCommandLine) -> None:
    ran = cli("run", "train")

    assert ran.exit_status == 3
    assert ran.err.endswith(
        "\nthe job failed after 12 s with exit status 3\n"
        "hint: open a shell in it: jobber run -ri none train:latest-run sh\n"
    )


def test_the_command_works(cli: FakeCommandLine) -> None:
    words = cli("run", "train").err.splitlines()[-1].partition("jobber ")[2].split()

    assert cli(*words).exit_status == 3  # the fake's program stands in for the shell


def test_failed_job_is_one_object_in_json(cli: FakeCommandLine) -> None:
    message = json.loads(cli("--log-format", "json", "run", "train").err.splitlines()[-1])
    del message["timestamp"]

    assert message == {
        "event": "job-failed",
        "exit_status": 3,
        "took": 12.0,
        "hint": "open a shell in it: jobber run -ri none train:latest-run sh",
        "level": "info",
    }


@pytest.mark.parametrize("words", [["-o", "relative", "train"], ["nowhere"], ["train", "--", "x"]])
def test_errors_of_usage_say_nothing_of_a_job(cli: FakeCommandLine, words: list[str]) -> None:
    said = cli("run", "-ri", "none", *words).err

    assert "open a shell" not in said


def test_job_that_succeeds_says_nothing_of_it(cli: FakeCommandLine) -> None:
    assert "the job" not in cli("run", "-ri", "none", "-Xd", "--entrypoint /x", "parent").err.partition("hint")[2]


def test_job_out_of_memory_is_told_with_the_limit(cli: FakeCommandLine) -> None:
    lines = cli("run", "-Xd", "--memory 32m", "hungry").err.splitlines()

    assert lines[:2] == [
        "warning: the job ran out of memory: the kernel killed one of its processes; its limit is 32m",
        "hint: raise the limit: -Xd '--memory 64m'",
    ]
    assert lines[-2] == "the job failed after 0.0 s with exit status 137"


def test_place_that_sets_the_limit_is_named(cli: FakeCommandLine) -> None:
    file = cli.directory / "jobber-config.yml"
    file.write_text("Xdocker:\n- -e A=1\n- --memory 1g --memory-swap 2g\n")

    assert f"hint: raise the limit in {file}:3: --memory 2g --memory-swap 4g\n" in cli("run", "hungry").err


def test_outcome_says_so_in_lists_and_in_full(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "-Xd", "-m 1g", "hungry")
    cli("run", "parent")
    jobber_engine.image("three", run=three, configuration=PLAIN)
    cli("run", "three")
    listed = cli("ls").out
    shown = cli("show", "hungry:latest-run").out

    assert "failed (out of memory)" in listed
    assert "failed (3, out of memory)" in listed
    assert "succeeded" in listed
    assert "outcome     failed (out of memory)\n" in shown
    assert "memory      ran out, and the kernel killed a process of the job; its limit was --memory 1g\n" in shown
    assert "it had no limit of its own\n" in cli("show", "parent:latest-run").out
    assert "\nmemory" not in cli("show", cli("run", "train").tags[0]).out


def test_programs_are_told_as_well(cli: FakeCommandLine) -> None:
    cli("run", "hungry")
    shown = json.loads(cli("show", "--json", "hungry:latest-run").out)
    (listed,) = json.loads(cli("ls", "--json").out)
    again = json.loads(cli("rerun", "--json", "hungry:latest-run").out)

    assert [facts["out-of-memory"] for facts in (shown, listed, again)] == [True, True, True]


def test_python_is_told_as_well(cli: FakeCommandLine) -> None:
    assert cli("ls").exit_status == 0
    result = jobber.run("hungry", quiet=True)

    assert (result.out_of_memory, result.record["out-of-memory"]) == (True, True)
    assert jobber.run("train", quiet=True).out_of_memory is False
    with pytest.raises(jobber.JobFailed, match="with exit status 137: it ran out of memory"):
        result.check()
    assert "(exit status 137, out of memory)" in result._repr_html_()


def test_run_that_was_pruned_is_read_and_listed(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "train")
    assert ran.image is not None
    record = json.loads(ran.image.labels["jobber.run"])
    record |= {"outcome": "pruned", "id": "0b6f5f0e-8a53-4c39-9d5b-3f1f2a1b7c11"}
    labels = {**ran.image.labels, "jobber.run": json.dumps(record)}
    code = jobber_engine.images.inspect(parse_reference("train")).id
    jobber_engine.image("other", files={"/x": ""}, labels=labels, base=code)

    assert "pruned (3)" in cli("ls", "--outcome", "pruned").out
