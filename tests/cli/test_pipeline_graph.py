"""The graph of a pipeline, as text and as a page in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from jobber.testing import FakeCommandLine, FakeEngine, Job

_FILE = """\
jobs:
  steps: {build: steps}
  prepare: {image: steps, cmd: "job '<b>&\\"'", out: /out}
  train:
    matrix: {model: [cnn, mlp]}
    image: steps
    cmd: [job, "${model}"]
    inputs: [prepare]
    out: /out
  compare: {image: steps, cmd: job, inputs: ["train[*],dest=/runs", "prepare,dest=/prepared"], out: /out}
"""
_PROBE = """
<pre id="probed"></pre>
<script>
addEventListener("load", async () => {
  const shown = element => element.getClientRects().length > 0;
  const turn = () => new Promise(done => setTimeout(done, 60));
  await turn();
  const look = () => ({
    sections: [...document.querySelectorAll("section")].filter(shown).map(it => it.querySelector("h2").textContent),
    boxes: [...document.querySelectorAll("svg .node")].filter(shown).length,
    lit: document.querySelectorAll(".node.lit").length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    wide: document.documentElement.scrollWidth > innerWidth,
    width: innerWidth,
    colours: [...new Set([...document.querySelectorAll(".stripe")].map(it => getComputedStyle(it).fill))],
    command: document.querySelector("section:target code, section.root code")?.textContent,
  });
  const report = [look()];
  const node = [...document.querySelectorAll(".node")].find(it => it.querySelector(".name").textContent === "prepare");
  node.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
  await turn();
  report.push(look());
  document.getElementById("probed").textContent = JSON.stringify(report);
});
</script>
"""


def _job(job: Job) -> int:
    job.files.write("/out/x", " ".join(job.argv))
    return 1 if "mlp" in job.argv else 0


@pytest.fixture
def graph(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> FakeCommandLine:
    jobber_engine.image("base", run=_job)
    folder = jobber_cli.directory
    (folder / "steps").mkdir()
    (folder / "steps" / "Dockerfile").write_text("FROM base\nCOPY Dockerfile /steps/\n")
    (folder / "jobber-pipeline.yml").write_text(_FILE)
    return jobber_cli


def test_tree_has_each_job_below_those_that_need_it(graph: FakeCommandLine) -> None:
    graph("pipeline", "run", "-k")
    lines = graph("pipeline", "graph").out.splitlines()

    assert lines[0].startswith("compare  stale")
    assert any("train[mlp] at /runs/mlp  failed" in line for line in lines)
    assert any("prepare at /data  fresh" in line and "(see above)" in line for line in lines)
    assert any("code   steps" in line for line in lines)


def test_formats_for_programs_have_all_jobs_edges_and_states(graph: FakeCommandLine) -> None:
    dot = graph("pipeline", "graph", "--format", "dot").out
    mermaid = graph("pipeline", "graph", "--format", "mermaid").out
    svg = graph("pipeline", "graph", "--format", "svg").out

    assert dot.startswith("digraph pipeline {")
    assert dot.count(" -> ") == mermaid.count("-->") + mermaid.count("-.->") == 9
    assert 'label="/runs/cnn"' in dot
    assert 'n2["train[cnn]<br>stale' in mermaid
    assert "class n0,n1,n2,n3,n4 stale" in mermaid
    assert svg.count('class="node stale"') == 5


def test_graph_goes_to_a_file(graph: FakeCommandLine) -> None:
    file = graph.directory / "graph.html"
    done = graph("pipeline", "graph", "--format", "html", "-o", str(file))
    page = file.read_text()

    assert (done.exit_status, done.out) == (0, "")
    assert "5 jobs, 5 stale" in page
    assert "<b>&" not in page
    assert "can't be written: is a directory" in graph("pipeline", "graph", "-o", str(graph.directory)).err


@pytest.mark.browser
@pytest.mark.parametrize("width", [1300, 400])
@pytest.mark.parametrize("is_dark", [False, True])
def test_page_shows_jobs_and_their_facts(
    graph: FakeCommandLine, browser: str, tmp_path: Path, *, width: int, is_dark: bool
) -> None:
    graph("pipeline", "run", "-k")
    page = graph("pipeline", "graph", "--format", "html").out
    switches = ["--blink-settings=preferredColorScheme=0"] if is_dark else []
    (first, clicked), console_messages = _probed(browser, page, tmp_path, f"--window-size={width},800", *switches)

    assert console_messages == ""
    assert (first["boxes"], first["sections"]) == (5, ["train[mlp]"])
    assert (first["dark"], first["wide"]) == (is_dark, False)
    assert isinstance(first["colours"], list)
    assert len(first["colours"]) == 3
    assert (clicked["sections"], clicked["lit"]) == (["prepare"], 5)
    assert clicked["command"] == "job '<b>&\"'"


def _probed(browser: str, page: str, folder: Path, *switches: str) -> tuple[list[dict[str, object]], str]:
    file = folder / "page.html"
    file.write_text(page.replace("</body>", f"{_PROBE}</body>"), encoding="utf-8")
    ended = subprocess.run(
        [
            browser,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}"),
            *("--virtual-time-budget=5000", *switches, "--dump-dom", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    (report,) = re.findall(r'<pre id="probed">(.*?)</pre>', ended.stdout, re.DOTALL)
    found: list[dict[str, object]] = json.loads(unescape(report))
    return found, "\n".join(line for line in ended.stderr.splitlines() if "CONSOLE" in line)
