"""`jobber lineage` in all its forms."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobber.cli.output.lineage.layout import BOX_HEIGHT, BOX_WIDTH, lay_out
from jobber.cli.output.lineage.logs import LARGEST, plain_text
from jobber.domain.errors import EngineFailed
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, Job

HOST = "registry.test:5000"
ODD = "</script><script>alert(1)</script>\"'`\\[#;&\n"
FORMATS = ("tree", "json", "dot", "mermaid", "svg", "html")


def train(job: Job) -> int:
    job.sleep(3)
    job.say("epoch 1 <b>\x1b[31mred\x1b[0m\nstep 1\rstep 2\r\n")
    job.files.write("/model/metrics.json", '{"accuracy": 0.93}')
    return 3 if "--fail" in job.argv else 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    """Two results, the second one of the first; and one of the data is gone."""
    jobber_engine.image("train", run=train)
    jobber_engine.image("digits", files={"/data/x": "X"})
    jobber_engine.image("words", files={"/data/x": "words"})
    jobber_cli("run", "-i", "digits", "-i", "words,dest=/words", "-o", "/model", "train", "--note", ODD)
    jobber_cli("run", "-i", "digits", "train:latest-run", "--fail", "x")
    jobber_engine.images.remove(parse_reference("words"))
    return jobber_cli


def ids(engine: FakeEngine, *names: str) -> list[str]:
    return [engine.images.inspect(parse_reference(name)).id[7:19] for name in names]


def test_tree_is_for_people(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    train_id, digits = ids(jobber_engine, "train", "digits")
    older, newer = (image[7:19] for image in jobber_engine.made)
    lines = cli("lineage", "train:latest-run", environment={"COLUMNS": ""}).out.splitlines()
    (words,) = re.findall(r"words, /data at /words  (\w{12})  missing", "\n".join(lines))

    assert lines == [
        f"train:20260101_000006, :latest-run  {newer}  failed (3) 0 seconds ago",
        f"├─ code   train:latest-run (now train:20260101_000003)  {older}  succeeded 3 seconds ago",
        f"│  ├─ code   train  {train_id}",
        f"│  ├─ input  digits, /data at /data  {digits}",
        f"│  └─ input  words, /data at /words  {words}  missing",
        f"└─ input  digits, /data at /data  {digits}",
    ]


def test_tree_down_tells_what_was_made(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    (digits,) = ids(jobber_engine, "digits")
    older, newer = (image[7:19] for image in jobber_engine.made)
    lines = cli("lineage", "--down", "digits", environment={"COLUMNS": ""}).out.splitlines()

    assert lines == [
        f"digits:latest  {digits}",
        f"├─ input of  train:20260101_000003  {older}  succeeded 3 seconds ago",
        f"│  └─ code of  train:20260101_000006, :latest-run  {newer}  failed (3) 0 seconds ago",
        f"└─ input of  train:20260101_000006, :latest-run  {newer}  failed (3) 0 seconds ago",
    ]


def test_what_was_told_is_not_told_again(cli: FakeCommandLine) -> None:
    cli("run", "-i", "train:20260101_000003,dest=/a", "train:20260101_000003")
    out = cli("lineage", "train:latest-run", environment={"COLUMNS": ""}).out

    assert out.count("(see above)") == 1
    assert out.count("words, /data at /words") == 1


def test_deep_tree_has_bounded_indentation(cli: FakeCommandLine) -> None:
    for _ in range(40):
        cli("run", "train:latest-run")
    out = cli("lineage", "train:latest-run", environment={"COLUMNS": ""}).out

    assert max(map(len, out.splitlines())) < 200
    assert "[40] " in out


def test_tree_fits_the_terminal(cli: FakeCommandLine) -> None:
    assert max(map(len, cli("lineage", "train:latest-run", environment={"COLUMNS": "40"}).out.splitlines())) == 40


def test_json_has_images_and_edges(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    found = json.loads(cli("lineage", "train:latest-run", "--json").out)
    older, newer = jobber_engine.made
    by_id = {image["id"]: image for image in found["images"]}
    (missing,) = (image for image in found["images"] if image["presence"] == "missing")

    assert (found["root"], found["direction"]) == (newer, "up")
    assert by_id[newer]["run"]["outcome"] == "failed"
    assert by_id[older]["run"]["parameters"] == {"note": ODD}
    assert (missing["tags"], missing["run"], missing["size"]) == ([], None, None)
    assert {"from": older, "to": newer, "role": "code", "ref": "train:latest-run", "src": None, "dest": None} in found[
        "edges"
    ]
    assert [edge["dest"] for edge in found["edges"] if edge["from"] == missing["id"]] == ["/words"]
    assert (
        cli("lineage", "train:latest-run", "--format", "json").out == cli("lineage", "train:latest-run", "--json").out
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("direction", [(), ("--down",)])
def test_every_form_is_of_every_image(name: str, direction: tuple[str, ...], cli: FakeCommandLine) -> None:
    for image in ("train:latest-run", "train", "digits"):
        drawn = cli("lineage", image, *direction, "--format", name)

        assert (drawn.exit_status, drawn.err) == (0, "")
        assert len(drawn.out) > 20


def test_dot_and_mermaid_name_each_image_once(cli: FakeCommandLine) -> None:
    dot = cli("lineage", "train:latest-run", "--format", "dot").out
    mermaid = cli("lineage", "train:latest-run", "--format", "mermaid").out

    assert dot.startswith("digraph lineage {\n")
    assert dot.endswith("}\n")
    assert (dot.count("[label="), dot.count(" -> ")) == (5, 5)
    assert dot.count("dashed];") + dot.count('dashed, label="') == 3
    assert mermaid.startswith("flowchart LR\n")
    assert len(re.findall(r"^  n\d\[", mermaid, re.MULTILINE)) == 5
    assert len(re.findall(r" (?:-->|-\.->)", mermaid)) == 5


def test_svg_is_well_formed_and_has_each_image_and_edge(cli: FakeCommandLine) -> None:
    root = ET.fromstring(cli("lineage", "train:latest-run", "--format", "svg").out)
    kinds = [element.get("class", "") for element in root.iter()]

    assert sum(kind.startswith("node ") for kind in kinds) == 5
    assert sum(kind.startswith("edge ") for kind in kinds) == 5
    assert "node failed root" in kinds
    assert "node image missing" in kinds


class _Page(HTMLParser):
    """The resources, the links and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts = 0
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_loads_nothing_and_is_led_astray_by_nothing(cli: FakeCommandLine) -> None:
    text = cli("lineage", "train:latest-run", "--format", "html").out
    page = _Page(text)

    assert page.scripts == 1
    assert {address[:1] for address in page.addresses} == {"#"}
    assert {address[1:] for address in page.addresses} <= set(page.ids)
    assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text) == []
    assert "default-src 'none'" in text
    assert len(page.ids) == len(set(page.ids))


