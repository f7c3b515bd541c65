"""What errors say: each condition in one sentence, with a hint where there is something to do, and its facts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobber.domain import errors
from jobber.domain.errors import JobberError, UsageError

TOLD: list[tuple[Callable[[], JobberError], str, str | None, dict[str, object]]] = [
    (lambda: JobberError("it broke"), "it broke", None, {}),
    (lambda: JobberError("it broke", hint="mend it"), "it broke", "mend it", {}),
    (
        lambda: errors.InvalidReference("A b", why="it has a blank"),
        "not an image reference: 'A b': it has a blank",
        "references look like [registry[:port]/][namespace/]name[:tag][@digest], in lower case",
        {"text": "A b"},
    ),
    (
        lambda: errors.InvalidInput("a,b", why="unknown key b"),
        "input 'a,b': unknown key b",
        "inputs look like IMAGE[,src=/DIR][,dest=/DIR]",
        {"specification": "a,b"},
    ),
    (lambda: errors.InvalidInput("a", why="no", hint="say yes"), "input 'a': no", "say yes", {}),
    (
        lambda: errors.InvalidOption("--rm", why="jobber decides it", hint="leave it out"),
        "Xdocker option --rm: jobber decides it",
        "leave it out",
        {"option": "--rm"},
    ),
    (
        lambda: errors.OptionUnsupported("--gpus", engine="podman"),
        "--gpus can't be had on podman",
        None,
        {"option": "--gpus", "engine": "podman"},
    ),
    (
        lambda: errors.OptionUnsupported("--gpus", engine="podman", why="no CDI"),
        "--gpus can't be had on podman: no CDI",
        None,
        {},
    ),
    (
        lambda: errors.EngineUnavailable([("a", "refused"), ("b", "silent")], hint="start one"),
        "no container engine answers; tried:\n  a: refused\n  b: silent",
        "start one",
        {"tried": (("a", "refused"), ("b", "silent"))},
    ),
    (
        lambda: errors.EngineLost("commit", why="broken pipe"),
        "the connection to the engine was lost during commit: broken pipe",
        None,
        {"call": "commit", "why": "broken pipe"},
    ),
    (
        lambda: errors.EngineFailed("commit", why="full", status=500),
        "the engine could not commit: full",
        None,
        {"call": "commit", "why": "full", "status": 500},
    ),
    (lambda: errors.ImageNotFound("a:1"), "there is no image a:1", None, {"name": "a:1"}),
    (lambda: errors.ImageNotFound("a:1", hint="build it"), "there is no image a:1", "build it", {}),
    (
        lambda: errors.SourceNotFound("a:1", source="/x"),
        "input image a:1 has no directory /x",
        "name the directory that holds its data: a:1,src=/DIR",
        {"image": "a:1", "source": "/x"},
    ),
    (lambda: errors.PathNotFound("a:1", path="/x"), "image a:1 has no /x", None, {"image": "a:1", "path": "/x"}),
    (lambda: errors.ContainerNotFound("abc"), "there is no container abc", None, {"container": "abc"}),
    (
        lambda: errors.NameTaken("job"),
        "another container is named job",
        "choose another --name, or remove that container",
        {"name": "job"},
    ),
    (lambda: errors.TagTaken("a:1"), "a:1 is another image's tag already", None, {"reference": "a:1"}),
    (
        lambda: errors.JobNotStarted(why="not found", exit_status=127),
        "the job could not be started: not found",
        None,
        {"why": "not found"},
    ),
    (lambda: errors.LogLost("full"), "the job's output could not be kept: full", None, {"why": "full"}),
    (
        lambda: errors.BuildFailed(why="exit 1", log=b"log", step="RUN false"),
        "the build failed at RUN false: exit 1",
        None,
        {"why": "exit 1", "log": b"log", "step": "RUN false"},
    ),
    (lambda: errors.BuildFailed(why="exit 1"), "the build failed: exit 1", None, {"log": b"", "step": None}),
    (
        lambda: errors.PullRefused("a/b:1", why="denied"),
        "a/b:1 could not be pulled: denied",
        "--pull missing uses the local image if there is one, --pull never never asks the registry",
        {"reference": "a/b:1", "why": "denied"},
    ),
    (
        lambda: errors.PushRefused("a/b:1", why="denied"),
        "a/b:1 could not be pushed: denied",
        "the image is there: push it with `jobber push a/b:1`, or pass --no-push",
        {"reference": "a/b:1", "why": "denied"},
    ),
    (lambda: errors.Interrupted("SIGINT"), "interrupted (SIGINT)", None, {"signal": "SIGINT"}),
]


@pytest.mark.parametrize(("error", "what", "hint", "facts"), TOLD, ids=[str(number) for number in range(len(TOLD))])
def test_error_is_told_with_its_hint_and_keeps_its_facts(
    error: Callable[[], JobberError], what: str, hint: str | None, facts: dict[str, object]
) -> None:
    made = error()

    assert (made.what, str(made), made.hint) == (what, what, hint)
    assert {name: getattr(made, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (JobberError("x"), 125),
        (UsageError("x"), 125),
        (errors.JobNotStarted(why="x", exit_status=126), 126),
        (errors.Interrupted("SIGTERM"), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_run_ends_with_the_errors_status(error: JobberError, status: int) -> None:
    assert error.exit_status == status


@pytest.mark.parametrize("kind", [errors.InvalidReference, errors.InvalidInput, errors.InvalidOption])
def test_what_the_user_wrote_wrong_is_a_usage_error(kind: type[JobberError]) -> None:
    assert issubclass(kind, UsageError)


def test_what_can_t_be_read_is_told_with_its_path() -> None:
    error = errors.ConfigurationUnreadable("/a", why="it is a directory", hint="move it")

    assert (error.what, error.hint) == ("/a can't be read: it is a directory", "move it")
    assert (error.path, error.why) == ("/a", "it is a directory")
