"""`jobber ls`: a table for people, JSON for programs."""

from __future__ import annotations

import json

import pytest

from jobber.cli.command_line.completion import COLUMN_NAMES
from jobber.cli.output.columns import COLUMNS
from jobber.cli.output.table import Column, cut, table_lines, width_of
from jobber.domain.display import printable, size_in_words
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import RunEnding
from jobber.session.humanize import duration_in_words, image_name, number_in_words, outcome_in_words, tags_in_short
from jobber.testing import FakeClock, FakeCommandLine, FakeEngine, Job


def train(job: Job) -> int:
    job.sleep(3)
    words = dict(zip(job.argv[1::2], job.argv[2::2], strict=False))
    lr = float(words.get("--lr", "1"))
    job.files.write("/model/metrics.json", json.dumps({"accuracy": 1 - lr, "loss": lr}))
    return int(lr)


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=train)
    jobber_engine.image("digits", files={"/data/x": "X"})
    return jobber_cli


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_table_is_headed_and_newest_first(cli: FakeCommandLine, jobber_clock: FakeClock) -> None:
    cli("run", "-i", "digits", "train", "--lr", "0.5")
    jobber_clock.sleep(3600)
    cli("run", "train", "--lr", "2")
    jobber_clock.sleep(7200)
    listed = cli("ls", environment={"COLUMNS": "200"})
    heading, newer, older = listed.out.splitlines()

    assert listed.exit_status == 0
    assert heading.split() == ["RESULT", "TAGS", "ENDED", "TOOK", "OUTCOME", "COMMAND", "INPUTS", "IMAGE"]
    assert newer.split()[1:] == "train:20260101_010006, :latest-run 2 h ago 3.0 s failed (2) --lr 2 train".split()
    assert older.split()[1:] == "train:20260101_000003 3 h ago 3.0 s succeeded --lr 0.5 digits train".split()


def test_engine_without_results_has_a_heading_alone(cli: FakeCommandLine) -> None:
    assert lines(cli("ls").out) == [["RESULT", "TAGS", "ENDED", "TOOK", "OUTCOME", "COMMAND", "INPUTS", "IMAGE"]]
    assert cli("ls", "--json").out == "[]\n"


@pytest.mark.parametrize("columns", [20, 40, 79, 80, 120])
def test_no_line_is_wider_than_the_terminal(cli: FakeCommandLine, columns: int) -> None:
    cli("run", "-i", "digits", "train", "--lr", "0.1", "--name", "ö" * 300, "--wide", "日" * 100)
    out = cli("ls", "--metrics", environment={"COLUMNS": str(columns)}).out

    assert max(map(width_of, out.splitlines())) <= columns


@pytest.mark.parametrize("columns", ["", "100"])
def test_without_a_terminal_long_cells_are_cut_short_unless_that_is_not_wanted(
    cli: FakeCommandLine, columns: str
) -> None:
    ran = cli("run", "train", "--lr", "0.1", "--name", "n" * 300)
    assert ran.image is not None
    piped = cli("ls", environment={"COLUMNS": ""}).out
    whole = cli("ls", "--no-trunc", environment={"COLUMNS": columns}).out

    assert f"--lr 0.1 --name {'n' * 23}…  train\n" in piped
    assert f"--name {'n' * 300}  train\n" in whole
    assert whole.splitlines()[1].startswith(f"{ran.image.id}  ")


