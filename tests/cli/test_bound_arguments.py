"""A command's function gets the same arguments as from cyclopts."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cyclopts import CycloptsError
from hypothesis import given, settings
from hypothesis import strategies as st

from jobber.cli.command_line.app import make_app
from jobber.cli.command_line.arguments import NotUnderstood, arguments_of
from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL, CommandLine, sort_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from cyclopts import App

_WORDS = [
    "",
    "a",
    "-",
    "mnist:v1",
    "/x,y",
    "[1]",
    "none",
    "json",
    "always",
    "tree",
    "ALWAYS",
    "timed-out",
    "0",
    "08",
    "4",
    "-4",
    "é",
]


def _command(name: str) -> Callable[..., Any]:
    command: Callable[..., Any] = getattr(import_module(f"jobber.cli.commands.{name}"), name)
    return command


def _bound(line: CommandLine, environment: dict[str, str]) -> dict[str, Any]:
    command = _command(line.command or "")
    positional, named = arguments_of(command, line, environment=environment)
    return signature(command).bind(*positional, **named).arguments


_app = cache(make_app)


def _bound_by_cyclopts(line: CommandLine) -> dict[str, Any]:
    app: App = _app(line.command or "")
    tokens = [line.command or "", *line.options, "--", *line.operands, *line.rest]
    _, bound, _ = app.parse_args(tokens, exit_on_error=False, print_error=False)
    return bound.arguments


@st.composite
def _lines(draw: st.DrawFn) -> CommandLine:
    name = draw(st.sampled_from([*COMMANDS]))
    syntax = GLOBAL.joined(COMMANDS[name])
    flags = sorted({*syntax.flags.values()} - {"--help", "--version", "--install-completion"})
    flag = st.sampled_from(flags)
    valued = st.builds("{}={}".format, st.sampled_from(sorted({*syntax.valued.values()})), st.sampled_from(_WORDS))
    words = draw(st.lists(flag | valued, max_size=4))
    operands = draw(st.lists(st.sampled_from(_WORDS), max_size=3))
    return sort_words([name, *words, "--", *operands])


@given(_lines(), st.sampled_from([None, "json", "console", "xml", ""]))
@settings(max_examples=400, deadline=None)
def test_arguments_are_those_of_cyclopts(line: CommandLine, log_format: str | None) -> None:
    environment = {} if log_format is None else {"JOBBER_LOG_FORMAT": log_format}
    try:
        ours = _bound(line, environment)
    except NotUnderstood:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JOBBER_LOG_FORMAT", raising=False)
        for variable, text in environment.items():
            patch.setenv(variable, text)
        try:
            theirs = _bound_by_cyclopts(line)
        except CycloptsError as error:
            pytest.fail(f"{line}: {error}")

    assert ours == {name: content for name, content in theirs.items() if content != ()}


@pytest.mark.parametrize(
    "words",
    [
        "run",
        "run mnist train.py --epochs 3 -v",
        "run -v -H host -r gcr.io/me -c a -c b --engine podman -i a -i b,src=/x -o /m -ri success mnist",
        "run -Xd '-e A=B' -t name --timeout 5 --pull never --no-push --iidfile x --dry-run --detach --reuse mnist",
        "build",
        "build . -t a -t b -f D --build-arg A=B --target x --platform y --secret id=a --no-cache --pull --no-push",
        "ls",
        "pipeline run train -f p.yml -p a=b -j 4 -k --from x --to y --only z --force w --no-reuse --json",
        "ls mnist --image a --input b --outcome timed-out --since 1h --param a=b --columns run,image --json",
        "ps",
        "show mnist --json",
        "cp mnist:/x .",
        "logs -f mnist",
        "diff a b --file x --all",
        "push a b c",
        "config --format json --origins",
        "export mnist --format slsa -o x",
        "lineage mnist --down --format dot",
        "rerun mnist --verify",
        "prune --results --keep-last 3 --older-than 8w --force -y --dry-run --json",
        "recover",
        "doctor --json",
        "attach id --since 1h",
        "stop id",
    ],
)
def test_usual_command_lines_are_understood(words: str) -> None:
    assert _bound(sort_words(words.split()), {}) is not None


@pytest.mark.parametrize(
    "words", ["show", "show a b", "ps a", "config --format xml", "config --format json --format json", "export mnist"]
)
def test_wrong_command_lines_are_left_to_cyclopts(words: str) -> None:
    with pytest.raises(NotUnderstood):
        _bound(sort_words(words.split()), {})


def test_values_have_the_types_of_the_annotations() -> None:
    bound = _bound(sort_words("build sub -t a -t b -f D -v".split()), {"JOBBER_LOG_FORMAT": "json"})

    assert bound == {
        "context": Path("sub"),
        "tag": ("a", "b"),
        "file": Path("D"),
        "options": GlobalOptions(verbose=True, log_format="json"),
    }
