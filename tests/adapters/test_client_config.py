"""The credentials that a `docker` client gets for a build, and the way they are passed."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from jobber.adapters.docker.client_config import client_configuration
from jobber.domain.images.credentials import Credentials

STORED = base64.b64encode(b"me:stored").decode()
KNOWN = {
    "r.test:5000": Credentials("me", "s3cret"),
    "docker.io": Credentials("", "", identity_token="t0ken"),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    docker = tmp_path / "home" / ".docker"
    (docker / "contexts").mkdir(parents=True)
    settings = {
        "auths": {"other.test": {"auth": STORED}},
        "credHelpers": {"gcr.io": "gcloud"},
        "currentContext": "far",
    }
    (docker / "config.json").write_text(json.dumps(settings))
    return tmp_path / "home"


def lent(home: Path, credentials: Mapping[str, Credentials | None]) -> AbstractContextManager[dict[str, str]]:
    folder = home.parent / "lent"
    folder.mkdir(exist_ok=True)
    return client_configuration(credentials, folder, {"HOME": str(home), "PATH": os.environ["PATH"]})


def ask(variables: dict[str, str], server: str) -> tuple[int, str]:
    done = subprocess.run(
        ["docker-credential-jobber", "get"], env=variables, input=server, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_helper_tells_what_is_asked_for(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        status, answer = ask(variables, "r.test:5000\n")

    assert status == 0
    assert json.loads(answer) == {"ServerURL": "r.test:5000", "Username": "me", "Secret": "s3cret"}


def test_dockers_own_registry_goes_by_its_old_name(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        _, answer = ask(variables, "https://index.docker.io/v1/")

    assert json.loads(answer)["Username"] == "<token>"
    assert json.loads(answer)["Secret"] == "t0ken"


def test_helper_knows_nothing_of_others(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        assert ask(variables, "nobody.test") == (1, "credentials not found in native keychain")


def test_configuration_of_the_user_is_kept_without_its_logins(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        folder = Path(variables["DOCKER_CONFIG"])
        settings = json.loads((folder / "config.json").read_text())
        contexts = (folder / "contexts").resolve()

    assert contexts == home / ".docker" / "contexts"
    assert settings == {
        "currentContext": "far",
        "credHelpers": {
            "gcr.io": "gcloud",
            "other.test": "jobber",
            "r.test:5000": "jobber",
            "https://index.docker.io/v1/": "jobber",
        },
    }


def test_no_secret_is_in_a_file_or_a_variable(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        texts = [path.read_text() for path in home.parent.joinpath("lent").rglob("*") if path.is_file()]

    assert texts
    assert not any(
        secret in text for text in (*texts, *variables.values()) for secret in ("s3cret", "t0ken", "stored", STORED)
    )


def test_stored_logins_are_the_clients_own_matter(home: Path) -> None:
    with lent(home, {"other.test": Credentials("me", "stored", stored=True)}) as variables:
        assert variables == {}


def test_login_of_podman_is_told_to_the_client(home: Path) -> None:
    with lent(home, {"podman.test": Credentials("me", "s3cret", stored=True)}) as variables:
        status, answer = ask(variables, "podman.test")

    assert (status, json.loads(answer)["Secret"]) == (0, "s3cret")


@pytest.mark.parametrize("known", [KNOWN, {"r.test": None}], ids=["configured", "unusable"])
def test_stored_logins_stay_beside_others(home: Path, known: Mapping[str, Credentials | None]) -> None:
    with lent(home, known) as variables:
        status, answer = ask(variables, "other.test")

    assert (status, json.loads(answer)) == (0, {"ServerURL": "other.test", "Username": "me", "Secret": "stored"})


def test_configured_credentials_come_before_a_stored_login(home: Path) -> None:
    with lent(home, {"other.test": Credentials("you", "configured")}) as variables:
        _, answer = ask(variables, "other.test")

    assert json.loads(answer)["Secret"] == "configured"


@pytest.mark.parametrize(
    ("key", "server"),
    [
        ("https://old.test/v1/", "old.test"),
        ("http://old.test:5000", "old.test:5000"),
        ("https://index.docker.io/v1/", "https://index.docker.io/v1/"),
    ],
)
def test_stored_login_is_found_by_the_name_that_the_client_asks_for(home: Path, key: str, server: str) -> None:
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {key: {"auth": STORED}}}))
    with lent(home, {"r.test": Credentials("me", "s3cret")}) as variables:
        _, answer = ask(variables, server)

    assert json.loads(answer)["Secret"] == "stored"


@pytest.mark.parametrize(
    "settings",
    [
        {"credsStore": "desktop", "auths": {"other.test": {"auth": STORED}}},
        {"credHelpers": {"other.test": "its-own"}, "auths": {"other.test": {"auth": STORED}}},
        {"auths": {"other.test": {}}},
        {"auths": ["other.test"]},
    ],
)
def test_store_and_helper_of_the_user_stay(home: Path, settings: dict[str, object]) -> None:
    (home / ".docker" / "config.json").write_text(json.dumps(settings))
    with lent(home, {"r.test": Credentials("me", "s3cret")}) as variables:
        written = json.loads(Path(variables["DOCKER_CONFIG"], "config.json").read_text())

    assert written.get("credsStore") == settings.get("credsStore")
    assert written["credHelpers"] == {**settings.get("credHelpers", {}), "r.test": "jobber"}  # type: ignore[dict-item]


def test_garbled_login_is_none(home: Path) -> None:
    (home / ".docker" / "config.json").write_text(
        json.dumps({"auths": {"other.test": {"auth": "?"}, "/": {"auth": "?"}}})
    )
    with lent(home, KNOWN) as variables:
        assert ask(variables, "other.test")[0] == 1


def test_no_user_configuration_is_fine(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with lent(tmp_path / "home", KNOWN) as variables:
        assert ask(variables, "r.test:5000")[0] == 0