def test_page_has_the_records_and_the_logs(cli: FakeCommandLine) -> None:
    page = _Page(cli("lineage", "train:latest-run", "--format", "html").out)

    assert "epoch 1 <b>red\nstep 2\n" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert "5 images, 2 runs, 1 missing" in page.text
    assert "\x1b" not in page.text


def test_log_that_can_t_be_read_is_told_in_its_place(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.fail("archive", EngineFailed("read a file", why="the disk is broken"), times=1)

    assert (
        "(the engine could not read a file: the disk is broken)"
        in cli("lineage", "train:latest-run", "--format", "html").out
    )


def test_log_in_a_registry_is_read_there(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image(f"{HOST}/team/train", run=train)
    cli("push", f"{HOST}/team/train")
    ran = cli("run", f"{HOST}/team/train")
    assert ran.image is not None
    jobber_engine.images.remove(ran.image.id)

    assert "epoch 1 &lt;b&gt;red" in cli("lineage", f"{HOST}/team/train:latest-run", "--format", "html").out


def test_long_log_has_its_end(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("talk", run=lambda job: job.say("x" * LARGEST + "the end\n"))
    jobber_cli("run", "talk")
    out = jobber_cli("lineage", "talk:latest-run", "--format", "html").out

    assert "(the first 8 bytes are omitted)\nxxx" in out
    assert "the end\n</pre>" in out
    assert len(out) < 2 * LARGEST


def test_output_goes_to_a_file(cli: FakeCommandLine) -> None:
    written = cli("lineage", "train:latest-run", "--format", "svg", "-o", "out.svg")

    assert (written.exit_status, written.out, written.err) == (0, "", "")
    assert (cli.directory / "out.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_file_that_can_t_be_written_is_told(cli: FakeCommandLine) -> None:
    ended = cli("lineage", "train", "--output", "no/such/place.svg")

    assert ended.exit_status == 1
    assert (
        ended.err
        == "error: no/such/place.svg can't be written: no such file or directory\nhint: give another --output\n"
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--json", "--format", "svg"), "--json and --format svg exclude each other"),
        (("--format", "pdf"), "pdf"),
    ],
)
def test_wrong_words_are_usage_errors(words: tuple[str, ...], complaint: str, cli: FakeCommandLine) -> None:
    ended = cli("lineage", "train", *words)

    assert ended.exit_status == 2
    assert complaint in ended.err


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"10%\r20%\r30%\n", "30%\n"),
        (b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b(", "red x\N{REPLACEMENT CHARACTER}("),
        (b"\xff\x00\x07\t", "\N{REPLACEMENT CHARACTER}" * 3 + "\t"),
    ],
)
def test_logs_are_plain_text(octets: bytes, text: str) -> None:
    assert plain_text(octets) == text


@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)))))
def test_boxes_never_lie_on_each_other_and_lines_lead_to_the_right(pairs: list[tuple[int, int]]) -> None:
    keys = [str(number) for number in range(12)]
    layout = lay_out(keys, [(str(start), str(end)) for start, end in pairs])
    corners = list(layout.boxes.values())

    assert set(layout.boxes) == set(keys)
    for number, (x, y) in enumerate(corners):
        assert 0 < x < x + BOX_WIDTH < layout.width
        assert 0 < y < y + BOX_HEIGHT < layout.height
        for other_x, other_y in corners[number + 1 :]:
            assert x != other_x or abs(y - other_y) >= BOX_HEIGHT
    for points in layout.lines.values():
        assert all(left[0] < right[0] for left, right in pairwise(points))


def test_graph_of_thousands_is_drawn() -> None:
    keys = [str(number) for number in range(4000)]
    pairs = [*pairwise(keys), *(("0", key) for key in keys[1:])]
    layout = lay_out(keys, pairs)

    assert len(layout.boxes) == 4000
    assert len(layout.lines) == len(set(pairs))


def test_output_of_a_lineage_is_a_path(cli: FakeCommandLine, tmp_path: Path) -> None:
    assert cli("lineage", "train", "-o", tmp_path / "x.txt").exit_status == 0
    assert (tmp_path / "x.txt").read_text(encoding="utf-8").startswith("train:latest  ")
