"""What a `docker` client that builds is told of credentials, and how."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from jobber.adapters.docker.client_config import client_configuration
from jobber.domain.images.credentials import Credentials

KNOWN = {
    "r.test:5000": Credentials("me", "s3cret"),
    "docker.io": Credentials("", "", identity_token="t0ken"),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    docker = tmp_path / "home" / ".docker"
    (docker / "contexts").mkdir(parents=True)
    settings = {
        "auths": {"other.test": {"auth": "bWU6c3RvcmVk"}},
        "credHelpers": {"gcr.io": "gcloud"},
        "currentContext": "far",
    }
    (docker / "config.json").write_text(json.dumps(settings))
    return tmp_path / "home"


def lent(home: Path, credentials: dict[str, Credentials]) -> AbstractContextManager[dict[str, str]]:
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
        assert ask(variables, "other.test") == (1, "credentials not found in native keychain")


def test_configuration_of_the_user_is_kept_without_its_logins(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        folder = Path(variables["DOCKER_CONFIG"])
        settings = json.loads((folder / "config.json").read_text())
        contexts = (folder / "contexts").resolve()

    assert contexts == home / ".docker" / "contexts"
    assert settings == {
        "currentContext": "far",
        "credHelpers": {"gcr.io": "gcloud", "r.test:5000": "jobber", "https://index.docker.io/v1/": "jobber"},
    }


def test_no_secret_is_in_a_file_or_a_variable(home: Path) -> None:
    with lent(home, KNOWN) as variables:
        texts = [path.read_text() for path in home.parent.joinpath("lent").rglob("*") if path.is_file()]

    assert texts
    assert not any(secret in text for text in (*texts, *variables.values()) for secret in ("s3cret", "t0ken"))


def test_stored_logins_are_the_clients_own_matter(home: Path) -> None:
    with lent(home, {"r.test": Credentials("me", "s3cret", stored=True)}) as variables:
        assert variables == {}


def test_no_user_configuration_is_fine(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with lent(tmp_path / "home", KNOWN) as variables:
        assert ask(variables, "r.test:5000")[0] == 0
