"""Pushes of several tags: nothing is lost, and each refusal is reported."""

from __future__ import annotations

import pytest

from jobber.domain.errors import CredentialsUnusable, PushedImageMissing, PushRefused, PushUnauthorized
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import ImageReference, parse_reference
from jobber.domain.use_cases.images.push import push_all
from jobber.testing import FakeEngine, FakeInterruptions, FakeKeyring, FakeProgress


class BrokenKeyring:
    """A keyring with a helper that fails."""

    def credentials_for(self, reference: ImageReference) -> Credentials | None:
        raise CredentialsUnusable(str(reference.registry), why="the helper failed", hint="mend it")


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    for name in ("a.test/x:1", "b.test/x:1", "c.test/x:1"):
        engine.image(name)
    return engine


def push(engine: FakeEngine, *names: str, keyring: FakeKeyring | BrokenKeyring | None = None) -> FakeProgress:
    progress = FakeProgress()
    push_all(
        [parse_reference(name) for name in names],
        registry=engine.registry,
        keyring=keyring or FakeKeyring(),
        interruptions=FakeInterruptions(),
        progress=progress,
    )
    return progress


def test_those_after_one_that_is_refused_are_pushed(engine: FakeEngine) -> None:
    engine.remote.disconnect("a.test")
    with pytest.raises(PushRefused):
        push(engine, "a.test/x:1", "b.test/x:1")

    assert engine.remote.tags("b.test/x") == ("1",)


def test_hint_names_all_that_are_to_be_pushed_again(engine: FakeEngine) -> None:
    engine.remote.disconnect("a.test")
    engine.remote.disconnect("c.test")
    with pytest.raises(PushRefused) as caught:
        push(engine, "a.test/x:1", "b.test/x:1", "c.test/x:1")

    assert caught.value.reference == "a.test/x:1"
    assert "`jobber push a.test/x:1 c.test/x:1`" in str(caught.value.hint)
    assert "--no-push" in str(caught.value.hint)


def test_repeating_what_was_hinted_at_is_enough(engine: FakeEngine) -> None:
    engine.remote.disconnect("a.test")
    with pytest.raises(PushRefused):
        push(engine, "a.test/x:1", "b.test/x:1")
    engine.remote.reconnect("a.test")
    notes = push(engine, "a.test/x:1").notes

    assert [facts["reference"] for _, facts in notes] == ["a.test/x:1"]


def test_wrong_password_is_told_with_its_user(engine: FakeEngine) -> None:
    engine.remote.require("a.test", user="me", password="right")
    keyring = FakeKeyring(**{"a.test": Credentials("me", "wrong", origin="the entry for a.test")})
    with pytest.raises(PushUnauthorized) as caught:
        push(engine, "a.test/x:1", keyring=keyring)

    assert "user me, from the entry for a.test" in str(caught.value.hint)
    assert "wrong" not in f"{caught.value} {caught.value.hint}"


def test_credentials_that_can_t_be_had_are_told_with_what_to_push(engine: FakeEngine) -> None:
    with pytest.raises(CredentialsUnusable) as caught:
        push(engine, "a.test/x:1", keyring=BrokenKeyring())

    assert str(caught.value.hint).startswith("mend it; ")
    assert "jobber push a.test/x:1" in str(caught.value.hint)


def test_image_that_is_not_there_is_not_said_to_be(engine: FakeEngine) -> None:
    with pytest.raises(PushedImageMissing) as caught:
        push(engine, "a.test/none:1")

    assert "jobber push" not in str(caught.value.hint)


def test_those_that_are_refused_after_the_first_are_told_as_well(engine: FakeEngine) -> None:
    for host in ("a.test", "b.test", "c.test"):
        engine.remote.disconnect(host)
    progress = FakeProgress()
    with pytest.raises(PushRefused):
        push_all(
            [parse_reference(f"{host}.test/x:1") for host in "abc"],
            registry=engine.registry,
            keyring=FakeKeyring(),
            interruptions=FakeInterruptions(),
            progress=progress,
        )
    told = [(event, facts["reference"], str(facts["why"]).partition(":")[0]) for event, facts in progress.warnings]

    assert told == [("not-pushed", f"{host}.test/x:1", f"{host}.test/x") for host in "bc"]


def test_remedy_of_a_refusal_stands_before_what_to_push_again(engine: FakeEngine) -> None:
    engine.remote.require("a.test", user="me", password="hunter2")
    with pytest.raises(PushUnauthorized) as caught:
        push(engine, "a.test/x:1")

    assert caught.value.hint == (
        f"{caught.value.remedy}; the image exists: push it with `jobber push a.test/x:1`, or pass --no-push"
    )