def test_without_a_terminal_a_long_tag_is_left_whole_and_others_are_left_out(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    name = "a-name-that-is-longer-than-forty-characters-are"
    jobber_engine.image(name, run=train)
    cli("run", name)
    out = cli("ls", environment={"COLUMNS": ""}).out

    assert f"  {name}:20260101_000003  " in out
    assert f"  {name[:39]}…\n" in out


def test_columns_are_chosen_by_their_names(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "train", "--lr", "0.5")
    words = ("--columns", "Tags,accuracy", "--columns=lr,options")
    heading, row = cli("ls", *words, environment={"COLUMNS": ""}).out.splitlines()

    assert heading.split() == ["TAGS", "accuracy", "lr", "OPTIONS"]
    assert row.split() == ["train:20260101_000003,", ":latest-run", "0.5", "0.5"]


def test_every_column_has_something_to_show(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "-i", "digits", "-Xd", "-e A=1", "train", "--lr", "0.5")
    heading, row = cli("ls", "--columns", ",".join(COLUMNS), environment={"COLUMNS": ""}).out.splitlines()

    assert heading.split() == [name.upper() for name in COLUMNS]
    assert "  docker 28.0" in row
    assert " 2026-01-01T00:00:00Z  2026-01-01T00:00:03Z " in row


def test_chosen_columns_are_followed_by_metrics_where_these_are_asked_for(cli: FakeCommandLine) -> None:
    cli("run", "-o", "/model", "train", "--lr", "0.5")
    heading = cli("ls", "--columns", "loss,tags", "--metrics").out.splitlines()[0]

    assert heading.split() == ["loss", "TAGS", "accuracy"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--columns", "tgas"), "error: no result has a column 'tgas'\nhint: did you mean tags?\n"),
        (("--columns", "acuracy"), "hint: did you mean accuracy?\n"),
        (("--columns", "zzz"), "hint: available: result, tags, "),
        (
            ("--columns", "tags,"),
            "error: --columns contains an empty name\nhint: for example --columns result,tags,ended\n",
        ),
        (("--columns", "tags", "--json"), "error: --columns and --json: JSON has everything\n"),
        (("--sort", "acuracy"), "hint: did you mean accuracy?\n"),
    ],
)
def test_names_that_no_column_has_are_an_error(cli: FakeCommandLine, words: tuple[str, ...], complaint: str) -> None:
    cli("run", "-o", "/model", "train", "--lr", "0.5")
    listed = cli("ls", *words)

    assert (listed.exit_status, listed.out) == (2, "")
    assert complaint in listed.err


def test_without_results_nobody_knows_which_metrics_there_are(cli: FakeCommandLine) -> None:
    assert cli("ls", "--columns", "tags,accuracy").out.split() == ["TAGS", "accuracy"]


def test_completion_knows_the_columns() -> None:
    assert list(COLUMNS) == list(COLUMN_NAMES)


def test_metrics_that_only_some_results_have_go_last(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    def other(job: Job) -> int:
        job.files.write("/model/metrics.json", json.dumps({"rare": 7, "loss": 2}))
        return 0

    jobber_engine.image("other", run=other)
    cli("run", "-o", "/model", "other")
    cli("run", "-o", "/model", "train", "--lr", "0.5")
    wide = cli("ls", "--metrics", environment={"COLUMNS": ""}).out.splitlines()
    chosen = cli("ls", "--metrics", "--sort", "rare", environment={"COLUMNS": ""}).out.splitlines()[0]
    narrow = cli("ls", "--metrics", environment={"COLUMNS": "79"}).out.splitlines()[0]

    assert wide[0].split()[5:] == ["loss", "COMMAND", "IMAGE", "accuracy", "rare"]
    assert chosen.split()[5:] == ["rare", "loss", "COMMAND", "IMAGE", "accuracy"]
    assert [word for word in narrow.split() if word not in wide[0].split()[:5]] == ["loss", "accuracy", "rare"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trian",), "no image on the engine is named trian\nhint: did you mean train?\n"),
        (("--input", "digist"), "no image on the engine is named digist\nhint: did you mean digits?\n"),
        (("--image", "trian"), "no image on the engine is named trian\nhint: did you mean train?\n"),
        (("nobody",), ""),
        (("digits",), ""),
        (("abcd1234-",), ""),
    ],
)
def test_name_by_which_nothing_is_found_gets_the_nearest(
    cli: FakeCommandLine, words: tuple[str, ...], told: str
) -> None:
    cli("run", "train", "--lr", "0.5")

    assert cli("ls", *words).err == told


def test_what_a_terminal_would_obey_is_not_printed(cli: FakeCommandLine) -> None:
    cli("run", "train", "--name", "\x1b[31mred\n\x07")
    out = cli("ls", environment={"COLUMNS": ""}).out

    assert "\x1b" not in out
    assert len(out.splitlines()) == 2
    assert r"\x1b[31mred" in out


