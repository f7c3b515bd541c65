"""Which image a text means, and when it is pulled."""

from __future__ import annotations

import pytest

from jobber.domain.errors import (
    CredentialHelperMissing,
    CredentialsUnusable,
    ImageNotFound,
    Interrupted,
    InvalidReference,
    PasswordFileUnreadable,
    PullRefused,
)
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import ImageReference, parse_registry
from jobber.domain.runs.policy import PullPolicy
from jobber.domain.use_cases.images.find_image import ImageFinder
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress

HOST = "registry.test:5000"


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def finder(
    engine: FakeEngine,
    policy: PullPolicy = PullPolicy.ALWAYS,
    *,
    registry: str | None = None,
    keyring: FakeKeyring | None = None,
    progress: FakeProgress | None = None,
) -> ImageFinder:
    return ImageFinder(
        engine,
        keyring or FakeKeyring(),
        engine.interruptions,
        progress or FakeProgress(),
        parse_registry(registry) if registry else None,
        policy,
    )


def publish(engine: FakeEngine, name: str = f"{HOST}/mnist") -> str:
    """An image that the registry has and the engine has not."""
    other = FakeEngine(registry=engine.remote, clock=engine.clock)
    made = other.image(name, files={"/x": name})
    reference = finder(other, PullPolicy.NEVER).find(name).reference
    assert reference is not None
    other.registry.push(reference, credentials=None, progress=FakeProgress())
    return made


def test_local_name_is_looked_up_and_never_pulled(engine: FakeEngine) -> None:
    made = engine.image("mnist", files={"/x": "x"})
    found = finder(engine).find("mnist")

    assert (found.image.id, str(found.reference)) == (made, "mnist:latest")
    assert "pull" not in engine.journal


@pytest.mark.parametrize("cut", [slice(None), slice(7, None), slice(7, 19), slice(0, 19)])
def test_id_whole_or_cut_short_means_its_image_and_no_reference(engine: FakeEngine, cut: slice) -> None:
    made = engine.image("mnist", files={"/x": "x"})
    found = finder(engine).find(made[cut])

    assert (found.image.id, found.reference) == (made, None)


def test_name_that_could_be_an_id_is_a_name_where_no_image_has_that_id(engine: FakeEngine) -> None:
    made = engine.image("deadbeef1234", files={"/x": "x"})

    assert str(finder(engine).find("deadbeef1234").reference) == "deadbeef1234:latest"
    assert finder(engine).find("deadbeef1234").image.id == made


def test_id_that_is_not_there_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        finder(engine).find("sha256:" + "0" * 64)


def test_text_that_is_no_reference_is_told(engine: FakeEngine) -> None:
    with pytest.raises(InvalidReference):
        finder(engine).find("Not Valid")


def test_missing_local_image_says_how_to_build_it(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound) as raised:
        finder(engine).find("mnist:1")

    assert (raised.value.name, raised.value.hint) == (
        "mnist:1",
        "build it with `jobber build -t mnist`, or add its registry or namespace",
    )


def test_remote_image_is_pulled_under_always(engine: FakeEngine) -> None:
    made = publish(engine)
    progress = FakeProgress()
    found = finder(engine, progress=progress).find(f"{HOST}/mnist")

    assert found.image.id == made
    assert engine.journal.count("pull") == 1
    assert progress.steps[0] == f"pulling {HOST}/mnist:latest"


def test_remote_image_is_pulled_again_under_always(engine: FakeEngine) -> None:
    publish(engine)
    finder(engine).find(f"{HOST}/mnist")
    finder(engine).find(f"{HOST}/mnist")

    assert engine.journal.count("pull") == 2


def test_remote_image_is_pulled_once_under_missing(engine: FakeEngine) -> None:
    made = publish(engine)
    found = [finder(engine, PullPolicy.MISSING).find(f"{HOST}/mnist").image.id for _ in range(2)]

    assert found == [made, made]
    assert engine.journal.count("pull") == 1


