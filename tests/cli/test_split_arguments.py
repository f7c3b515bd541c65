"""Which words are jobber's and which the job's (docs/commands.md)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobber.cli.command_line.arguments import arguments_of
from jobber.cli.command_line.job_options import JobOptions
from jobber.cli.command_line.split_arguments import COMMANDS, GLOBAL, CommandLine, sort_words
from jobber.cli.commands.run import run
from jobber.domain.errors import UsageError

job_words = st.lists(
    st.text(max_size=8)
    | st.sampled_from(
        [
            "-v",
            "-o",
            "--out=/x",
            "--help",
            "-h",
            "--version",
            "--",
            "-c",
            "",
            "-",
            "run",
            "[1]",
            "{}",
            "a,b",
            "--no-push",
        ]
    ),
    max_size=6,
)
own_words = st.lists(
    st.sampled_from(
        [
            ("-v",),
            ("-o", "/model"),
            ("--out=/model",),
            ("-i", "mnist,src=/x"),
            ("-ri", "none"),
            ("-Xd", "-e A=B"),
            ("-XDocker=-e A=B",),
            ("--no-push",),
            ("-r", "gcr.io/me"),
            ("-rgcr.io",),
            ("--timeout", "5"),
            ("-o", "-v"),
        ]
    ),
    max_size=5,
).map(lambda groups: [word for group in groups for word in group])
images = st.sampled_from(["mnist", "gcr.io/me/mnist:v1", "run", "-", "", "build"])


@given(own_words, images, job_words)
def test_all_that_follows_the_image_belongs_to_the_job_word_for_word(
    own: list[str], image: str, job: list[str]
) -> None:
    line = sort_words(["run", *own, image, *job])

    assert ((image,), tuple(job)) == (line.operands, line.rest)


@given(own_words, images, job_words)
def test_what_precedes_the_image_is_read_the_same_whatever_the_job_is_given(
    own: list[str], image: str, job: list[str]
) -> None:
    assert sort_words(["run", *own, image]).options == sort_words(["run", *own, image, *job]).options


@given(images, job_words)
def test_two_dashes_before_the_image_are_not_the_jobs(image: str, job: list[str]) -> None:
    line = sort_words(["run", "-v", "--", image, *job])

    assert ((image,), tuple(job)) == (line.operands, line.rest)


@given(images, job_words)
@settings(max_examples=40)
def test_the_parser_behind_gives_the_job_its_words_unchanged(image: str, job: list[str]) -> None:
    assert arguments_of(run, sort_words(["run", image, *job]), environment={}) == ([image, *job], {})


@given(st.lists(st.text(alphabet="-eAB= [](){},\"'", max_size=12), max_size=3))
@settings(max_examples=40)
def test_the_parser_behind_gives_an_options_value_unchanged(values: list[str]) -> None:
    line = sort_words(["run", *(word for value in values for word in ("-Xd", value)), "mnist"])
    _, named = arguments_of(run, line, environment={})

    assert named.get("job", JobOptions()).xdocker == tuple(values)


def test_the_example_of_the_contract() -> None:
    line = sort_words("run mnist train.py -v -o x --help -- -c".split())

    assert CommandLine("run", (), ("mnist",), ("train.py", "-v", "-o", "x", "--help", "--", "-c")) == line


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("run -o /x", ("--out=/x",)),
        ("run -o/x", ("--out=/x",)),
        ("run -o=/x", ("--out=/x",)),
        ("run --out /x", ("--out=/x",)),
        ("run --out=/x", ("--out=/x",)),
        ("run --out=a=b", ("--out=a=b",)),
        ("run --out=", ("--out=",)),
        ("run -o -v", ("--out=-v",)),
        ("run -ri none", ("--result-image=none",)),
        ("run -ri=none", ("--result-image=none",)),
        ("run -Xd -eA=B", ("--Xdocker=-eA=B",)),
        ("run -XDocker x --Xdocker y", ("--Xdocker=x", "--Xdocker=y")),
        ("run -i a -i b", ("--in=a", "--in=b")),
        ("run -rgcr.io", ("--reg=gcr.io",)),
        ("-v run", ("--verbose",)),
        ("run -v", ("--verbose",)),
        ("-H tcp://x run -r gcr.io", ("--host=tcp://x", "--reg=gcr.io")),
        ("run --pull missing", ("--pull=missing",)),
        ("build --pull .", ("--pull",)),
        ("build -t a -t b:c", ("--tag=a", "--tag=b:c")),
        ("build . -t a", ("--tag=a",)),
    ],
)
def test_options_are_read_in_every_spelling(words: str, options: tuple[str, ...]) -> None:
    assert options == sort_words(words.split()).options


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-v", "--verbose", "-h", "--help"])
def test_global_flags_stand_before_a_command_or_after_it(command: str, option: str) -> None:
    assert sort_words([option, command]) == sort_words([command, option])


@pytest.mark.parametrize("option", sorted(GLOBAL.valued))
def test_global_options_stand_before_a_command_or_after_it(option: str) -> None:
    assert sort_words([option, "x", "run"]) == sort_words(["run", option, "x"])


def test_push_takes_all_its_references() -> None:
    assert CommandLine("push", ("--verbose",), ("a/b", "c/d")) == sort_words(["push", "a/b", "-v", "c/d"])


def test_a_command_behind_two_dashes_is_still_the_command() -> None:
    assert CommandLine("push", (), ("a/b",)) == sort_words(["--", "push", "a/b"])


def test_no_words_are_no_command() -> None:
    assert CommandLine(None) == sort_words([])


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("--nonsense", "unknown option --nonsense"),
        ("run --nonsense=1 mnist", "unknown option --nonsense"),
        ("push --no-push a/b", "unknown option --no-push"),
        ("-o /x run", "unknown option -o"),
        ("run -Xe mnist", "unknown option -Xe"),
        ("run -o", "option -o needs a value"),
        ("build --tag", "option --tag needs a value"),
        ("run --no-push=yes mnist", "option --no-push takes no value"),
        ("ruin mnist", "unknown command 'ruin'"),
        ("mnist", "unknown command 'mnist'"),
    ],
)
def test_what_is_not_understood_is_named(words: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        sort_words(words.split())

    assert what == caught.value.what


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("ruin mnist", "did you mean run?"),
        ("run --timeuot 5 mnist", "did you mean --timeout?"),
        ("build --tga x", "did you mean --tag?"),
        ("run -o", "see `jobber run --help`"),
        ("xyzzy", "see `jobber --help`"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_may_have_been_meant(words: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        sort_words(words.split())

    assert hint == caught.value.hint


@given(st.lists(st.text(max_size=6) | st.sampled_from(["run", "build", "-v", "-o", "--"]), max_size=5))
def test_any_command_line_is_sorted_or_refused(words: list[str]) -> None:
    try:
        line = sort_words(words)
    except UsageError:
        return

    assert line.command is None or line.command in COMMANDS
