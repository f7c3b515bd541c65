"""Credentials as a user gives them, on real engines and against a real registry with a password."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import guarded_registry
from remote import free_port, is_open
from user import SECONDS, Shell
from watcher import Watcher

from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import parse_reference


@pytest.fixture
def guarded() -> tuple[str, Credentials]:
    registry = guarded_registry()
    if registry is None:
        pytest.skip("no registry with a password: `make test` starts one")
    return registry.host, registry.credentials


def give(shell: Shell, registry: str, credentials: Credentials, *, password: str | None = None) -> None:
    """Write an entry to the user's configuration, with a password file."""
    home = Path(shell.environment["HOME"])
    (home / "password").write_text(f"{credentials.password if password is None else password}\n")
    folder = home / ".config" / "jobber"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jobber-config.yml").write_text(
        f"credentials:\n- {{registry: '{registry}', user: {credentials.user}, password-file: ~/password}}\n"
    )


def remote(shell: Shell, host: str, suffix: str = "") -> str:
    return f"{host}/jobber-test/{shell.name}{suffix}"


def test_watcher_sees_arguments_and_files(tmp_path: Path) -> None:
    with Watcher("planted-password", user="u", folder=tmp_path) as watcher:
        (tmp_path / "file").write_text("x planted-password x")
        subprocess.run(["sh", "-c", "sleep 0.5", "planted-password"], check=True)
        subprocess.run(["sleep", "0.5"], check=True, env={**os.environ, "P": "planted-password"})

    assert {place.partition(":")[0].rpartition("/")[2] for place in watcher.seen} == {"cmdline", "environ", "file"}


def test_password_is_nowhere(shell: Shell, guarded: tuple[str, Credentials], tmp_path: Path) -> None:
    host, credentials = guarded
    password = credentials.password
    give(shell, host, credentials)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    shell.environment["TMPDIR"] = str(temporary)
    base, made = remote(shell, host, "-base"), remote(shell, host)
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {base}:1\nENV X=1\n")
    with Watcher(password, user=credentials.user, folder=temporary) as watcher:
        said = [
            shell.jobber("-v", "build", "-t", f"{base}:1"),
            shell.jobber("-v", "build", "--pull", "--no-cache", "-t", f"{made}:1", str(derived)),
            shell.jobber("-v", "--log-format", "json", "run", f"{made}:1", "cat", "/proc/self/environ"),
            shell.jobber("-v", "push", f"{made}:1"),
        ]
        give(shell, host, credentials, password=password[::-1])
        wrong = [
            shell.jobber("-v", "push", f"{made}:1"),
            shell.jobber("-v", "--log-format", "json", "run", f"{made}:1"),
        ]
    texts = [octets.decode(errors="replace") for done in (*said, *wrong) for octets in (done.stdout, done.stderr)]

    assert [done.returncode for done in (*said, *wrong)] == [0, 0, 0, 0, 1, 125], "\n".join(texts)
    labels = json.dumps([shell.labels(f"{made}:1"), shell.labels(f"{made}:latest-run")])

    assert watcher.rounds > 20
    assert watcher.seen == set()
    assert not any(secret in text for text in (*texts, labels) for secret in (password, password[::-1]))


@pytest.mark.parametrize(
    "dockerfile",
    [
        'FROM "{base}"\n',
        "FROM '{base}' AS x\nFROM x\n",
        "# escape=`\nFROM `\n# a comment\n  {base}\n",
        'ARG R="{host}"\nARG N=${{R}}/{path}\nFROM --platform=linux/amd64 ${{N:-x}}\n',
        "from \\\n\n{base}\n",
        'FROM scratch\nCOPY --chown=0:0 --from="{base}" /bin/busybox /x\n',
    ],
)
def test_private_base_in_every_spelling(shell: Shell, guarded: tuple[str, Credentials], dockerfile: str) -> None:
    host, credentials = guarded
    give(shell, host, credentials)
    base = f"{remote(shell, host, '-base')}:1"
    assert shell.jobber("build", "-t", base).returncode == 0
    shell.engine.images.remove(parse_reference(base))
    derived = shell.folder / "derived"
    derived.mkdir()
    text = dockerfile.format(base=base, host=host, path=base.removeprefix(f"{host}/"))
    (derived / "Dockerfile").write_text(text)
    built = shell.jobber("build", "--no-cache", "-t", f"{shell.name}-data", str(derived))

    assert built.returncode == 0, built.stderr


