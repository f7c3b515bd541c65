"""Credentials of this machine: password files, and what Docker and Podman have stored."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from jobber.adapters.credentials import MachineKeyring, helper
from jobber.domain.errors import (
    CredentialHelperFailed,
    CredentialHelperMissing,
    CredentialHelperSilent,
    CredentialsUnusable,
    PasswordEmpty,
    PasswordFileUnreadable,
    StoredLoginsUnreadable,
)
from jobber.domain.images.credentials import CredentialEntry, Credentials
from jobber.domain.images.reference import parse_reference

KEY = json.dumps({"type": "service_account", "private_key": "-----BEGIN\n" + "x" * 2000}, indent=2) + "\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    return {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:/usr/bin:/bin", "XDG_RUNTIME_DIR": f"{tmp_path}/run"}


def found(
    environment: dict[str, str], reference: str = "r.test/ns/x", entries: tuple[CredentialEntry, ...] = ()
) -> tuple[str, str] | None:
    credentials = look(environment, reference, entries)
    return None if credentials is None else (credentials.user, credentials.password)


def look(
    environment: dict[str, str], reference: str = "r.test/ns/x", entries: tuple[CredentialEntry, ...] = ()
) -> Credentials | None:
    return MachineKeyring(entries, environment=environment).credentials_for(parse_reference(reference))


def store(path: Path, **sections: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sections))


def login(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def install(environment: dict[str, str], name: str, script: str) -> None:
    program = Path(environment["HOME"], "bin", f"docker-credential-{name}")
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


# Password files


@pytest.mark.parametrize(
    ("content", "password"),
    [("p\n", "p"), ("p", "p"), ("p\n\n", "p\n"), ("p\r\n", "p"), (" p \n", " p "), (KEY, KEY[:-1]), ("ü\n", "ü")],
)
def test_password_file_loses_one_line_end(
    environment: dict[str, str], tmp_path: Path, content: str, password: str
) -> None:
    (tmp_path / "pw").write_bytes(content.encode())
    entry = CredentialEntry("r.test", "_json_key", password_file="~/pw")

    assert found(environment, entries=(entry,)) == ("_json_key", password)


def test_password_file_is_not_read_before_it_is_needed(environment: dict[str, str]) -> None:
    entry = CredentialEntry("other.test", "u", password_file="/nonexistent")

    assert found(environment, entries=(entry,)) is None


@pytest.mark.parametrize("path", ["/nonexistent/pw", "~/pw", "~nobody-has-this-name/pw", "relative"])
def test_missing_password_file_is_told(environment: dict[str, str], path: str) -> None:
    with pytest.raises(PasswordFileUnreadable, match=path):
        found(environment, entries=(CredentialEntry("r.test", "u", password_file=path),))


def test_directory_as_password_file_is_told(environment: dict[str, str]) -> None:
    with pytest.raises(PasswordFileUnreadable, match="is a directory"):
        found(environment, entries=(CredentialEntry("r.test", "u", password_file="~"),))


@pytest.mark.parametrize("octets", [b"\xff\xfe", b"x" * 70_000])
def test_password_file_that_is_none_is_told(environment: dict[str, str], tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "pw").write_bytes(octets)

    with pytest.raises(CredentialsUnusable):
        found(environment, entries=(CredentialEntry("r.test", "u", password_file="~/pw"),))


def test_empty_password_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("\n")

    with pytest.raises(PasswordEmpty):
        found(environment, entries=(CredentialEntry("r.test", "u", password_file="~/pw"),))
    with pytest.raises(PasswordEmpty):
        found(environment, entries=(CredentialEntry("r.test", "u", password=""),))


# Stored logins


def test_entry_beats_what_is_stored(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", auths={"r.test": login("stored", "p")})

    assert found(environment, entries=(CredentialEntry("r.test", "mine", password="q"),)) == ("mine", "q")


def test_nothing_is_stored(environment: dict[str, str]) -> None:
    assert found(environment) is None


@pytest.mark.parametrize(
    "place", [".docker/config.json", "run/containers/auth.json", ".config/containers/auth.json", "named.json"]
)
def test_login_is_found_in_every_place(environment: dict[str, str], tmp_path: Path, place: str) -> None:
    store(tmp_path / place, auths={"r.test": login("u", "p:q")})

    assert found({**environment, "REGISTRY_AUTH_FILE": f"{tmp_path}/named.json"}) == ("u", "p:q")


def test_docker_config_names_another_folder(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / "other/config.json", auths={"r.test": login("u", "p")})

    assert found({**environment, "DOCKER_CONFIG": f"{tmp_path}/other"}) == ("u", "p")


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("r.test/x", "https://r.test"),
        ("r.test/x", "https://r.test/v2/"),
        ("me/x", "https://index.docker.io/v1/"),
        ("docker.io/me/x", "docker.io"),
        ("r.test:5000/x", "r.test:5000"),
        ("localhost:5000/x", "localhost:5000"),
    ],
)
def test_registry_is_known_by_each_spelling(
    environment: dict[str, str], tmp_path: Path, reference: str, key: str
) -> None:
    store(tmp_path / ".docker/config.json", auths={"another.test": login("n", "n"), key: login("u", "p")})

    assert found(environment, reference) == ("u", "p")


def test_namespaces_in_podmans_file(environment: dict[str, str], tmp_path: Path) -> None:
    auths = {"r.test": login("all", "p"), "r.test/ns": login("ns", "p"), "r.test/n": login("n", "p")}
    store(tmp_path / "run/containers/auth.json", auths=auths)

    assert found(environment, "r.test/ns/x") == ("ns", "p")
    assert found(environment, "r.test/other/x") == ("all", "p")


def test_identity_token(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", auths={"r.test": {**login("u", ""), "identitytoken": "t"}})
    credentials = look(environment)

    assert credentials is not None
    assert credentials.identity_token == "t"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "nonsense",
        '{"auths": [1]}',
        '{"auths": {"r.test": {"auth": "%%%"}}}',
        '{"auths": {"r.test": {"auth": "bm9jb2xvbg=="}}}',
        '{"auths": {"r.test": 1}}',
        '{"credHelpers": {"r.test": 1}}',
        "[" * 100_000,
    ],
)
def test_file_that_is_garbled_is_named(environment: dict[str, str], tmp_path: Path, text: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(text)

    with pytest.raises(StoredLoginsUnreadable, match=r"config\.json"):
        found(environment)


@pytest.mark.parametrize("text", ["", "\n", "{}", '{"auths": {}}', '{"auths": {"r.test": {}}}', '{"auths": null}'])
def test_file_without_logins_is_fine(environment: dict[str, str], tmp_path: Path, text: str) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(text)

    assert found(environment) is None


# Helpers


ANSWER = """read server; echo "$server" >>"$HOME/asked"; echo '{"ServerURL":"x","Username":"u","Secret":"p"}'"""


@pytest.mark.parametrize(
    ("settings", "reference", "server"),
    [
        ({"credHelpers": {"r.test": "mine"}}, "r.test/x", "r.test"),
        ({"credsStore": "mine"}, "r.test/x", "r.test"),
        ({"credsStore": "mine", "auths": {"https://r.test": {}}}, "r.test/x", "https://r.test"),
        ({"credsStore": "mine"}, "me/x", "https://index.docker.io/v1/"),
    ],
)
def test_helper_is_asked_for_the_server(
    environment: dict[str, str], tmp_path: Path, settings: dict[str, Any], reference: str, server: str
) -> None:
    store(tmp_path / ".docker/config.json", **settings)
    install(environment, "mine", ANSWER)

    assert found(environment, reference) == ("u", "p")
    assert (tmp_path / "asked").read_text() == f"{server}\n"


def test_helper_of_a_registry_beats_the_store(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", credHelpers={"r.test": "mine"}, credsStore="nobody-has-this")
    install(environment, "mine", ANSWER)

    assert found(environment) == ("u", "p")


def test_helper_is_not_asked_for_other_registries(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", credHelpers={"other.test": "nobody-has-this"})

    assert found(environment) is None


def test_helper_that_knows_nothing_leaves_it_to_others(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", credsStore="mine")
    store(tmp_path / "run/containers/auth.json", auths={"r.test": login("u", "p")})
    install(environment, "mine", "echo credentials not found in native keychain; exit 1")

    assert found(environment) == ("u", "p")


def test_helper_with_an_identity_token(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", credsStore="mine")
    install(environment, "mine", """echo '{"Username":"<token>","Secret":"t"}'""")
    credentials = look(environment)

    assert credentials is not None
    assert (credentials.user, credentials.password, credentials.identity_token) == ("", "", "t")


def test_missing_helper_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / ".docker/config.json", credsStore="nobody-has-this")

    with pytest.raises(CredentialHelperMissing, match="docker-credential-nobody-has-this"):
        found(environment)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo the keychain is locked; exit 1", "the keychain is locked"),
        ("echo crashed >&2; exit 2", "crashed"),
        ("exit 1", "no reason given"),
        ("echo s3cret", "did not return valid credentials"),
        ("""echo '{"Secret":"s3cret"}'""", "did not return valid credentials"),
    ],
)
def test_failing_helper_is_quoted_but_never_its_secret(
    environment: dict[str, str], tmp_path: Path, script: str, words: str
) -> None:
    store(tmp_path / ".docker/config.json", credsStore="mine")
    install(environment, "mine", script)

    with pytest.raises(CredentialHelperFailed, match=words) as caught:
        found(environment)
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


def test_hanging_helper_is_ended_with_all_that_it_started(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path / ".docker/config.json", credsStore="mine")
    install(environment, "mine", 'sleep 600 & echo $! >"$HOME/child"; wait')
    monkeypatch.setattr(helper, "ANSWER_SECONDS", 0.5)
    with pytest.raises(CredentialHelperSilent):
        found(environment)
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    while child.exists() and child.read_text().split()[2] != "Z":
        time.sleep(0.01)
