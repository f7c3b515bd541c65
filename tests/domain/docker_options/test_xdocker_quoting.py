"""Fields with a comma that are not quoted: the error shows the quoting that is meant."""

from __future__ import annotations

import pytest
from options_reading import read, refusal

from jobber.domain.docker_options import split_words


@pytest.mark.parametrize(
    ("option", "text", "why", "meant"),
    [
        ("--gpus", "device=0,1", "a count and devices exclude each other", '"device=0,1"'),
        ("--gpus", "device=0,1,2", "count is given twice", '"device=0,1,2"'),
        ("--gpus", "device=GPU-1,GPU-2", "a count and devices exclude each other", '"device=GPU-1,GPU-2"'),
        (
            "--gpus",
            "driver=nvidia,capabilities=compute,utility",
            "'utility' is neither all, nor a number, nor device=…",
            'driver=nvidia,"capabilities=compute,utility"',
        ),
        (
            "--gpus",
            "all,options=a=1,b=2",
            "'b' is not a key: count, device, capabilities, driver or options",
            'all,"options=a=1,b=2"',
        ),
        ("--mount", "type=bind,src=/a,b,dst=/x", "'b' is not a KEY=VALUE", 'type=bind,"src=/a,b",dst=/x'),
        ("--mount", "type=bind,src=/a's,b,dst=/x", "'b' is not a KEY=VALUE", 'type=bind,"src=/a\'s,b",dst=/x'),
        (
            "--mount",
            "dst=/x,volume-opt=type=nfs,volume-opt=o=addr=host,rw,vers=4",
            "'rw' is not a KEY=VALUE",
            'dst=/x,volume-opt=type=nfs,"volume-opt=o=addr=host,rw,vers=4"',
        ),
    ],
)
def test_hint_shows_the_quoting_that_is_meant(option: str, text: str, why: str, meant: str) -> None:
    refused = refusal(f'{option} "{text}"')
    assert refused[1] is not None
    head, _, on_command_line = refused[1].partition(" in a file, ")
    in_file = head.removeprefix("quote a field that contains a comma: ")

    assert refused[0] == f"{option}: {why}"
    assert split_words(in_file) == (option, meant)
    assert split_words(on_command_line.removesuffix(" on a command line")) == ("-Xd", in_file)
    read(in_file)


@pytest.mark.parametrize(
    "text", ["--gpus 1,2", "--gpus 'count=2,device=0'", "--mount 'type=bind,b'", "--mount 'dst=/x,\"a'"]
)
def test_nothing_is_guessed_where_no_quoting_would_do(text: str) -> None:
    assert refusal(text)[1] is None


def test_hint_holds_no_password() -> None:
    _, hint = refusal("--mount 'dst=/x,volume-opt=o=username=me,password=hidden,vers=3'")

    assert hint == "quote a field that contains a comma, its key included: '\"KEY=A,B\",KEY=C'"