def test_names_of_metrics_are_not_obeyed_by_a_terminal(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    def boast(job: Job) -> int:
        job.files.write("/model/metrics.json", json.dumps({"\x1b[32mgreen": 1, "\u202ertl": 2, "": 3}))
        return 0

    jobber_engine.image("boast", run=boast)
    cli("run", "-o", "/model", "boast")
    heading = cli("ls", "--metrics").out.splitlines()[0]
    unknown = cli("ls", "--sort", "nosuch").err.splitlines()

    assert "\\x1b[32mgreen  \\u202ertl" in heading
    assert unknown[1] == r"hint: available: time, duration, size, exit-status, '', '\x1b[32mgreen', '\u202ertl'"


def test_errors_are_not_obeyed_by_a_terminal(cli: FakeCommandLine) -> None:
    ran = cli("cp", "train:/a\x1b[31m\u202eb", "x")

    assert ran.err == "error: image train has no /a\\x1b[31m\\u202eb\n"


def test_metrics_are_columns_and_results_are_sorted_by_them(cli: FakeCommandLine) -> None:
    for lr in ("0.3", "0.1", "0.2"):
        cli("run", "-o", "/model", "train", "--lr", lr)
    cli("run", "train", "--other", "x")
    listed = lines(cli("ls", "--metrics", "--sort", "accuracy", environment={"COLUMNS": "200"}).out)
    sorted_alone = cli("ls", "--sort", "lr", "--reverse", environment={"COLUMNS": "200"}).out.splitlines()

    assert [word for word in listed[0] if word.islower()] == ["accuracy", "loss"]
    assert [line[line.index("succeeded") + 1] for line in listed[1:4]] == ["0.9", "0.8", "0.7"]
    assert "--other x" in " ".join(listed[4])
    assert sorted_alone[0].split()[5] == "lr"
    assert [line.partition("succeeded")[2].split()[0] for line in sorted_alone[1:4]] == ["0.1", "0.2", "0.3"]


def test_json_has_everything(cli: FakeCommandLine) -> None:
    ran = cli("run", "-o", "/model", "-i", "digits", "-Xd", "-e A=1 -e TOKEN=x", "train", "--lr", "0.5")
    (entry,) = json.loads(cli("ls", "--json").out)

    assert ran.image is not None
    assert (entry["id"], tuple(entry["tags"])) == (ran.image.id, ran.image.references)
    assert entry["parameters"] == {"A": "1", "TOKEN": "***", "lr": "0.5"}
    assert entry["metrics"] == {"accuracy": 0.5, "loss": 0.5}
    assert entry["inputs"][0]["ref"] == "digits:latest"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ((), 3),
        (("train",), 3),
        (("nobody",), 0),
        (("--image", "train"), 3),
        (("--input", "digits"), 1),
        (("--outcome", "failed"), 2),
        (("--outcome", "failed", "--outcome", "succeeded"), 3),
        (("--since", "130s"), 2),
        (("--since", "2026-01-01T00:02:00Z"), 1),
        (("--param", "lr=.50"), 1),
        (("--param", "lr"), 2),
        (("--param", "lr", "--outcome", "failed"), 1),
    ],
)
def test_filters(words: tuple[str, ...], number: int, cli: FakeCommandLine, jobber_clock: FakeClock) -> None:
    for run in (("-i", "digits", "train", "--lr", "0.5"), ("train", "--lr", "2"), ("train",)):
        cli("run", *run)
        jobber_clock.sleep(60)

    assert len(json.loads(cli("ls", *words, "--json").out)) == number


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("Train",), "error: not an image reference: 'Train': 'Train' has capital letters"),
        (("--since", "yesterday"), "error: --since 'yesterday' is not a time"),
        (("--param", "=1"), "error: --param '=1' has no parameter name"),
        (("--remote",), "error: --remote needs the name of a repository in a registry"),
        (("--sort", "acuracy"), "error: no result has a number 'acuracy' to sort by"),
        (("--image", "A B"), "error: not an image reference: 'A B'"),
    ],
)
def test_wrong_words_are_one_error_with_a_hint(words: tuple[str, ...], complaint: str, cli: FakeCommandLine) -> None:
    cli("run", "train")
    ended = cli("ls", *words)

    assert (ended.exit_status, ended.out) == (2, "")
    assert ended.err.startswith(complaint)
    assert len(ended.err.splitlines()) == 2