def test_wrong_password_is_told_and_nothing_is_lost(shell: Shell, guarded: tuple[str, Credentials]) -> None:
    host, credentials = guarded
    give(shell, host, credentials, password="wrong")
    built = shell.jobber("build", "-t", f"{remote(shell, host)}:1", "-t", f"{remote(shell, host)}:2")
    ran = shell.jobber("run", "--pull", "never", f"{remote(shell, host)}:1", "echo", "hello")
    give(shell, host, credentials)
    pushed = shell.jobber("push", f"{remote(shell, host)}:latest-run")

    assert built.returncode == 1
    assert f"jobber push {remote(shell, host)}:1 {remote(shell, host)}:2".encode() in built.stderr
    assert (ran.returncode, ran.stdout) == (125, b"hello\n")
    assert b"--no-push" in ran.stderr
    assert pushed.returncode == 0
    assert b"sha256:" in pushed.stderr


def test_stored_login_is_used(shell: Shell, guarded: tuple[str, Credentials]) -> None:
    host, credentials = guarded
    home = Path(shell.environment["HOME"])
    (home / ".docker").mkdir(exist_ok=True)  # the docker client may have made it
    (home / ".docker" / "config.json").write_text(json.dumps({"credHelpers": {host: "of-the-test"}}))
    (home / "bin").mkdir()
    helper = home / "bin" / "docker-credential-of-the-test"
    answer = {"ServerURL": host, "Username": credentials.user, "Secret": credentials.password}
    helper.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    helper.chmod(0o700)
    shell.environment["PATH"] = f"{home}/bin:{shell.environment['PATH']}"

    assert shell.jobber("build", "-t", f"{remote(shell, host)}:1").returncode == 0
    helper.unlink()
    missing = shell.jobber("push", f"{remote(shell, host)}:1")
    assert missing.returncode == 1
    assert b"docker-credential-of-the-test is not on the PATH" in missing.stderr


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_helper_that_is_missing_matters_where_a_registry_wants_it(
    shell: Shell, guarded: tuple[str, Credentials], buildkit: str
) -> None:
    host, credentials = guarded
    shell.environment["DOCKER_BUILDKIT"] = buildkit
    give(shell, host, credentials)
    base, made = f"{remote(shell, host, '-base')}:1", f"{shell.name}-data:1"
    assert shell.jobber("build", "-t", base).returncode == 0
    home = Path(shell.environment["HOME"])
    (home / ".config" / "jobber" / "jobber-config.yml").unlink()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"credHelpers": {host: "nobody-has-this"}}))
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {base}\nENV X=1\n")
    here = [
        shell.jobber("build", "--no-cache", "-t", made, str(derived)),
        shell.jobber("run", "--pull", "missing", "--no-push", base, "true"),
        shell.jobber("run", "--pull", "never", "--no-push", base, "true"),
    ]
    pulled = shell.jobber("build", "--pull", "-t", made, str(derived))
    shell.engine.images.remove(parse_reference(base))
    gone = [
        shell.jobber("build", "--no-cache", "-t", made, str(derived)),
        shell.jobber("run", "--pull", "missing", "--no-push", base, "true"),
    ]

    assert [done.returncode for done in here] == [0, 0, 0], [done.stderr for done in here]
    assert [done.returncode for done in (pulled, *gone)] == [1, 1, 125]
    for done in (pulled, *gone):
        assert b"docker-credential-nobody-has-this is not on the PATH" in done.stderr


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_helper_that_is_missing_for_an_open_registry_is_no_error(
    shell: Shell, registry_host: str, buildkit: str
) -> None:
    shell.environment["DOCKER_BUILDKIT"] = buildkit
    base = f"{remote(shell, registry_host, '-base')}:1"
    assert shell.jobber("build", "-t", base).returncode == 0
    shell.engine.images.remove(parse_reference(base))
    home = Path(shell.environment["HOME"])
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"credHelpers": {registry_host: "nobody-has-this"}}))
    derived = shell.folder / "derived"
    derived.mkdir()
    (derived / "Dockerfile").write_text(f"FROM {base}\nENV X=1\n")
    built = shell.jobber("build", "--no-cache", "-t", f"{shell.name}-data:1", str(derived))

    assert built.returncode == 0, built.stderr


