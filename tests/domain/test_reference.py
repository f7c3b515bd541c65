"""Image references: what docker and podman read, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.domain.errors import InvalidReference
from jobber.domain.images.reference import (
    ImageReference,
    Registry,
    parse_image_id,
    parse_reference,
    parse_registry,
    reads_as_id,
)

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"

words = st.text(alphabet="abz019", min_size=1, max_size=4)
separators = st.sampled_from([".", "_", "__", "-", "---"])


def joined(separators: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pieces = st.lists(st.tuples(separators, words), max_size=2)
    return st.builds(lambda first, rest: first + "".join(map("".join, rest)), words, pieces)


components = joined(separators)
plain_components = joined(st.sampled_from(["_", "__", "-", "---"]))
registries = st.one_of(
    st.sampled_from(["localhost", "Host", "a:5000", "[2001:db8::1]:5000", "GCR.io", "127.0.0.1:1"]),
    st.builds(lambda host, domain: f"{host}.{domain}", words, words),
    st.builds(lambda host, port: f"{host}:{port}", words, st.integers(1, 65535)),
)
tags = st.builds("".join, st.tuples(st.sampled_from("aZ0_"), st.text(alphabet="aZ0_.-", max_size=20)))
digests = st.one_of(st.just(DIGEST), st.just(f"sha512+b64:{HEX}"))


@st.composite
def references(draw: st.DrawFn) -> ImageReference:
    registry = draw(st.none() | registries)
    namespace = draw(st.lists(components, max_size=2))
    if registry is None and namespace:
        namespace[0] = draw(plain_components)
    return ImageReference(
        name=draw(components),
        registry=registry,
        namespace=tuple(namespace),
        tag=draw(st.none() | tags),
        digest=draw(st.none() | digests),
    )


default_registries = st.sampled_from(
    ["gcr.io", "gcr.io/me", "localhost:5000/a/b", "localhost", "[::1]:5000", "Host/a_b", "myuser", "my_user/team"]
).map(parse_registry)
reference_like = st.text(alphabet="aZ0.-_:/@[]% \nsha256é", max_size=30)


@given(references())
def test_a_reference_is_read_back_from_its_text(reference: ImageReference) -> None:
    assert reference == parse_reference(str(reference))


@given(st.text(max_size=30) | reference_like)
def test_any_text_is_a_reference_written_as_it_stands_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except InvalidReference:
        return

    assert text == str(reference)


@given(references(), default_registries)
def test_a_default_registry_never_changes_a_reference_with_a_registry_or_namespace(
    reference: ImageReference, default: Registry
) -> None:
    text = str(reference)

    read = parse_reference(text, default_registry=default)

    assert read == reference or not (reference.registry or reference.namespace)


@given(components, st.none() | tags, st.none() | digests, default_registries)
def test_a_default_registry_is_put_before_a_bare_name_and_keeps_tag_and_digest(
    name: str, tag: str | None, digest: str | None, default: Registry
) -> None:
    bare = ImageReference(name=name, tag=tag, digest=digest)

    assert f"{default}/{bare}" == str(parse_reference(str(bare), default_registry=default))


@given(components, default_registries)
def test_a_reference_that_a_default_registry_completed_is_read_back_from_its_text(name: str, default: Registry) -> None:
    reference = parse_reference(name, default_registry=default)

    assert reference == parse_reference(str(reference))


@given(references(), default_registries)
def test_a_default_registry_applied_twice_is_applied_once(reference: ImageReference, default: Registry) -> None:
    once = reference.within(default)

    assert once == once.within(parse_registry("other.example/namespace"))


@given(references(), tags)
def test_a_tag_replaces_tag_and_digest_and_keeps_the_repository(reference: ImageReference, tag: str) -> None:
    tagged = reference.tagged(tag)

    assert (reference.repository, tag, None) == (tagged.repository, tagged.tag, tagged.digest)


@given(references())
def test_the_default_tag_is_given_only_where_there_is_neither_tag_nor_digest(reference: ImageReference) -> None:
    expected = "latest" if reference.tag is None and reference.digest is None else reference.tag

    assert expected == reference.with_default_tag().tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mnist", ImageReference("mnist", None, (), None, None)),
        ("mnist:v1.0", ImageReference("mnist", None, (), "v1.0", None)),
        ("me/mnist", ImageReference("mnist", None, ("me",), None, None)),
        ("me/team/mnist:1", ImageReference("mnist", None, ("me", "team"), "1", None)),
        ("gcr.io/mnist", ImageReference("mnist", "gcr.io", (), None, None)),
        ("gcr.io/me/mnist:1", ImageReference("mnist", "gcr.io", ("me",), "1", None)),
        ("localhost/mnist", ImageReference("mnist", "localhost", (), None, None)),
        ("localhost:5000/mnist:1", ImageReference("mnist", "localhost:5000", (), "1", None)),
        ("host:5000/a/b:c", ImageReference("b", "host:5000", ("a",), "c", None)),
        ("[::1]:5000/mnist", ImageReference("mnist", "[::1]:5000", (), None, None)),
        ("Host/mnist", ImageReference("mnist", "Host", (), None, None)),
        (f"mnist@{DIGEST}", ImageReference("mnist", None, (), None, DIGEST)),
        (f"gcr.io/mnist:1@{DIGEST}", ImageReference("mnist", "gcr.io", (), "1", DIGEST)),
        ("localhost", ImageReference("localhost", None, (), None, None)),
    ],
)
def test_the_parts_of_a_reference_are_told_apart(text: str, expected: ImageReference) -> None:
    assert expected == parse_reference(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("/mnist", "empty"),
        ("me/", "empty"),
        ("me//mnist", "empty"),
        ("Mnist", "capital"),
        ("me/Mnist", "capital"),
        ("mnist:", "not a tag"),
        ("mnist:-x", "not a tag"),
        ("mnist:a b", "not a tag"),
        ("mnist:1\n", "not a tag"),
        (f"mnist:{'x' * 129}", "not a tag"),
        ("mnist@", "not a digest"),
        ("mnist@sha256:beef", "not a digest"),
        ("-mnist", "not a valid name"),
        ("mnist-", "not a valid name"),
        ("mn..ist", "not a valid name"),
        ("mn___ist", "not a valid name"),
        ("mn ist", "not a valid name"),
        ("host:port/mnist", "not a registry"),
        ("gcr..io/mnist", "not a registry"),
        ("a__b.c/mnist", "not a registry"),
        ("x" * 256, "longer than 255"),
        ("https://gcr.io/mnist", "not a registry"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidReference, match=why):
        parse_reference(text)


def test_a_refusal_quotes_the_text() -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_reference("Data/Mnist")

    assert repr("Data/Mnist") in caught.value.what


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("mnist", False),
        ("mnist:1", False),
        (f"mnist@{DIGEST}", False),
        ("localhost/mnist", False),
        ("me/mnist", True),
        ("gcr.io/mnist", True),
        ("localhost:5000/mnist", True),
        ("localhost/me/mnist", True),
    ],
)
def test_a_reference_is_remote_with_a_registry_or_a_namespace(text: str, *, remote: bool) -> None:
    assert remote is parse_reference(text).is_remote


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gcr.io", "gcr.io/mnist"),
        ("gcr.io/", "gcr.io/mnist"),
        ("gcr.io/myproject", "gcr.io/myproject/mnist"),
        ("gcr.io/my/project/", "gcr.io/my/project/mnist"),
        ("localhost:5000", "localhost:5000/mnist"),
        ("myuser", "myuser/mnist"),
        ("my_user/team", "my_user/team/mnist"),
    ],
)
def test_a_default_registry_is_read_with_or_without_a_namespace(text: str, name: str) -> None:
    assert name == str(parse_reference("mnist", default_registry=parse_registry(text)))


def test_a_default_registry_without_a_host_is_a_namespace_of_the_engines_own_registry() -> None:
    reference = parse_reference("mnist", default_registry=parse_registry("myuser"))

    assert (reference.registry, reference.namespace) == (None, ("myuser",))


@pytest.mark.parametrize("text", ["", "/", "gcr.io//x", "gcr.io/My", "https://gcr.io", "a b", "gcr.io/x:1", "gcr.io:"])
def test_what_is_no_registry_is_refused(text: str) -> None:
    with pytest.raises(InvalidReference):
        parse_registry(text)


@pytest.mark.parametrize("text", [HEX, f"sha256:{HEX}"])
def test_a_whole_id_is_read_with_or_without_its_algorithm(text: str) -> None:
    assert f"sha256:{HEX}" == parse_image_id(text)


@pytest.mark.parametrize("text", [HEX[:63], HEX + "0", HEX.upper(), f"sha512:{HEX}", "mnist", f"mnist@{DIGEST}", ""])
def test_what_is_not_a_whole_id_is_none(text: str) -> None:
    assert parse_image_id(text) is None


@pytest.mark.parametrize("text", [HEX[:12], HEX, "sha256:abcd", f"sha256:{HEX}"])
def test_what_an_engine_prints_as_an_id_reads_as_one(text: str) -> None:
    assert reads_as_id(text)


@pytest.mark.parametrize("text", ["cafe", HEX[:11], "sha256:abc", "mnist", f"{HEX[:12]}:tag"])
def test_what_no_engine_prints_as_an_id_does_not_read_as_one(text: str) -> None:
    assert not reads_as_id(text)
