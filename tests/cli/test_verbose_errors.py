"""Errors of a command that is verbose by an option, a variable or a configuration."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jobber.testing import Completed, FakeCommandLine, FakeEngine, Job


def fails(job: Job) -> int:
    job.say("the compiler complains\n")
    return 1


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("base", programs={"/bin/make": fails})
    (jobber_cli.directory / "Dockerfile").write_text("FROM base\nRUN make\n")
    return jobber_cli


def configured(cli: FakeCommandLine, text: str) -> None:
    (cli.directory / "jobber-config.yml").write_text(text)


def told(done: Completed) -> tuple[int, int]:
    """Return how often the output of the build is on stdout and on stderr."""
    assert done.exit_status == 1
    return done.out.count("the compiler complains"), done.err.count("the compiler complains")


def test_output_of_a_failed_step_is_shown_at_the_end(cli: FakeCommandLine) -> None:
    assert told(cli("build")) == (0, 1)


@pytest.mark.parametrize(
    ("words", "variable", "configuration"),
    [
        (["-v"], "", ""),
        ([], "1", ""),
        ([], "", "verbose: true\n"),
        (["-c", "loud"], "", "configs:\n  loud:\n    verbose: true\n"),
    ],
)
def test_output_that_was_shown_already_is_not_shown_again(
    cli: FakeCommandLine, words: Sequence[str], variable: str, configuration: str
) -> None:
    configured(cli, configuration)

    assert told(cli(*words, "build", environment={"JOBBER_VERBOSE": variable})) == (1, 0)


def test_variable_comes_before_the_files(cli: FakeCommandLine) -> None:
    configured(cli, "verbose: true\n")

    assert told(cli("build", environment={"JOBBER_VERBOSE": "no"})) == (0, 1)


def test_error_about_the_configuration_is_told_all_the_same(cli: FakeCommandLine) -> None:
    configured(cli, "verbose: [\n")
    done = cli("build", environment={"JOBBER_VERBOSE": "1"})

    assert done.exit_status == 2
    assert done.err.count("error: ") == 1