def test_remote_image_is_never_pulled_under_never(engine: FakeEngine) -> None:
    publish(engine)
    with pytest.raises(ImageNotFound) as raised:
        finder(engine, PullPolicy.NEVER).find(f"{HOST}/mnist")

    assert raised.value.hint == "it is not on the engine, and a dry run or --pull never does not pull"
    assert "pull" not in engine.journal


def test_default_registry_makes_a_name_remote(engine: FakeEngine) -> None:
    made = publish(engine)
    found = finder(engine, registry=HOST).find("mnist")

    assert (found.image.id, str(found.reference)) == (made, f"{HOST}/mnist:latest")


def test_credentials_of_the_registry_are_used(engine: FakeEngine) -> None:
    made = publish(engine)
    engine.remote.require(HOST, user="me", password="secret")
    keyring = FakeKeyring(**{HOST: Credentials("me", "secret")})

    assert finder(engine, keyring=keyring).find(f"{HOST}/mnist").image.id == made
    with pytest.raises(PullRefused, match="unauthorized"):
        finder(engine).find(f"{HOST}/mnist")


def test_pull_can_be_given_up(engine: FakeEngine) -> None:
    publish(engine)
    engine.faults.signal("SIGINT", at="pull")

    with pytest.raises(Interrupted):
        finder(engine).find(f"{HOST}/mnist")


def test_record_of_an_image_by_id_names_a_tag_if_there_is_one(engine: FakeEngine) -> None:
    made = engine.image("mnist", files={"/x": "x"})
    engine.store.tags.drop("mnist:latest")
    nameless = finder(engine).find(made).recorded
    engine.store.tags.put("mnist:1", made)
    named = finder(engine).find(made).recorded

    assert (nameless.reference, named.reference) == (made, "mnist:1")
    assert named.id == made


def test_record_of_a_pulled_image_has_its_digest(engine: FakeEngine) -> None:
    publish(engine)
    recorded = finder(engine).find(f"{HOST}/mnist").recorded

    assert recorded.reference == f"{HOST}/mnist:latest"
    assert [digest.partition("@")[0] for digest in recorded.digests] == [f"{HOST}/mnist"]
    assert finder(engine).find(recorded.digests[0]).image.id == recorded.id


class Broken(FakeKeyring):
    """A keyring whose credentials can't be used."""

    def __init__(self, error: CredentialsUnusable) -> None:
        super().__init__()
        self._error = error

    def credentials_for(self, reference: ImageReference) -> Credentials | None:  # noqa: ARG002
        raise self._error


HELPER_MISSING = CredentialHelperMissing(HOST, helper="docker-credential-x", path="config.json")


def test_a_stored_login_that_can_not_be_used_is_no_error_where_none_is_wanted(engine: FakeEngine) -> None:
    made = publish(engine)

    assert finder(engine, keyring=Broken(HELPER_MISSING)).find(f"{HOST}/mnist").image.id == made


def test_a_stored_login_that_can_not_be_used_is_the_error_where_one_is_wanted(engine: FakeEngine) -> None:
    publish(engine)
    engine.remote.require(HOST, user="me", password="right")

    with pytest.raises(CredentialHelperMissing):
        finder(engine, keyring=Broken(HELPER_MISSING)).find(f"{HOST}/mnist")


def test_a_pull_that_fails_for_another_reason_is_told_as_that(engine: FakeEngine) -> None:
    with pytest.raises(PullRefused):
        finder(engine, keyring=Broken(HELPER_MISSING)).find(f"{HOST}/nobody")


def test_an_own_entry_that_can_not_be_used_is_an_error(engine: FakeEngine) -> None:
    publish(engine)

    with pytest.raises(PasswordFileUnreadable):
        finder(engine, keyring=Broken(PasswordFileUnreadable(HOST, path="pw", why="none"))).find(f"{HOST}/mnist")


@pytest.mark.parametrize("policy", [PullPolicy.MISSING, PullPolicy.NEVER])
def test_no_credentials_are_asked_for_where_nothing_is_pulled(engine: FakeEngine, policy: PullPolicy) -> None:
    made = engine.image(f"{HOST}/mnist", files={"/x": "x"})

    assert finder(engine, policy, keyring=Broken(HELPER_MISSING)).find(f"{HOST}/mnist").image.id == made
