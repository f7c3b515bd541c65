"""The texts of errors: one sentence for each condition, a hint if there is a remedy, and the facts."""

from __future__ import annotations

import pickle
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
        "--gpus is not supported by podman",
        None,
        {"option": "--gpus", "engine": "podman"},
    ),
    (
        lambda: errors.OptionUnsupported("--gpus", engine="podman", why="no CDI"),
        "--gpus is not supported by podman: no CDI",
        None,
        {},
    ),
    (
        lambda: errors.EngineUnavailable([("a", "refused"), ("b", "silent")], hint="start one"),
        "no container engine responds; tried:\n  a: refused\n  b: silent",
        "start one",
        {"tried": (("a", "refused"), ("b", "silent"))},
    ),
    (
        lambda: errors.DescriptionTooLarge(5_000_000, limit=3_900_000, engine="podman"),
        (
            "the command and options of this run are too long for a result on podman:"
            " they take 5000000 bytes in its configuration; the limit is 3900000"
        ),
        "put long arguments into a file, in the code image or an input",
        {"size": 5_000_000, "limit": 3_900_000, "engine": "podman"},
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
        "name its data directory: a:1,src=/DIR",
        {"image": "a:1", "source": "/x"},
    ),
    (lambda: errors.PathNotFound("a:1", path="/x"), "image a:1 has no /x", None, {"image": "a:1", "path": "/x"}),
    (lambda: errors.ContainerNotFound("abc"), "there is no container abc", None, {"container": "abc"}),
    (
        lambda: errors.NameTaken("job"),
        "another container is named job",
        "choose another --name, or remove the container",
        {"name": "job"},
    ),
    (lambda: errors.TagTaken("a:1"), "a:1 is already a tag of another image", None, {"reference": "a:1"}),
    (
        lambda: errors.JobNotStarted(why="not found", exit_status=127),
        "the job could not be started: not found",
        None,
        {"why": "not found"},
    ),
    (lambda: errors.LogLost("full"), "the job's output could not be stored: full", None, {"why": "full"}),
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
        "--pull missing prefers a local image, --pull never does not contact the registry",
        {"reference": "a/b:1", "why": "denied"},
    ),
    (
        lambda: errors.PushRefused("a/b:1", why="denied"),
        "a/b:1 could not be pushed: denied",
        "the image exists: push it with `jobber push a/b:1`, or pass --no-push",
        {"reference": "a/b:1", "why": "denied"},
    ),
    (lambda: errors.Interrupted("SIGINT"), "interrupted (SIGINT)", None, {"signal": "SIGINT"}),
    (
        lambda: errors.PullRefused("a/b:1", why="denied", remedy="log in"),
        "a/b:1 could not be pulled: denied",
        "log in; --pull missing prefers a local image, --pull never does not contact the registry",
        {"reference": "a/b:1", "why": "denied"},
    ),
    (
        lambda: errors.PushRefused("a/b:1", why="denied", remedy="log in"),
        "a/b:1 could not be pushed: denied",
        "log in; the image exists: push it with `jobber push a/b:1`, or pass --no-push",
        {"remedy": "log in"},
    ),
    (
        lambda: errors.PushedImageMissing("a/b:1", why="no such image"),
        "a/b:1 could not be pushed: no such image",
        "build it first, or look up its name and tag with `docker images`",
        {"remedy": "build it first, or look up its name and tag with `docker images`"},
    ),
    (
        lambda: errors.RunNotFound("abc"),
        "there is no unfinished run abc",
        "`jobber ps` lists the unfinished runs",
        {"text": "abc"},
    ),
    (
        lambda: errors.RunNotFound("abc", why="2 runs have the ID prefix"),
        "2 runs have the ID prefix abc",
        "`jobber ps` lists the unfinished runs",
        {},
    ),
    (
        lambda: errors.RunTaken("abc", owner="gpu/boot/12/99"),
        "run abc is being finished by process 12 on gpu",
        None,
        {"run": "abc", "owner": "gpu/boot/12/99"},
    ),
    (
        lambda: errors.RunTaken("abc", owner="gpu/boot"),
        "run abc is being finished by process ? on gpu",
        None,
        {"owner": "gpu/boot"},
    ),
    (
        lambda: errors.RunTaken("abc", owner=""),
        "run abc is being finished by process ? on another host",
        None,
        {"owner": ""},
    ),
    (
        lambda: errors.ClaimLost("abc"),
        "run abc was taken over by another jobber process: this one did not renew its claim in time",
        None,
        {"run": "abc"},
    ),
    (
        lambda: errors.LogUnreadable(why="its driver is none"),
        "the job's output can't be read from the engine: its driver is none",
        None,
        {"why": "its driver is none"},
    ),
    (
        lambda: errors.CredentialsUnusable("r.test", why="no", hint="mend them"),
        "credentials for r.test: no",
        "mend them",
        {"registry": "r.test", "why": "no"},
    ),
    (
        lambda: errors.PasswordFileUnreadable("r.test", path="/p", why="it is a directory"),
        "credentials for r.test: the password file /p can't be read: it is a directory",
        "put the password into that file, or correct `password-file` in jobber-config.yml",
        {"registry": "r.test", "path": "/p"},
    ),
    (
        lambda: errors.PasswordEmpty("r.test", origin="/f.yml:3"),
        "credentials for r.test: the password is empty (/f.yml:3)",
        "set a password, or remove the entry",
        {"origin": "/f.yml:3"},
    ),
    (
        lambda: errors.StoredLoginsUnreadable("r.test", path="/c.json", why="it is not valid JSON"),
        "credentials for r.test: the logins in /c.json can't be read: it is not valid JSON",
        "correct that file, or log in again with `docker login` or `podman login`",
        {"path": "/c.json"},
    ),
    (
        lambda: errors.CredentialHelperFailed("r.test", helper="docker-credential-x", why="gives no user"),
        "credentials for r.test: the credential helper docker-credential-x gives no user",
        "log in again, or check the output of `echo r.test | docker-credential-x get`",
        {"helper": "docker-credential-x"},
    ),
    (
        lambda: errors.CredentialHelperMissing("r.test", helper="docker-credential-x", path="/c.json"),
        "credentials for r.test: the credential helper docker-credential-x is not on the PATH (named by /c.json)",
        "install it, or correct /c.json",
        {"helper": "docker-credential-x"},
    ),
    (
        lambda: errors.CredentialHelperSilent("r.test", helper="docker-credential-x", seconds=2.5),
        "credentials for r.test: the credential helper docker-credential-x did not respond within 2.5 s",
        "log in again, or check the output of `echo r.test | docker-credential-x get`",
        {"helper": "docker-credential-x"},
    ),
    (
        lambda: errors.ConfigurationInvalid("/f.yml:3", why="it is wrong", hint="mend it"),
        "/f.yml:3: it is wrong",
        "mend it",
        {"place": "/f.yml:3", "why": "it is wrong"},
    ),
    (
        lambda: errors.UnknownSetting("/f.yml:3", name="timout", hint="did you mean timeout?"),
        "/f.yml:3: unknown setting 'timout'",
        "did you mean timeout?",
        {"name": "timout"},
    ),
    (
        lambda: errors.SettingInvalid("/f.yml:3", name="push", why="must be true or false", hint="say so"),
        "/f.yml:3: push must be true or false",
        "say so",
        {"name": "push"},
    ),
    (
        lambda: errors.SettingInvalid("/f.yml:3", name="default-registry", why=": no registry"),
        "/f.yml:3: default-registry: no registry",
        None,
        {},
    ),
    (
        lambda: errors.UnknownConfiguration("-c x", name="x", chain=("x",), hint=None),
        "-c x: unknown configuration 'x'",
        None,
        {"name": "x", "chain": ("x",)},
    ),
    (
        lambda: errors.UnknownConfiguration("/f.yml:3", name="x", chain=("a", "x"), hint="define it"),
        "/f.yml:3: unknown configuration 'x' (a → x)",
        "define it",
        {"chain": ("a", "x")},
    ),
    (
        lambda: errors.ConfigurationCycle("/f.yml:3", chain="abcdefgh"),
        "/f.yml:3: configurations form a cycle: a → b → c → d → e → f → g → h",
        "remove one of these names from its list",
        {"chain": tuple("abcdefgh")},
    ),
    (
        lambda: errors.ConfigurationCycle("/f.yml:3", chain="abcdefghi"),
        "/f.yml:3: configurations form a cycle: a → b → c → d → … → f → g → h → i",
        "remove one of these names from its list",
        {"chain": tuple("abcdefghi")},
    ),
]


