"""Messages of registries and engines: redacted, as the right error class, and as progress by layer."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.adapters.credentials.redaction import masked
from jobber.adapters.engine_api.layer_progress import LayerProgress
from jobber.adapters.engine_api.registry_errors import refusal
from jobber.adapters.podman.translate import copy_cause, registry_cause
from jobber.domain.errors import (
    PullLoginExpired,
    PullRefused,
    PullUnauthorized,
    PushedImageMissing,
    PushLoginExpired,
    PushRefused,
    PushUnauthorized,
)
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.reference import parse_reference

KNOWN = Credentials("user", 'pass/word"+', origin="the test")


@pytest.mark.parametrize(
    "secret",
    [
        KNOWN.password,
        quote(KNOWN.password, safe=""),
        json.dumps(KNOWN.password)[1:-1],
        base64.b64encode(f"user:{KNOWN.password}".encode()).decode(),
    ],
)
def test_password_is_masked_in_each_of_its_forms(secret: str) -> None:
    assert masked(f"failed with {secret} there", [KNOWN]) == "failed with *** there"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Get https://me:s3cret@r.test/v2/", "Get https://***@r.test/v2/"),
        ("Authorization: Bearer abcdef.ghijkl", "Authorization: Bearer ***"),
        ("/token?service=x&access_token=abc&y", "/token?service=x&access_token=***&y"),
        ("basic auth required", "basic auth required"),
        ("no such host r.test:5000", "no such host r.test:5000"),
    ],
)
def test_what_reads_as_a_secret_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(password=st.text(st.characters(exclude_characters="*"), min_size=4), before=st.text(), after=st.text())
def test_no_text_keeps_the_password(password: str, before: str, after: str) -> None:
    known = Credentials("u", password, identity_token=password[::-1])
    text = masked(f"{before}{password}{after}", [known])

    assert password not in text


@pytest.mark.parametrize("secret", ["e", "no", "pwd", "."])
def test_short_password_spares_the_words_that_hold_it(secret: str) -> None:
    text = "denied. unknown endpoint pwdx 1.2"

    assert masked(text, [Credentials("u", secret)]) == text


@pytest.mark.parametrize("secret", ["e", "no", "pwd", "/", '"', "é", "a b"])
@pytest.mark.parametrize("text", ["failed with {} there", "u:{}@r.test", "password '{}' is wrong", "{}", "Secret:{}\n"])
def test_short_password_that_stands_alone_is_masked(secret: str, text: str) -> None:
    known = Credentials("u", secret)

    assert masked(text.format(secret), [known]) == text.format("***")
    assert masked(text.format(quote(secret, safe="")), [known]) == text.format("***")


def test_short_password_is_masked_in_its_pair() -> None:
    pair = base64.b64encode(b"u:e").decode()

    assert masked(f"x{pair}y", [Credentials("u", "e")]) == "x***y"


@pytest.mark.parametrize(
    ("why", "pulled", "pushed"),
    [
        ("unauthorized: authentication required", PullUnauthorized, PushUnauthorized),
        ("denied: requested access to the resource is denied", PullUnauthorized, PushUnauthorized),
        ("no basic auth credentials", PullUnauthorized, PushUnauthorized),
        ("unauthorized: the token has expired", PullLoginExpired, PushLoginExpired),
        ("oauth2: invalid_grant", PullLoginExpired, PushLoginExpired),
        ("x509: certificate has expired or is not yet valid", PullRefused, PushRefused),
        ("dial tcp 10.4.0.1:403: connect: connection refused", PullRefused, PushRefused),
        ("received unexpected HTTP status: 401 Unauthorized", PullUnauthorized, PushUnauthorized),
        ("manifest unknown", PullRefused, PushRefused),
        ("An image does not exist locally with the tag: x", PullRefused, PushedImageMissing),
    ],
)
def test_refusals_are_told_apart(why: str, pulled: type[PullRefused], pushed: type[PushRefused]) -> None:
    name = parse_reference("r.test/x")

    assert type(refusal(PullRefused, name, why, KNOWN)) is pulled
    assert type(refusal(PushRefused, name, why, KNOWN)) is pushed


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        (
            "trying to reuse blob sha256:5 at destination: checking whether a blob sha256:5 exists in r.test/x: denied",
            "denied",
        ),
        ("initializing source docker://r.test/x:1: reading manifest 1 in r.test/x: unauthorized", "unauthorized"),
        ("writing blob: uploading layer chunked: denied", "writing blob: uploading layer chunked: denied"),
    ],
)
def test_podmans_causes_are_found(why: str, cause: str) -> None:
    assert registry_cause(why) == cause


def test_what_podman_knows_about_a_request_is_no_cause() -> None:
    why = (
        'error during bulk transfer for copier.request{Request:"PUT", Globs:[]string{}, PutOptions:copier.PutOptions{'
        "ChownDirs:(*idtools.IDPair)(0xc0000e78c0)}}: copier: put: write /run.log: no space left on device"
    )

    assert copy_cause(why) == "copier: put: write /run.log: no space left on device"


def test_progress_counts_layers_and_says_nothing_twice() -> None:
    progress = LayerProgress("pushing x")
    events: list[dict[str, Any]] = [
        {"status": "The push refers to repository [r.test/x]"},
        {"id": "aaa", "status": "Preparing"},
        {"id": "bbb", "status": "Preparing"},
        {"id": "aaa", "status": "Pushing", "progressDetail": {"current": 512, "total": 1024}},
        {"id": "aaa", "status": "Pushing", "progressDetail": {"current": 513, "total": 1024}},
        {"id": "aaa", "status": "Pushed"},
        {"id": "bbb", "status": "Layer already exists"},
        {"progressDetail": {}, "aux": {"Digest": "sha256:0"}},
    ]

    assert [progress.tell(event) for event in events][1:] == [
        "pushing x 0/1 layers aaa Preparing",
        "pushing x 0/2 layers bbb Preparing",
        "pushing x 0/2 layers aaa Pushing 50%",
        None,
        "pushing x 1/2 layers aaa Pushed",
        "pushing x 2/2 layers bbb Layer already exists",
        None,
    ]
