"""`jobber_cli`: the complete command in this process, and the unchanged process after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import jobber
from jobber.domain.runs.label_names import Label
from jobber.testing import EngineUnderTest, FakeCommandLine, FakeEngine, Job


def train(job: Job) -> int:
    job.say(job.files.read("/data/x"))
    job.complain("warm\n")
    job.files.write("/model/weights", job.stdin)
    return 3 if "--fail" in job.argv else 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    context = jobber_cli.directory / "digits"
    context.mkdir()
    (context / "x").write_text("X")
    (context / "Dockerfile").write_text("FROM scratch\nCOPY x /data/\n")
    assert jobber_cli("build", "digits").exit_status == 0
    return jobber_cli


def test_streams_and_exit_status_are_the_jobs(cli: FakeCommandLine) -> None:
    ran = cli("run", "-i", "digits", "train", "--fail")

    assert (ran.exit_status, ran.stdout, ran.out) == (3, b"X", "X")
    assert ran.err.startswith("warm\nresult train:latest-run, train:")


def test_completed_has_the_image_of_the_command(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "-i", "digits", "-o", "/model", "train", stdin="weights")
    assert ran.image is not None

    assert ran.image.labels[Label.OUT] == "/model"
    assert "train:latest-run" in ran.tags
    assert jobber_engine.read("train:latest-run", "/model/weights") == b"weights"


def test_command_that_creates_no_image_has_none(cli: FakeCommandLine) -> None:
    assert cli("run", "-ri", "none", "-i", "digits", "train").image is None
    assert cli("run", "--dry-run", "-i", "digits", "train").tags == ()


def test_missing_image_raises_the_domain_error(cli: FakeCommandLine) -> None:
    ran = cli("run", "nobody")

    assert (ran.exit_status, ran.image) == (125, None)
    assert ran.err.startswith("error: there is no image nobody:latest\nhint: ")


def test_command_has_its_own_home_and_directory(cli: FakeCommandLine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "Model One"
    elsewhere.mkdir()
    (elsewhere / "Dockerfile").write_text("FROM train\n")
    built = cli("build", directory=elsewhere)

    assert "model-one:latest" in built.tags
    assert [cli.environment["HOME"], cli.directory.parent] == [str(cli.home), cli.home.parent]


def test_command_has_the_environment_of_the_call(
    cli: FakeCommandLine, jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobber_engine.image("show", run=lambda job: job.say(job.environment.get("TOKEN_A", "-")))
    monkeypatch.setenv("TOKEN_A", "of the process")

    assert cli("run", "-Xd", "-e TOKEN_A", "show").out == "-"
    assert cli("run", "-Xd", "-e TOKEN_A", "show", environment={"TOKEN_A": "given"}).out == "given"


@pytest.mark.parametrize("words", [["run", "-i", "digits", "train"], ["run", "--nonsense"], ["--help"]])
def test_process_is_unchanged_after_a_command(cli: FakeCommandLine, words: list[str]) -> None:
    def state() -> tuple[object, ...]:
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        streams = (sys.stdin, sys.stdout, sys.stderr)
        return dict(os.environ), Path.cwd(), streams, handlers, len(list(Path("/proc/self/fd").iterdir()))

    cli(*words)
    before = state()
    cli(*words)

    assert state() == before


def test_nothing_of_a_command_reaches_the_streams_of_the_process(
    cli: FakeCommandLine, capfd: pytest.CaptureFixture[str]
) -> None:
    cli("run", "-v", "-i", "digits", "train")
    cli("--help")

    assert tuple(capfd.readouterr()) == ("", "")


def test_help_is_captured_as_text(jobber_cli: FakeCommandLine) -> None:
    assert jobber_cli("--help").out.startswith("Usage: jobber")


def test_messages_can_be_json_lines(cli: FakeCommandLine) -> None:
    ran = cli("run", "--log-format", "json", "-i", "digits", "train")

    assert '"event": "result"' in ran.err.splitlines()[-1]


def test_push_reaches_the_registry(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    host = jobber_engine.remote.host
    built = cli("build", "-t", f"{host}/digits:1", "digits")

    assert built.exit_status == 0, built.err
    assert jobber_engine.remote.tags(f"{host}/digits") == ("1",)


def test_command_uses_the_clock_of_the_engine(cli: FakeCommandLine, jobber_engine: EngineUnderTest) -> None:
    jobber_engine.image("slow", run=lambda job: job.sleep(3600))
    ran = cli("run", "slow")
    again = cli("run", "slow")

    assert ran.tags[0] == "slow:20260101_010000"
    assert "slow:20260101_020000" in again.tags


def test_json_messages_have_the_time_of_the_engine(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("slow", run=lambda job: job.sleep(90))
    ran = cli("run", "--log-format", "json", "slow")

    assert json.loads(ran.err.splitlines()[-1])["timestamp"] == "2026-01-01T00:01:30.000000Z"


def test_reused_result_is_the_image_of_the_call(cli: FakeCommandLine) -> None:
    first = cli("run", "-i", "digits", "train")
    between = cli("run", "-i", "digits", "train", "other")
    again = cli("run", "--reuse", "-i", "digits", "train")

    assert (first.image, between.image) != (None, None)
    assert first.image is not None
    assert again.image is not None
    assert (again.image.id, set(again.tags)) == (first.image.id, set(first.tags))


def test_configuration_above_the_directory_is_ignored(cli: FakeCommandLine) -> None:
    (cli.directory.parent / "jobber-config.yml").write_text("result-image: none\n")

    assert cli("run", "-i", "digits", "train").image is not None


def test_configuration_is_read_in_the_home_and_from_the_directory_down(cli: FakeCommandLine) -> None:
    for place, text in (
        (cli.home / ".config" / "jobber", "out: /a\ntimeout: 1\npull: never\n"),
        (cli.directory, "timeout: 2\npull: missing\n"),
        (cli.directory / "below", "pull: always\n"),
    ):
        place.mkdir(parents=True, exist_ok=True)
        (place / "jobber-config.yml").write_text(text)
    configured = cli("config", "--format", "json", directory=Path("below"))
    settings = json.loads(configured.out)

    assert (settings["out"], settings["timeout"], settings["pull"]) == ("/a", 2, "always")
    assert cli("config", "--check", directory=Path("below")).err.count("jobber-config.yml") == 3


def test_configuration_of_another_directory_is_read_in_it_only(cli: FakeCommandLine, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "jobber-config.yml").write_text("out: /a\n")
    outs = [json.loads(cli("config", "--format", "json", directory=project / "sub").out)["out"]]
    cli.top = project
    outs.append(json.loads(cli("config", "--format", "json", directory=project / "sub").out)["out"])

    assert outs == [None, "/a"]


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *words], cwd=folder, env=_ENVIRONMENT, capture_output=True, check=True)
    return done.stdout.decode().strip()


_ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}


def commit(folder: Path) -> str:
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    git(folder, "remote", "add", "origin", "https://me:hunter2@a.example/x.git")
    return git(folder, "rev-parse", "HEAD")


def test_image_built_in_a_git_repository_has_revision_labels(cli: FakeCommandLine) -> None:
    revision = commit(cli.directory)
    built = cli("build", "digits")
    assert built.image is not None

    assert built.image.labels["org.opencontainers.image.revision"] == f"{revision}-dirty"
    assert built.image.labels["org.opencontainers.image.source"] == "https://a.example/x.git"


def test_git_repository_above_the_directory_is_ignored(
    cli: FakeCommandLine, jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(cli.directory.parent)
    monkeypatch.setenv("GIT_DIR", str(cli.directory.parent / ".git"))
    built = [cli("build", "digits").image, jobber.build(cli.directory / "digits", quiet=True).stored]
    built.append(jobber.build(cli.directory / "digits", engine=jobber_engine, quiet=True).stored)

    assert ["org.opencontainers.image.revision" in image.labels for image in built if image] == [False] * 3


def test_build_of_a_git_repository_has_revision_labels(jobber_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    revision = commit(tmp_path)
    built = jobber.build(tmp_path, tag="x", engine=jobber_engine, quiet=True)

    assert built.labels["org.opencontainers.image.revision"] == f"{revision}-dirty"


def test_logins_of_the_user_are_ignored(
    cli: FakeCommandLine, jobber_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / "containers").mkdir()
    for file in (tmp_path / ".docker" / "config.json", tmp_path / "containers" / "auth.json"):
        file.write_text('{"credsStore": "nobody-has-it"}')
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / ".docker" / "config.json"))
    host = jobber_engine.remote.host

    assert cli("build", "-t", f"{host}/digits:1", "digits").exit_status == 0
    jobber.push(f"{host}/digits:1", quiet=True)
    assert jobber_engine.remote.tags(f"{host}/digits") == ("1",)


def test_login_in_the_home_of_the_command_is_used(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    host = jobber_engine.remote.host
    jobber_engine.remote.require(host, user="me", password="hunter2")
    denied = cli("build", "-t", f"{host}/digits:1", "digits")
    (cli.home / ".docker").mkdir()
    login = {"username": "me", "password": "hunter2"}
    (cli.home / ".docker" / "config.json").write_text(json.dumps({"auths": {host: login}}))

    assert (denied.exit_status, cli("build", "-t", f"{host}/digits:1", "digits").exit_status) == (1, 0)


@pytest.mark.parametrize("path", ["", "/"])
def test_messages_name_files_by_their_paths(cli: FakeCommandLine, jobber_engine: FakeEngine, path: str) -> None:
    assert cli("run", "-i", "digits", "train").exit_status == 0

    assert jobber_engine.list("train:latest-run", path or "/") == ["/bin/program", "/model/weights", "/run.log"]


def containerfile(cli: FakeCommandLine) -> None:
    (cli.directory / "digits" / "Dockerfile").rename(cli.directory / "digits" / "Containerfile")


def test_containerfile_is_named_in_a_hint_on_docker(cli: FakeCommandLine) -> None:
    containerfile(cli)
    denied = cli("build", "digits")

    assert denied.exit_status == 2
    assert denied.err == (
        "error: digits/Dockerfile does not exist\n"
        "hint: to build the Containerfile beside it, name it: -f Containerfile\n"
    )
    assert cli("build", "-f", "Containerfile", "digits").exit_status == 0


def test_containerfile_is_built_on_podman(cli: FakeCommandLine, tmp_path: Path) -> None:
    podman = FakeCommandLine(FakeEngine(flavour="podman"), home=tmp_path / "home", directory=cli.directory)
    (cli.directory / "digits" / "Containerfile").write_text("FROM scratch\nENV A=1\n")
    both, one = podman("build", "digits"), None
    (cli.directory / "digits" / "Dockerfile").unlink()
    one = podman("build", "digits")

    assert [built.exit_status for built in (both, one)] == [0, 0]
    assert ["A=1" in built.image.configuration.environment for built in (both, one) if built.image] == [False, True]


def test_containerfile_is_found_by_the_python_api(cli: FakeCommandLine) -> None:
    containerfile(cli)
    folder = cli.directory / "digits"

    with pytest.raises(jobber.UsageError, match="Dockerfile does not exist"):
        jobber.build(folder, engine=FakeEngine(), quiet=True)
    assert jobber.build(folder, engine=FakeEngine(flavour="podman"), quiet=True).id
    assert jobber.build(folder, engine=FakeEngine(), file="Containerfile", quiet=True).id


def test_warning_of_a_builder_is_reported(cli: FakeCommandLine) -> None:
    built = cli("build", "--build-arg", "NOPE=hunter2", "digits")

    assert built.err.splitlines()[0] == "warning: One or more build-args [NOPE] were not consumed"
    assert "hunter2" not in built.err