@pytest.mark.parametrize(("error", "what", "hint", "facts"), TOLD, ids=[str(number) for number in range(len(TOLD))])
def test_error_is_told_with_its_hint_and_keeps_its_facts(
    error: Callable[[], JobberError], what: str, hint: str | None, facts: dict[str, object]
) -> None:
    made = error()

    assert (made.what, str(made), made.hint) == (what, what, hint)
    assert {name: getattr(made, name) for name in facts} == facts


@pytest.mark.parametrize("error", [error for error, *_ in TOLD], ids=[str(number) for number in range(len(TOLD))])
def test_error_can_be_pickled_with_its_facts(error: Callable[[], JobberError]) -> None:
    made = error()
    again = pickle.loads(pickle.dumps(made))

    assert (type(again), str(again), vars(again)) == (type(made), str(made), vars(made))


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


def test_question_without_anybody_to_answer_it_names_the_ways_out() -> None:
    error = errors.AnswerNeeded("Remove it?")

    assert (error.what, error.question) == ("Remove it? There is no terminal to prompt on", "Remove it?")
    assert error.hint == "pass --yes to confirm, or --dry-run to print what would be removed"


@pytest.mark.parametrize(("status", "expected"), [(409, True), (500, False), (None, False)])
def test_conflict_is_told_by_its_status(status: int | None, *, expected: bool) -> None:
    assert errors.EngineFailed("remove it", why="no", status=status).is_conflict is expected


def test_what_is_missing_for_a_rerun_is_told_line_by_line() -> None:
    error = errors.RunNotRepeatable("r", missing=["a", "b"])

    assert error.what == "run r can't be repeated; missing:\n  a\n  b"
    assert error.hint == "set the variables, load or pull the images, or replace inputs with --in and options with -Xd"


def test_image_that_is_no_result_says_why() -> None:
    assert errors.NotAResult("x").what == "x is not a result of a run: it has no run record"
    assert (
        errors.NotAResult("x", is_built=True).what == "x is not a result of a run: it was built, possibly from a result"
    )


def test_input_that_is_gone_names_its_volume() -> None:
    error = errors.InputGone("v")

    assert (error.volume, error.what) == (
        "v",
        "the engine could not mount an input: volume v was removed meanwhile; run it again",
    )
