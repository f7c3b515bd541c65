"""The logins of this machine by name, as `jobber doctor` lists them."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from jobber.adapters.credentials import helper
from jobber.adapters.credentials.listing import list_logins
from jobber.domain.checkup.findings import Login, Logins
from jobber.domain.errors import (
    CredentialHelperFailed,
    CredentialHelperMissing,
    CredentialHelperSilent,
    PasswordEmpty,
    PasswordFileUnreadable,
    StoredLoginsUnreadable,
)
from jobber.domain.images.credentials import CredentialEntry

SECRET = base64.b64encode(b"me:secret").decode()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    return {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:/usr/bin:/bin", "XDG_RUNTIME_DIR": f"{tmp_path}/run"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / ".docker").mkdir()
    return tmp_path / ".docker" / "config.json"


def store(path: Path, **sections: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sections))


def install(environment: dict[str, str], name: str, script: str) -> Path:
    program = Path(environment["HOME"], "bin", f"docker-credential-{name}")
    program.write_text(script)
    program.chmod(0o755)
    return program


def kinds(logins: Logins) -> list[type]:
    return [type(error) for error in logins.problems]


def test_nobody_who_is_logged_in_nowhere_has_a_login(environment: dict[str, str]) -> None:
    assert list_logins((), environment) == Logins()


def test_logins_of_all_files_are_listed_by_registry(environment: dict[str, str], config: Path, tmp_path: Path) -> None:
    podman = tmp_path / "run" / "containers" / "auth.json"
    store(config, auths={"https://index.docker.io/v1/": {"auth": SECRET}, "r.test:5000": {"auth": SECRET}})
    store(podman, auths={"gcr.io/team": {"auth": SECRET}})
    logins = list_logins((CredentialEntry("me.test/ns", "me", password="secret"),), environment)

    assert logins.found == (
        Login("me.test/ns", "configuration"),
        Login("docker.io", str(config)),
        Login("r.test:5000", str(config)),
        Login("gcr.io/team", str(podman)),
    )
    assert logins.problems == ()
    assert "secret" not in repr(logins)
    assert SECRET not in repr(logins)


def test_user_and_password_in_the_name_of_a_registry_are_not_listed(environment: dict[str, str], config: Path) -> None:
    store(config, auths={"https://me:secret@r.test/v2/": {}, "me:secret@s.test": {}, "": {}, "@": {}})

    assert [login.registry for login in list_logins((), environment).found][:2] == ["r.test", "s.test"]
    assert "secret" not in repr(list_logins((), environment))


def test_helpers_are_listed_with_their_registries(environment: dict[str, str], config: Path) -> None:
    for name in ("gcloud", "pass"):
        install(environment, name, "#!/bin/sh\necho 1.0\n")
    store(config, auths={"gcr.io": {}, "r.test": {}}, credHelpers={"gcr.io": "gcloud"}, credsStore="pass")
    logins = list_logins((), environment)

    assert logins == Logins(
        (
            Login("gcr.io", str(config), "docker-credential-gcloud"),
            Login("r.test", str(config), "docker-credential-pass"),
        ),
        ("docker-credential-pass",),
    )


def test_helper_is_never_asked_for_a_login(environment: dict[str, str], config: Path, tmp_path: Path) -> None:
    install(environment, "spy", f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\ncat >>{tmp_path}/asked\n')
    store(config, credHelpers={"a.test": "spy", "b.test": "spy"}, credsStore="spy")
    list_logins((), environment)

    assert (tmp_path / "asked").read_text() == "version\n"


@pytest.mark.parametrize("status", [0, 1])
def test_helper_that_does_not_know_its_version_is_there(environment: dict[str, str], config: Path, status: int) -> None:
    install(environment, "plain", f"#!/bin/sh\necho no such action >&2\nexit {status}\n")
    store(config, credsStore="plain")

    assert list_logins((), environment).problems == ()


def test_missing_helper_is_told_once(environment: dict[str, str], config: Path) -> None:
    store(config, credHelpers={"a.test": "nowhere", "b.test": "nowhere"})
    logins = list_logins((), environment)

    assert kinds(logins) == [CredentialHelperMissing]
    assert str(config) in logins.problems[0].what
    assert str(logins.problems[0].hint).startswith("install it")


def test_helper_that_can_not_be_started_is_told(environment: dict[str, str], config: Path) -> None:
    install(environment, "broken", "no program")
    store(config, credsStore="broken")
    logins = list_logins((), environment)

    assert kinds(logins) == [CredentialHelperFailed]
    assert "docker-credential-broken version" in str(logins.problems[0].hint)


def test_helper_that_hangs_does_not_keep_anybody(
    environment: dict[str, str], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "CHECK_SECONDS", 0.3)
    install(environment, "hangs", "#!/bin/sh\nsleep 100\n")
    store(config, credsStore="hangs")
    begun = time.monotonic()

    assert kinds(list_logins((), environment)) == [CredentialHelperSilent]
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"auths": []}',
        '{"auths": 1}',
        '{"credHelpers": "x"}',
        '{"credHelpers": {"a": 1}}',
        '{"credsStore": ["x"], "auths": {"a": 1}}',
        '{"credsStore": {}, "credHelpers": {"b": []}}',
    ],
)
def test_file_that_is_garbled_is_told(environment: dict[str, str], config: Path, text: str) -> None:
    config.write_text(text)
    logins = list_logins((), environment)

    assert set(kinds(logins)) <= {StoredLoginsUnreadable}
    assert all(str(config) in error.what for error in logins.problems)
    assert logins.problems or text == '{"auths": []}'


def test_unreadable_file_raises_an_error(environment: dict[str, str], config: Path) -> None:
    config.mkdir()

    assert kinds(list_logins((), environment)) == [StoredLoginsUnreadable]


def test_pipe_in_the_place_of_a_file_does_not_keep_anybody(environment: dict[str, str], config: Path) -> None:
    os.mkfifo(config)

    assert kinds(list_logins((), environment)) == [StoredLoginsUnreadable]


def test_password_files_are_looked_for(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "good").write_text("secret\n")
    (tmp_path / "empty").write_text("")
    os.mkfifo(tmp_path / "pipe")
    entries = [
        CredentialEntry(f"{name}.test", "me", password_file=f"~/{name}") for name in ("good", "none", "empty", "pipe")
    ]
    logins = list_logins((*entries, CredentialEntry("x.test", "me", password="")), environment)

    assert len(logins.found) == 5
    assert kinds(logins) == [PasswordFileUnreadable, PasswordEmpty, PasswordEmpty]
    assert "secret" not in repr(logins)


def test_password_file_of_nobody_is_told(environment: dict[str, str]) -> None:
    entry = CredentialEntry("r.test", "me", password_file="~jobber-test-nobody/pw")

    assert kinds(list_logins((entry,), environment)) == [PasswordFileUnreadable]


def test_environment_without_a_home_has_no_files() -> None:
    assert list_logins((), {"XDG_RUNTIME_DIR": "/nonexistent"}).found == ()
