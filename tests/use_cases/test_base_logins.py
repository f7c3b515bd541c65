"""Builds that request credentials, and the errors about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobber.domain.errors import (
    BaseUnauthorized,
    CredentialHelperMissing,
    CredentialsUnusable,
    PasswordFileUnreadable,
)
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.credentials import Credentials, host_of
from jobber.domain.images.dockerfile import base_references
from jobber.domain.images.reference import parse_reference
from jobber.domain.use_cases.images.build import BuildImage
from jobber.testing import FakeEngine, FakeInterruptions, FakeProgress, FakeSourceTree

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.reference import ImageReference

HOST = "registry.test:5000"
OTHER = "other.test:5000"
BASE = f"{HOST}/base:1"
RIGHT = Credentials("me", "right")


class Keys:
    """A keyring that counts who asks, and that breaks."""

    def __init__(self, **known: Credentials | CredentialsUnusable | None) -> None:
        self._known = known
        self.asked: list[str] = []

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        host = host_of(reference)
        self.asked.append(host)
        known = self._known.get(host)
        if isinstance(known, CredentialsUnusable):
            raise known
        return known


def helper_missing(host: str = HOST) -> CredentialsUnusable:
    return CredentialHelperMissing(host, helper="docker-credential-x", path="config.json")


@pytest.fixture
def engine() -> FakeEngine:
    """An engine without the base, and registries with it."""
    other = FakeEngine()
    for host in (HOST, OTHER):
        other.image(f"{host}/base:1", files={"/x": host})
        other.registry.push(parse_reference(f"{host}/base:1"), credentials=None, progress=FakeProgress())
    return FakeEngine(registry=other.remote, clock=other.clock)


def build(
    engine: FakeEngine, folder: Path, keys: Keys, *, text: str = f"FROM {BASE}\nENV A=1\n", pull: bool = False
) -> None:
    (folder / "Dockerfile").write_text(text)
    use_case = BuildImage(
        engine=engine,
        clock=engine.clock,
        interruptions=FakeInterruptions(),
        keyring=keys,
        tree=FakeSourceTree(),
        progress=FakeProgress(),
        version="1.2.3",
    )
    bases = base_references(text, arguments={})
    request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile", bases=bases, pull=pull)
    use_case.build(request, names=(parse_reference("made:1"),))


def have_base(engine: FakeEngine) -> None:
    engine.registry.pull(parse_reference(BASE), credentials=None, progress=FakeProgress())


def test_nobody_is_asked_about_a_base_that_the_engine_has(engine: FakeEngine, tmp_path: Path) -> None:
    have_base(engine)
    keys = Keys(**{HOST: helper_missing()})
    build(engine, tmp_path, keys)

    assert keys.asked == []


def test_credentials_are_asked_for_where_the_base_is_in_a_registry(engine: FakeEngine, tmp_path: Path) -> None:
    engine.remote.require(HOST, user="me", password="right")
    keys = Keys(**{HOST: RIGHT})
    build(engine, tmp_path, keys)

    assert keys.asked == [HOST]


def test_a_registry_that_wants_no_login_makes_a_missing_helper_no_error(engine: FakeEngine, tmp_path: Path) -> None:
    build(engine, tmp_path, Keys(**{HOST: helper_missing()}))

    assert engine.images.inspect(parse_reference("made:1")).references == ("made:1",)


def test_a_registry_that_wants_a_login_makes_a_missing_helper_the_error(engine: FakeEngine, tmp_path: Path) -> None:
    engine.remote.require(HOST, user="me", password="right")

    with pytest.raises(CredentialHelperMissing):
        build(engine, tmp_path, Keys(**{HOST: helper_missing()}))


def test_a_pull_that_is_asked_for_needs_the_login(engine: FakeEngine, tmp_path: Path) -> None:
    have_base(engine)

    with pytest.raises(CredentialHelperMissing):
        build(engine, tmp_path, Keys(**{HOST: helper_missing()}), pull=True)


def test_an_entry_of_the_users_own_is_an_error_as_soon_as_it_is_needed(engine: FakeEngine, tmp_path: Path) -> None:
    wrong = PasswordFileUnreadable(HOST, path="pw", why="no such file")
    with pytest.raises(PasswordFileUnreadable):
        build(engine, tmp_path, Keys(**{HOST: wrong}))

    have_base(engine)
    build(engine, tmp_path, Keys(**{HOST: wrong}))


def test_the_error_of_an_own_entry_comes_before_one_of_a_stored_login(engine: FakeEngine, tmp_path: Path) -> None:
    wrong = PasswordFileUnreadable(OTHER, path="pw", why="no such file")
    text = f"FROM {BASE}\nCOPY --from={OTHER}/base:1 /x /y\n"

    with pytest.raises(PasswordFileUnreadable):
        build(engine, tmp_path, Keys(**{HOST: helper_missing(), OTHER: wrong}), text=text)


class Elsewhere:
    """An engine whose builder asks the registry though the engine has the base."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.given: list[dict[str, Credentials | None]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    @property
    def builder(self) -> Elsewhere:
        return self

    def build(self, request: BuildRequest, *, progress: FakeProgress) -> object:
        self.given.append(dict(request.credentials))
        if request.credentials.get(HOST) != RIGHT:
            raise BaseUnauthorized(why="no basic auth credentials")
        return self._engine.builder.build(request, progress=progress)


def test_a_builder_that_asks_the_registry_all_the_same_gets_credentials(engine: FakeEngine, tmp_path: Path) -> None:
    have_base(engine)
    elsewhere = Elsewhere(engine)
    build(elsewhere, tmp_path, Keys(**{HOST: RIGHT}))  # type: ignore[arg-type]

    assert elsewhere.given == [{}, {HOST: RIGHT}]


def test_a_builder_that_asks_the_registry_all_the_same_makes_a_missing_helper_the_error(
    engine: FakeEngine, tmp_path: Path
) -> None:
    have_base(engine)

    with pytest.raises(CredentialHelperMissing):
        build(Elsewhere(engine), tmp_path, Keys(**{HOST: helper_missing()}))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_here", [True, False])
def test_without_credentials_the_error_says_how_to_log_in(engine: FakeEngine, tmp_path: Path, *, is_here: bool) -> None:
    if is_here:
        have_base(engine)
    with pytest.raises(BaseUnauthorized) as caught:
        build(Elsewhere(engine), tmp_path, Keys())  # type: ignore[arg-type]

    assert str(caught.value.hint).startswith(f"`docker login {HOST}`")


def test_a_refusal_without_a_remote_base_has_no_hint(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(BaseUnauthorized) as caught:
        build(Elsewhere(engine), tmp_path, Keys(), text="FROM scratch\nCOPY Dockerfile /\n")  # type: ignore[arg-type]

    assert caught.value.hint is None