@pytest.fixture
def other_registry(tmp_path: Path) -> Iterator[tuple[str, Credentials]]:
    """A second registry, with a password of its own; Docker takes it without certificates."""
    if shutil.which("docker-registry") is None or shutil.which("htpasswd") is None:
        pytest.skip("no docker-registry: `make test` installs one")
    password = secrets.token_urlsafe(12)
    users = subprocess.run(["htpasswd", "-Bin", "other"], input=password, capture_output=True, text=True, check=True)
    (tmp_path / "users").write_text(users.stdout)
    port = free_port()
    (tmp_path / "registry.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {tmp_path}/registry}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\nauth: {{htpasswd: {{realm: other, path: {tmp_path}/users}}}}\n"
    )
    with (tmp_path / "registry.log").open("wb") as log:
        command = ["docker-registry", "serve", str(tmp_path / "registry.yml")]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    give_up = time.monotonic() + SECONDS
    while not is_open(port):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    yield f"127.0.0.1:{port}", Credentials("other", password)
    process.terminate()
    process.wait()


@pytest.mark.parametrize(
    "engine_address",
    [pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.xdist_group("docker")])],
    indirect=True,
)
def test_two_registries_with_two_passwords(
    shell: Shell, guarded: tuple[str, Credentials], other_registry: tuple[str, Credentials]
) -> None:
    home = Path(shell.environment["HOME"])
    entries = []
    for place, (host, credentials) in enumerate((guarded, other_registry)):
        (home / f"password{place}").write_text(f"{credentials.password}\n")
        entries.append(f"- {{registry: '{host}', user: {credentials.user}, password-file: ~/password{place}}}\n")
    (home / ".config" / "jobber").mkdir(parents=True)
    (home / ".config" / "jobber" / "jobber-config.yml").write_text("credentials:\n" + "".join(entries))
    names = [f"{remote(shell, host)}:1" for host, _ in (guarded, other_registry)]
    built = shell.jobber("build", *(word for name in names for word in ("-t", name)))
    ran = [shell.jobber("run", name, "true").returncode for name in names]

    assert (built.returncode, ran) == (0, [0, 0]), built.stderr


def test_key_of_many_lines_as_a_password_file(shell: Shell) -> None:
    host, key = os.environ.get("JOBBER_TEST_REGISTRY_AUTH"), os.environ.get("JOBBER_TEST_REGISTRY_KEY_FILE")
    if not host or not key:
        pytest.skip("no registry that takes a key: `make test` starts one")
    give(shell, host, Credentials("_json_key", "x"))
    shutil.copy(key, Path(shell.environment["HOME"], "password"))
    pushed = shell.jobber("build", "-t", f"{remote(shell, host)}:key")

    assert pushed.returncode == 0, pushed.stderr


def test_unreachable_registry_leaves_work_to_be_done(shell: Shell) -> None:
    name = f"127.0.0.1:1/{shell.name}:1"
    built = shell.jobber("build", "-t", name)
    pulled = shell.jobber("run", name, "true")
    ran = shell.jobber("run", "--pull", "missing", "--no-push", name, "echo", "offline")

    assert (built.returncode, pulled.returncode) == (1, 125)
    assert f"jobber push {name}".encode() in built.stderr
    assert b"--no-push" in built.stderr
    assert b"--pull missing" in pulled.stderr
    assert b"--pull never" in pulled.stderr
    assert (ran.returncode, ran.stdout) == (0, b"offline\n")
