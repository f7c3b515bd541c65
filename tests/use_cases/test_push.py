"""Pushes, one after the other."""

from __future__ import annotations

import pytest

from jobber.domain.credentials import Credentials
from jobber.domain.errors import Interrupted, PushRefused
from jobber.domain.reference import ImageReference, parse_reference
from jobber.domain.use_cases.push import push_all
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress

HOST = "registry.test:5000"
NAMES = tuple(parse_reference(f"{HOST}/{name}:1") for name in "abc")


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    for name in NAMES:
        engine.image(str(name), files={"/x": str(name)})
    return engine


def push(engine: FakeEngine, *names: ImageReference, keyring: FakeKeyring | None = None) -> FakeProgress:
    progress = FakeProgress()
    push_all(
        names,
        registry=engine.registry,
        keyring=keyring or FakeKeyring(),
        interruptions=engine.interruptions,
        progress=progress,
    )
    return progress


def test_each_push_is_told_with_its_digest(engine: FakeEngine) -> None:
    told = push(engine, *NAMES[:2])
    digests = [engine.remote.get(name) for name in NAMES[:2]]

    assert told.steps[0] == f"pushing {HOST}/a:1"
    assert told.notes == [
        ("pushed", {"reference": str(name), "digest": found[1] if found else None})
        for name, found in zip(NAMES[:2], digests, strict=True)
    ]


def test_first_refusal_ends_it(engine: FakeEngine) -> None:
    engine.remote.refuse_pushes(f"{HOST}/b", why="quota")

    with pytest.raises(PushRefused) as raised:
        push(engine, *NAMES)
    assert raised.value.reference == f"{HOST}/b:1"
    assert [bool(engine.remote.get(name)) for name in NAMES] == [True, False, False]


def test_credentials_are_those_of_the_registry(engine: FakeEngine) -> None:
    engine.remote.require(HOST, user="me", password="secret")
    push(engine, NAMES[0], keyring=FakeKeyring(**{HOST: Credentials("me", "secret")}))

    assert engine.remote.tags(f"{HOST}/a") == ("1",)
    with pytest.raises(PushRefused, match="unauthorized"):
        push(engine, NAMES[1])


def test_registry_out_of_reach_is_told(engine: FakeEngine) -> None:
    engine.remote.disconnect(HOST)
    with pytest.raises(PushRefused, match="out of reach"):
        push(engine, NAMES[0])
    engine.remote.reconnect(HOST)

    assert push(engine, NAMES[0]).notes


def test_image_that_is_not_there_is_told(engine: FakeEngine) -> None:
    with pytest.raises(PushRefused, match="there is no such image"):
        push(engine, parse_reference(f"{HOST}/nobody:1"))


def test_push_can_be_given_up(engine: FakeEngine) -> None:
    engine.faults.signal("SIGTERM", at="push")

    with pytest.raises(Interrupted):
        push(engine, *NAMES)
    assert engine.journal.count("push") == 1
