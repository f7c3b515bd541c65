"""Which entry of the setting `credentials` is meant for a reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.images.credentials import CredentialEntry, Credentials, entry_for, registry_segments
from jobber.domain.images.reference import parse_reference


def chosen(reference: str, *registries: str) -> str | None:
    entries = [CredentialEntry(registry, user=str(place)) for place, registry in enumerate(registries)]
    entry = entry_for(parse_reference(reference), entries)
    return None if entry is None else entry.user


@pytest.mark.parametrize(
    ("reference", "registries", "place"),
    [
        ("gcr.io/myproject/mnist", ("gcr.io", "gcr.io/myproject"), "1"),
        ("gcr.io/myproject/mnist", ("gcr.io/myproject", "gcr.io"), "0"),
        ("gcr.io/other/mnist", ("gcr.io", "gcr.io/myproject"), "0"),
        ("gcr.io/myproject2/mnist", ("gcr.io/myproject",), None),
        ("gcr.io/myproject/mnist:1", ("gcr.io/myproject/mnist",), "0"),
        ("gcr.io/mnist", ("gcr.io/mnist/more",), None),
        ("a.gcr.io/x", ("gcr.io",), None),
        ("gcr.io:5000/x", ("gcr.io",), None),
        ("gcr.io/x", ("gcr.io:443",), None),
        ("r.test:5000/a/b", ("r.test:5000/a", "r.test:5000/b"), "0"),
        ("gcr.io/x", ("gcr.io", "gcr.io"), "1"),
        ("gcr.io/x", ("https://gcr.io", "gcr.io/"), "1"),
        ("gcr.io/x", ("https://gcr.io/v2/",), "0"),
        ("GCR.io/x", ("gcr.io",), "0"),
        ("gcr.io/x", (), None),
        ("gcr.io/x", ("", "https://"), None),
    ],
)
def test_longest_prefix_by_whole_segments(reference: str, registries: tuple[str, ...], place: str | None) -> None:
    assert chosen(reference, *registries) == place


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io", "https://index.docker.io/v1/", "https://docker.io"])
@pytest.mark.parametrize("reference", ["me/mnist", "docker.io/me/mnist", "index.docker.io/me/mnist", "docker.io/mnist"])
def test_dockers_own_registry_has_many_names(reference: str, name: str) -> None:
    assert chosen(reference, name) == "0"


@pytest.mark.parametrize("entry", ["docker.io/me", "me", "index.docker.io/me/"])
def test_namespaces_of_dockers_own_registry(entry: str) -> None:
    assert chosen("me/mnist", "docker.io", entry) == "1"
    assert chosen("you/mnist", "docker.io", entry) == "0"


def test_official_images_are_in_the_namespace_library() -> None:
    assert chosen("docker.io/mnist", "docker.io/library") == "0"


_segment = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)


@given(path=st.lists(_segment, min_size=1, max_size=5), lengths=st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_of_all_that_match_none_is_longer_and_of_equals_none_is_later(path: list[str], lengths: list[int]) -> None:
    registries = ["/".join(("r.test", *path[:length])) for length in lengths]
    place = chosen("/".join(("r.test", *path)), *registries)
    longest = max(len(registry_segments(registry)) for registry in registries)
    expected = max(n for n, registry in enumerate(registries) if len(registry_segments(registry)) == longest)

    assert place == str(expected)


def test_no_secret_is_in_the_text_of_a_value() -> None:
    texts = [
        repr(Credentials("u", "s3cret", identity_token="t0ken")),
        repr(CredentialEntry("gcr.io", "u", password="s3cret")),
    ]

    assert not any("s3cret" in text or "t0ken" in text for text in texts)
