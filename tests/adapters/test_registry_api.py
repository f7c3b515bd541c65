"""Registries through their own API: credentials, checks, and the files of combined layers."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import struct
import sys
import tarfile
from collections.abc import Callable, Iterator
from importlib import import_module
from urllib.parse import parse_qs

import pytest
from registry_server import INDEX, Answer, Asked, RegistryServer, archive, serving

from jobber.adapters.registry_api import RegistryApi
from jobber.adapters.registry_api.place import RepositoryLocation, location_of
from jobber.domain.errors import ImageNotFound, PathNotFound, RegistryFailed
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import ImageReference, parse_reference

ME = Credentials("me", "the secret of me", origin="the test")
BASIC = "Basic " + base64.b64encode(b"me:the secret of me").decode()


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with serving() as registry:
        yield registry


def name(registry: RegistryServer, tag: str = "1") -> ImageReference:
    return parse_reference(f"{registry.host}/team/x:{tag}")


def files(registry: RegistryServer, path: str) -> dict[str, bytes | str | None]:
    """Return the tree at a path: files with their content, links with their target, directories with None."""
    pieces = RegistryApi().archive(name(registry), path=path, credentials=None)
    found: dict[str, bytes | str | None] = {}
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as opened:
        for member in opened:
            file = opened.extractfile(member) if member.isreg() or member.islnk() else None
            found[member.name] = file.read() if file else member.linkname if member.issym() else None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mnist", RepositoryLocation("registry-1.docker.io", "library/mnist", is_here=False)),
        ("docker.io/me/mnist:1", RepositoryLocation("registry-1.docker.io", "me/mnist", is_here=False)),
        ("gcr.io/me/mnist", RepositoryLocation("gcr.io", "me/mnist", is_here=False)),
        ("localhost:5000/mnist", RepositoryLocation("localhost:5000", "mnist", is_here=True)),
        ("127.1.2.3/me/mnist", RepositoryLocation("127.1.2.3", "me/mnist", is_here=True)),
        ("[::1]:5000/mnist", RepositoryLocation("[::1]:5000", "mnist", is_here=True)),
        ("10.0.0.1:5000/mnist", RepositoryLocation("10.0.0.1:5000", "mnist", is_here=False)),
    ],
)
def test_place_of_a_reference(text: str, expected: RepositoryLocation) -> None:
    assert location_of(parse_reference(text)) == expected


def test_description_says_what_the_configuration_says(registry: RegistryServer) -> None:
    digest = registry.image(archive({"a": "A"}), labels={"jobber.out": "/model"})
    image = RegistryApi().inspect(name(registry), credentials=None)

    assert image.labels == {"jobber.out": "/model"}
    assert image.digests == (f"{registry.host}/team/x@{digest}",)
    assert (image.configuration.command, image.platform) == (("run",), "linux/amd64")


def test_image_for_this_machine_is_taken_out_of_an_index(
    registry: RegistryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Machine:
        machine = "x86_64"

    monkeypatch.setattr("os.uname", Machine)
    digest = registry.image(archive({"a": "A"}), tag="own")
    entries = [
        {"digest": "sha256:" + "0" * 64, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": "sha256:" + "1" * 64, "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": digest, "platform": {"os": "linux", "architecture": "amd64"}},
    ]
    index = registry.manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    image = RegistryApi().inspect(name(registry), credentials=None)

    assert image.digests == tuple(f"{registry.host}/team/x@{each}" for each in (index, digest))


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (b"no JSON", "its manifest is not a JSON object"),
        (b"[]", "its manifest is not a JSON object"),
        (b'{"schemaVersion":1}', "its manifest has an obsolete format"),
        (b'{"schemaVersion":2}', "its manifest is not that of an image"),
        (b'{"config":{"digest":"sha256:0"},"layers":7}', "its manifest is not that of an image"),
        (b'{"manifests":[]}', "its index lists no image"),
        (b'{"manifests":[7]}', "its index lists no image"),
    ],
)
def test_manifest_that_is_none_is_told(registry: RegistryServer, manifest: bytes, why: str) -> None:
    registry.answers["/v2/team/x/manifests/1"] = Answer(manifest)
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=None)

    assert told.value.why == why


def test_manifest_with_another_digest_is_not_believed(registry: RegistryServer) -> None:
    digest = registry.image(archive({"a": "A"}))
    registry.answers[f"/v2/team/x/manifests/{digest}"] = Answer(b"{}")
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(parse_reference(f"{registry.host}/team/x@{digest}"), credentials=None)

    assert told.value.why == f"the content does not match the digest {digest[:19]}"


def test_configuration_of_something_else_is_told(registry: RegistryServer) -> None:
    registry.manifest({"config": registry.blob(b'{"a":1}'), "layers": []})
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=None)

    assert told.value.why == "its configuration is not that of a container image"


def test_password_is_sent_where_the_registry_asks_for_it(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    guard(registry, lambda asked: asked.headers.get("Authorization") == BASIC, challenge='Basic realm="x"')
    image = RegistryApi().inspect(name(registry), credentials=ME)

    assert image.platform == "linux/amd64"
    assert "Authorization" not in registry.asked[0].headers


@pytest.mark.parametrize("challenge", ['Basic realm="x"', 'Bearer realm="http://{host}/token",service="s"'])
def test_refusal_names_who_was_refused_and_never_the_password(registry: RegistryServer, challenge: str) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = Answer(b"{}", status=401)
    guard(registry, lambda _: False, challenge=challenge.format(host=registry.host))
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=ME)

    assert told.value.hint == "check the password (user me, from the test)"
    assert "secret" not in f"{told.value} {told.value.hint}"


def test_token_is_asked_for_once_with_the_password(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = Answer(b'{"token":"t"}')
    guard(registry, lambda asked: asked.headers.get("Authorization") == "Bearer t", challenge=bearer(registry))
    api = RegistryApi()
    api.inspect(name(registry), credentials=ME)
    api.inspect(name(registry), credentials=ME)
    (asked,) = [asked for asked in registry.asked if asked.path.startswith("/token")]

    assert parse_qs(asked.path.partition("?")[2]) == {
        "service": ["s"],
        "scope": ["repository:team/x:pull"],
        "account": ["me"],
    }
    assert asked.headers["Authorization"] == BASIC


def test_token_is_asked_for_by_nobody_in_particular(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = Answer(b'{"access_token":"t"}')
    guard(registry, lambda asked: asked.headers.get("Authorization") == "Bearer t", challenge=bearer(registry))
    RegistryApi().inspect(name(registry), credentials=None)

    assert [asked.headers.get("Authorization") for asked in registry.asked if "/token" in asked.path] == [None]


def test_identity_token_is_traded_for_a_token(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = Answer(b'{"access_token":"t"}')
    guard(registry, lambda asked: asked.headers.get("Authorization") == "Bearer t", challenge=bearer(registry))
    RegistryApi().inspect(name(registry), credentials=Credentials("", "", identity_token="of me", origin="a file"))
    (asked,) = [asked for asked in registry.asked if asked.path == "/token"]

    assert parse_qs(asked.body.decode())["refresh_token"] == ["of me"]
    assert parse_qs(asked.body.decode())["grant_type"] == ["refresh_token"]


def test_identity_token_that_is_too_old_is_told(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = Answer(b'{"error":"invalid_grant"}', status=400)
    guard(registry, lambda _: False, challenge=bearer(registry))
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=Credentials("", "", identity_token="of me", origin="a file"))

    assert told.value.hint == "log in again: the token is no longer accepted (a file)"


def test_token_that_ran_out_is_renewed(registry: RegistryServer) -> None:
    tokens = iter("abc")
    good = ["a"]
    registry.image(archive({"a": "A"}))
    registry.answers["/token"] = lambda _: Answer(json.dumps({"token": next(tokens)}).encode())
    guard(registry, lambda asked: asked.headers.get("Authorization") == f"Bearer {good[0]}", challenge=bearer(registry))
    api = RegistryApi()
    api.inspect(name(registry), credentials=None)
    good[0] = "b"

    assert api.inspect(name(registry), credentials=None).platform == "linux/amd64"


@pytest.mark.parametrize("realm", ["http://tokens.example/token", "ftp://127.0.0.1/token", ""])
def test_token_service_without_encryption_is_told_nothing(registry: RegistryServer, realm: str) -> None:
    registry.image(archive({"a": "A"}))
    guard(registry, lambda _: False, challenge=f'Bearer realm="{realm}"')
    with pytest.raises(RegistryFailed, match="is not encrypted"):
        RegistryApi().inspect(name(registry), credentials=ME)


def test_redirect_to_another_host_takes_no_password_along(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    with serving() as storage:
        for path, answer in [*registry.answers.items()]:
            if "/blobs/" in path:
                storage.answers[path] = answer
                registry.answers[path] = Answer(status=307, headers={"Location": f"http://{storage.host}{path}"})
        guard(registry, lambda asked: asked.headers.get("Authorization") == BASIC, challenge='Basic realm="x"')
        RegistryApi().inspect(name(registry), credentials=ME)

        assert len(storage.asked) == 1
        assert "Authorization" not in storage.asked[0].headers


def test_redirect_within_a_registry_takes_the_password_along(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A"}))
    registry.answers["/elsewhere"] = registry.answers["/v2/team/x/manifests/1"]
    registry.answers["/v2/team/x/manifests/1"] = Answer(status=307, headers={"Location": "/elsewhere"})
    guard(registry, lambda asked: asked.headers.get("Authorization") == BASIC, challenge='Basic realm="x"')

    assert RegistryApi().inspect(name(registry), credentials=ME).platform == "linux/amd64"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(b'{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}', status=429), "slow down"),
        (Answer(b'{"errors":[{"code":"UNKNOWN"}]}', status=500), "UNKNOWN"),
        (Answer(b"<html>", status=503), "it responds with status 503"),
        (Answer(b"<html>", status=403), "unauthorized"),
    ],
)
def test_what_a_registry_says_of_an_error_is_told(registry: RegistryServer, answer: Answer, why: str) -> None:
    registry.answers["/v2/team/x/manifests/1"] = answer
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=None)

    assert told.value.why == why


def test_registry_that_only_speaks_tls_on_this_machine_is_asked_so(registry: RegistryServer) -> None:
    answer = Answer(b"Client sent an HTTP request to an HTTPS server.\n", status=400)
    registry.answers["/v2/team/x/manifests/1"] = answer
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().inspect(name(registry), credentials=None)

    assert "ssl" in told.value.why.lower() or "wrong version" in told.value.why.lower()


def test_list_of_tags_goes_on_where_the_registry_says(registry: RegistryServer) -> None:
    link = '</v2/team/x/tags/list?last=b&n=2>; rel="next"'
    registry.answers["/v2/team/x/tags/list"] = Answer(b'{"tags":["a","b"]}', headers={"Link": link})
    registry.answers["/v2/team/x/tags/list?last=b&n=2"] = Answer(b'{"tags":["c","b"]}')

    assert RegistryApi().tags(name(registry), credentials=None) == ("a", "b", "c")


def test_repository_without_tags_has_none(registry: RegistryServer) -> None:
    registry.answers["/v2/team/x/tags/list"] = Answer(b'{"tags":null}')

    assert RegistryApi().tags(name(registry), credentials=None) == ()


def test_list_of_tags_that_is_none_is_told(registry: RegistryServer) -> None:
    registry.answers["/v2/team/x/tags/list"] = Answer(b"[]")
    with pytest.raises(RegistryFailed) as told:
        RegistryApi().tags(name(registry), credentials=None)

    assert told.value.why == "its list of tags is not valid JSON"


def test_upper_layers_take_away_what_lower_ones_have(registry: RegistryServer) -> None:
    registry.image(
        archive({"data": None, "data/lost": "1", "data/kept": "2", "data/old/x": "3", "data/now-a-file/x": "4"}),
        archive({"data": None, "data/.wh.lost": "", "data/old/.wh..wh..opq": "", "data/old/y": "5"}),
        archive({"./data/now-a-file": "6", "/data/new": "7"}),
    )

    assert files(registry, "/data") == {
        "data": None,
        "data/kept": b"2",
        "data/old/y": b"5",
        "data/now-a-file": b"6",
        "data/new": b"7",
    }


def test_whole_image_is_told_from_its_root(registry: RegistryServer) -> None:
    registry.image(archive({"a": "1", "b": None}), archive({".wh.a": "", "b/c": "2"}))

    assert files(registry, "/") == {"": None, "/b": None, "/b/c": b"2"}


def test_links_to_the_path_and_in_it_are_followed(registry: RegistryServer) -> None:
    registry.image(
        archive({"real/deep/x": "X", "link": ("soft", "real/deep"), "up": ("soft", "/link/../y"), "real/y": "Y"}),
        archive({"top": ("soft", "../../link/./x")}),
    )

    assert files(registry, "/link") == {"link": None, "link/x": b"X"}
    assert files(registry, "/top") == {"top": b"X"}
    assert files(registry, "/up") == {"up": b"Y"}


def test_links_inside_stay_links(registry: RegistryServer) -> None:
    registry.image(archive({"d": None, "d/x": "X", "d/soft": ("soft", "/etc/passwd"), "d/hard": ("hard", "d/x")}))

    assert files(registry, "/d") == {"d": None, "d/x": b"X", "d/soft": "/etc/passwd", "d/hard": b"X"}


def test_hard_links_to_what_lies_outside_or_was_replaced_have_its_content(registry: RegistryServer) -> None:
    registry.image(
        archive({"x": "X", "d/a": ("hard", "x"), "d/b": ("hard", "d/a"), "d/none": ("hard", "nowhere")}),
        archive({"x": "other"}),
    )

    assert files(registry, "/d") == {"d": None, "d/a": b"X", "d/b": b"X"}
    assert files(registry, "/d/b") == {"b": b"X"}


@pytest.mark.parametrize("path", ["/nowhere", "/ring", "/file/x", "/none", "/gone", "/replaced/x"])
def test_path_that_leads_nowhere_is_told(registry: RegistryServer, path: str) -> None:
    registry.image(
        archive({"ring": ("soft", "ring"), "gone": "x", "replaced/x": "x", "none": ("hard", "none")}),
        archive({"file": "F", ".wh.gone": "", "replaced": "R"}),
    )
    with pytest.raises(PathNotFound) as told:
        files(registry, path)

    assert told.value.path == path


def test_members_that_lead_out_of_a_layer_are_left_out(registry: RegistryServer) -> None:
    registry.image(archive({"d/x": "X", "d/../../etc/y": "Y"}))

    assert files(registry, "/") == {"": None, "/d/x": b"X"}


def test_file_of_the_top_layer_needs_no_other_layer(registry: RegistryServer) -> None:
    registry.image(archive({"big": "B"}), archive({"run.log": "said"}))
    registry.asked.clear()

    assert files(registry, "/run.log") == {"run.log": b"said"}
    assert len([asked for asked in registry.asked if "/blobs/" in asked.path]) == 1


def test_long_names_owners_and_modes_are_kept(registry: RegistryServer) -> None:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.PAX_FORMAT) as made:
        member = tarfile.TarInfo("d/" + "ä" * 120)
        member.mode, member.uid, member.gid, member.mtime = 0o4755, 1000, 1001, 77
        made.addfile(member)
    registry.image(octets.getvalue())
    pieces = RegistryApi().archive(name(registry), path="/d", credentials=None)
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as opened:
        _, told = opened.getmembers()

    assert (told.name, told.mode, told.uid, told.gid, told.mtime) == ("d/" + "ä" * 120, 0o4755, 1000, 1001, 77)


def test_layer_that_is_cut_short_is_told_before_anything_of_it(registry: RegistryServer) -> None:
    registry.image(archive({"a": "A" * 10_000}))
    for path, answer in [*registry.answers.items()]:
        if isinstance(answer, Answer) and answer.body.startswith(b"\x1f\x8b"):
            registry.answers[path] = Answer(answer.body[:-10])
    with pytest.raises(RegistryFailed, match="is truncated or corrupt"):
        files(registry, "/a")


def test_layer_that_is_no_archive_is_told(registry: RegistryServer) -> None:
    config = registry.blob(b"{}")
    registry.manifest({"config": config, "layers": [registry.blob(gzip.compress(b"x" * 2000))]})
    with pytest.raises(RegistryFailed, match="a layer of it can't be read"):
        files(registry, "/a")


def test_layer_without_compression_is_read(registry: RegistryServer) -> None:
    registry.manifest({"config": registry.blob(b"{}"), "layers": [registry.blob(archive({"a": "A"}))]})

    assert files(registry, "/a") == {"a": b"A"}


def zstd(*parts: bytes) -> bytes:
    """Compressed parts, a frame each, and between them one that readers skip, as `zstd:chunked` has it."""
    if sys.version_info >= (3, 14):
        compress = import_module("compression.zstd").compress
    else:
        compress = pytest.importorskip("zstandard").compress
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 3) + b"toc"
    return skipped.join(compress(part) for part in parts)


def test_layer_of_zstd_is_read_with_all_its_frames(registry: RegistryServer) -> None:
    large = os.urandom(1 << 19)
    layer = archive({"a": "A", "large": large.hex()})
    registry.manifest(
        {"config": registry.blob(b"{}"), "layers": [registry.blob(zstd(layer[:700], layer[700:9000], layer[9000:]))]}
    )

    assert files(registry, "/large") == {"large": large.hex().encode()}
    assert files(registry, "/a") == {"a": b"A"}


@pytest.mark.parametrize("spoil", [lambda octets: octets[:40], lambda octets: octets[:4] + b"x" * 100])
def test_layer_of_zstd_that_is_broken_is_told(registry: RegistryServer, spoil: Callable[[bytes], bytes]) -> None:
    octets = spoil(zstd(archive({"a": os.urandom(4000).hex()})))
    registry.manifest({"config": registry.blob(b"{}"), "layers": [registry.blob(octets)]})
    with pytest.raises(RegistryFailed, match="a layer of it can't be read"):
        files(registry, "/a")


def test_layer_that_this_python_can_t_read_says_what_to_do(
    registry: RegistryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("compression.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, module, None)
    registry.manifest({"config": registry.blob(b"{}"), "layers": [registry.blob(b"\x28\xb5\x2f\xfd....")]})
    with pytest.raises(RegistryFailed, match="zstd") as told:
        files(registry, "/a")

    assert told.value.hint == "install the package zstandard, use Python 3.14 or later, or pull the image"


def test_missing_image_is_not_found(registry: RegistryServer) -> None:
    for ask in (RegistryApi().inspect, RegistryApi().tags):
        with pytest.raises(ImageNotFound):
            ask(name(registry), credentials=None)


def bearer(registry: RegistryServer) -> str:
    return f'Bearer realm="http://{registry.host}/token",service="s",scope="repository:team/x:pull"'


def guard(registry: RegistryServer, lets_in: object, *, challenge: str) -> None:
    """Let all that is below /v2/ want authorization."""
    assert callable(lets_in)
    for path, answer in [*registry.answers.items()]:
        if path.startswith("/v2/"):

            def decide(asked: Asked, answer: object = answer) -> Answer:
                assert isinstance(answer, Answer)
                return answer if lets_in(asked) else Answer(status=401, headers={"WWW-Authenticate": challenge})

            registry.answers[path] = decide
