"""The page of a lineage in a real browser, without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeCommandLine, FakeEngine, Job

pytestmark = pytest.mark.browser
SECONDS = 120
_PROBE = """
<pre id="probed"></pre>
<script>
addEventListener("load", async () => {
  const report = [];
  const look = what => {
    const shown = element => element.getClientRects().length > 0;
    report.push({
      what,
      sections: [...document.querySelectorAll("section")].filter(shown).map(it => it.querySelector("h2").textContent),
      logs: [...document.querySelectorAll("pre.log")].filter(shown).map(it => it.textContent),
      chosen: [...document.querySelectorAll(".node.chosen")].map(it => it.querySelector("title").textContent),
      lit: document.querySelectorAll(".node.lit").length,
      boxes: [...document.querySelectorAll("svg .node")].filter(shown).length,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
      paper: getComputedStyle(document.querySelector("aside")).backgroundColor,
      ink: getComputedStyle(document.body).color,
      wide: document.documentElement.scrollWidth > innerWidth,
    });
  };
  const turn = () => new Promise(done => setTimeout(done, 60));
  const click = element => {
    element.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    return turn();
  };
  const named = (kind, name) => [...document.querySelectorAll(kind)].find(
    it => it.querySelector("title, h2").textContent === name);
  await turn();
  look("at first");
  await click(named(".node", "train:20260101_000003"));
  look("after a click");
  await click(named("section", "train:20260101_000003").querySelector("ul.origins a"));
  look("after a link");
  const before = document.querySelector("svg").getBoundingClientRect().width;
  await click(document.getElementById("larger"));
  report.push({what: "larger", by: document.querySelector("svg").getBoundingClientRect().width / before});
  document.getElementById("probed").textContent = JSON.stringify(report);
});
</script>
"""


def train(job: Job) -> int:
    job.say("epoch 1 <img src=x onerror=alert(1)>\n")
    job.sleep(3)
    return 0


@pytest.fixture(scope="module")
def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if "browser" in os.environ.get("JOBBER_TEST_REQUIRE", "").split(","):
        pytest.fail("a browser is required, and there is none: `make test` installs chromium")
    pytest.skip("no browser: `make test` installs chromium")


def probed(browser: str, page: str, folder: Path, *switches: str) -> tuple[list[dict[str, object]], str]:
    """Return the page as a browser renders it, and the browser's errors."""
    file = folder / "page.html"
    file.write_text(page.replace("</body>", f"{_PROBE}</body>"), encoding="utf-8")
    ended = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1280,800",
            "--virtual-time-budget=5000",
            *switches,
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    (report,) = re.findall(r'<pre id="probed">(.*?)</pre>', ended.stdout, re.DOTALL)
    found: list[dict[str, object]] = json.loads(unescape(report))
    return found, "\n".join(line for line in ended.stderr.splitlines() if "CONSOLE" in line)


@pytest.fixture
def page(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> str:
    jobber_engine.image("train", run=train)
    jobber_engine.image("digits", files={"/data/x": "X"})
    jobber_engine.image("words", files={"/data/x": "words"})
    jobber_cli("run", "-i", "digits", "-i", "words,dest=/words", "train", "--note", "</script><script>alert(1)")
    jobber_cli("run", "-i", "digits", "train:latest-run")
    jobber_cli("run", "-i", "words", "train:latest-run")
    jobber_engine.images.remove(parse_reference("words"))
    return jobber_cli("lineage", "train:latest-run", "--format", "html").out


def test_records_and_logs_are_a_click_away(page: str, browser: str, tmp_path: Path) -> None:
    (first, clicked, linked, larger), complaints = probed(browser, page, tmp_path)

    assert complaints == ""
    assert first["boxes"] == 6
    assert (first["sections"], first["lit"]) == (["train:20260101_000009, :latest-run"], 0)
    assert (clicked["sections"], clicked["chosen"]) == (["train:20260101_000003"], ["train:20260101_000003"])
    assert clicked["logs"] == ["epoch 1 <img src=x onerror=alert(1)>\n"]
    assert clicked["lit"] == 6
    assert (linked["sections"], linked["logs"]) == (["train:latest"], [])
    assert linked["lit"] == 4
    assert first["wide"] is False
    assert larger["by"] == pytest.approx(1.25, rel=0.01)


def test_page_is_dark_where_its_reader_is(page: str, browser: str, tmp_path: Path) -> None:
    (first, *_), _ = probed(browser, page, tmp_path, "--blink-settings=preferredColorScheme=0")

    assert first["dark"] is True
    assert (first["paper"], first["ink"]) == ("rgb(26, 32, 48)", "rgb(232, 235, 242)")