def test_results_of_a_registry_are_announced(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("registry.test:5000/team/train", run=train)
    cli("push", "registry.test:5000/team/train")
    ran = cli("run", "registry.test:5000/team/train")
    assert ran.image is not None
    jobber_engine.images.remove(ran.image.id)
    listed = cli("ls", "registry.test:5000/team/train")
    none = cli("ls", "registry.test:5000/team/train:latest")
    none_there = cli("ls", "--remote", "registry.test:5000/team/train", "--outcome", "succeeded")

    assert len(listed.out.splitlines()) == 2
    assert listed.err == "no such result on the engine: listing those in the registry, registry.test:5000/team/train\n"
    assert len(none.out.splitlines()) == len(none_there.out.splitlines()) == 1
    assert none.err == "no such result on the engine or in the registry, registry.test:5000/team/train\n"
    assert none_there.err == "no such result is in the registry, registry.test:5000/team/train\n"
    assert cli("ls", "--remote", "registry.test:5000/team/train").err == ""


@pytest.mark.parametrize("label", ["", "garbage", "[]", '{"id":7}', '{"jobber.part":"x"}', "null", '"x"', "\x00"])
def test_odd_labels_are_no_results(label: str, cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("odd", files={"/x": "x"}, labels={"jobber.run": label, "jobber.metrics": label})

    assert cli("ls", "--json").out == "[]\n"


def test_halves_of_characters_are_told_as_escapes(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "train", "--name", "x")
    assert ran.image is not None
    record = json.loads(ran.image.labels["jobber.run"]) | {"id": "odd", "command": ["--name", "\ud800"]}
    jobber_engine.image("odd", files={"/x": "x"}, labels={"jobber.run": json.dumps(record)})
    found = {entry["run"]: entry["parameters"] for entry in json.loads(cli("ls", "--json").out)}

    assert found["odd"] == {"name": "\ud800"}
    for words in (("ls",), ("show", "odd"), ("show", "odd", "--json"), ("lineage", "odd", "--format", "html")):
        assert cli(*words).exit_status == 0


def test_image_that_is_built_from_a_result_is_none(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    ran = cli("run", "train")
    assert ran.image is not None
    jobber_engine.clock.sleep(1)
    jobber_engine.image("derived", base=ran.image.id, files={"/more": "x"})
    again = cli("run", "train:latest-run")
    assert again.image is not None

    assert [entry["id"] for entry in json.loads(cli("ls", "--json").out)] == [again.image.id, ran.image.id]


def test_narrow_columns_are_left_out_before_numbers() -> None:
    columns = (Column("A"), Column("LONG", least=8), Column("LAST", least=8), Column("N", is_number=True))
    rows = [("a", "l" * 30, "m" * 30, "12345")]

    assert list(table_lines(columns, rows, width=28)) == [
        "A  LONG      LAST          N",
        "a  lllllll…  mmmmmmm…  12345",
    ]
    assert list(table_lines(columns, rows, width=18)) == ["A  LONG          N", "a  lllllll…  12345"]
    assert list(table_lines(columns, rows, width=9)) == ["A      N", "a  12345"]
    assert list(table_lines(columns, rows, width=6)) == ["A    …", "a  12…"]


def test_columns_with_nothing_to_show_are_left_out() -> None:
    columns = (Column("A"), Column("B"), Column("C"))

    assert list(table_lines(columns, [("a", "", "c")], width=None)) == ["A  C", "a  c"]
    assert list(table_lines(columns, [], width=None)) == ["A  B  C"]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 4, "日…"),
        ("日本", 4, "日本"),
        ("é" * 3, 2, "é…"),
        ("ab", 0, "…"),
    ],
)
def test_text_is_cut_by_the_columns_that_it_takes(text: str, width: int, expected: str) -> None:
    assert cut(text, width) == expected


def test_combining_characters_take_no_column() -> None:
    assert width_of("e\u0301") == 1


def test_printable_text_is_one_line() -> None:
    assert printable("a\tb\nc\x1b\u202e\ud800") == "a b c\\x1b\\u202e" + printable("\ud800")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (12.2, "12 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (7980, "2 h 13 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (12345, "12.3 kB"),
        (999_960, "1 MB"),
        (5.4e9, "5.4 GB"),
        (-2e9, "-2 GB"),
        (1e18, "1e+03 PB"),
    ],
)
def test_sizes(octets: float, words: str) -> None:
    assert size_in_words(octets) == words


def test_names_outcomes_and_numbers_in_short() -> None:
    from datetime import UTC, datetime

    moment = datetime(2026, 1, 1, tzinfo=UTC)

    assert image_name("train:latest") == "train"
    assert image_name("sha256:" + "ab" * 32) == "ab" * 6
    assert tags_in_short(("a:latest-run", "a:2", "b:2")) == "a:2, b:2, :latest-run"
    assert outcome_in_words(RunEnding(moment, moment, Outcome.INTERRUPTED, 0)) == "interrupted"
    assert outcome_in_words(RunEnding(moment, moment, Outcome.FAILED, 3)) == "failed (3)"
    assert (number_in_words(3), number_in_words(0.123456789)) == ("3", "0.123457")
