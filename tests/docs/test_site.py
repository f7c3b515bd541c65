"""Tests of the documentation site: warnings of the build, links, and layout on a phone and on a wide screen."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from urllib.parse import unquote, urldefrag, urljoin

import pytest

ROOT = Path(__file__).parents[2]
_SECONDS = 240
_WIDTHS = (400, 1300)
_CONTRAST = 4.5
"""The minimum contrast of text (WCAG 2.2, success criterion 1.4.3)."""
_HARNESS = """
<!doctype html><meta charset="utf-8"><body><script>
const [pages, widths] = %s;
const wait = ms => new Promise(done => setTimeout(done, ms));
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map(it => (it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const over = ([r, g, b, a = 1], below) => [r, g, b].map((it, at) => it * a + below[at] * (1 - a));
const ground = (element, view) => {
  if (!element) return [255, 255, 255];
  const color = numbers(view.getComputedStyle(element).backgroundColor);
  return (color[3] ?? 1) === 1 ? color : over(color, ground(element.parentElement, view));
};
const contrast = (element, view) => {
  const below = ground(element, view);
  const [x, y] = [light(over(numbers(view.getComputedStyle(element).color), below)), light(below)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};
const shown = element => element.getClientRects().length > 0;
const look = (page, width, frame) => {
  const view = frame.contentWindow, root = frame.contentDocument.documentElement;
  const content = frame.contentDocument.querySelector("article");
  const all = [...content.querySelectorAll("*")].filter(shown);
  const texts = all.filter(it => !it.matches(".headerlink, button, svg, svg *") &&
    [...it.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
  const scrolls = it => ["auto", "scroll"].includes(view.getComputedStyle(it).overflowX);
  return {
    page, width,
    wide: root.scrollWidth > root.clientWidth,
    stiff: all.filter(it => it.matches("pre > code, table") && it.scrollWidth > content.clientWidth &&
      !scrolls(it) && !scrolls(it.parentElement) && !scrolls(it.parentElement.parentElement)).length,
    narrow: all.filter(it => it.matches("td") && it.textContent.length > 30 && it.clientWidth < 100)
      .map(it => it.textContent.slice(0, 40)),
    faint: [...new Set(texts.filter(it => contrast(it, view) < %s)
      .map(it => `${it.tagName}.${it.className} ${contrast(it, view).toFixed(2)}`))],
    scheme: frame.contentDocument.body.dataset.mdColorScheme,
  };
};
const visit = async (page, width) => {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 900px`;
  frame.src = page;
  const loaded = new Promise(done => frame.onload = done);
  document.body.append(frame);
  await loaded;
  await wait(50);
  const found = look(page, width, frame);
  frame.remove();
  return found;
};
addEventListener("load", async () => {
  const found = [];
  for (const width of widths) for (let at = 0; at < pages.length; at += 8)
    found.push(...await Promise.all(pages.slice(at, at + 8).map(page => visit(page, width))));
  await fetch("/", {method: "POST", body: JSON.stringify(found)});
});
</script>
"""


class Links(HTMLParser):
    """The links of a page and the anchors that other pages can link to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := of.get(name))}
        self.links += [value for name in ("href", "src") if (value := of.get(name)) and tag != "base"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site from a copy of the sources, so that tests that run at the same time do not disturb each other."""
    pytest.importorskip("mkdocs", reason="`make check` installs it")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("reference", "__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for words in (["docs/generate.py"], ["-m", "mkdocs", "build", "--strict", "--quiet"]):
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        ended = subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
    return folder / "build" / "site"


def test_site_has_a_page_for_each_document(site: Path) -> None:
    documents = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}

    assert {str(page) for page in documents if not (site / page).exists()} == set()
    assert (site / "reference" / "command.html").exists()


def test_links_and_anchors_of_the_site_lead_somewhere(site: Path) -> None:
    pages = {page: Links(page) for page in site.rglob("*.html") if page.name != "404.html"}
    broken = set()
    for page, found in pages.items():
        for link in found.links:
            target, anchor = urldefrag(urljoin(page.as_uri(), link))
            if not target.startswith("file:"):
                continue
            path = Path(unquote(target.removeprefix("file://")))
            path = path / "index.html" if path.is_dir() else path
            if not path.exists() or (path in pages and unquote(anchor) not in pages[path].anchors):
                broken.add((page.relative_to(site).as_posix(), link))

    assert len(pages) > 30
    assert broken == set()


def test_text_of_the_site_shows_no_markdown(site: Path) -> None:
    texts = {
        page.relative_to(site).as_posix(): re.sub(r"<pre.*?</pre>", "", page.read_text("utf-8"), flags=re.DOTALL)
        for page in site.rglob("*.html")
    }
    marks = re.compile(r"\\\||\]\([\w./#-]+\)|^#+ |```", re.MULTILINE)

    assert {page: found for page, text in texts.items() if (found := marks.findall(text))} == {}


@contextmanager
def _served(folder: Path, reports: Queue[bytes]) -> Iterator[str]:
    """Serve the site, and receive what the page of the harness posts."""

    class Handler(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            reports.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _look(browser: str, site: Path, profile: Path, *switches: str) -> list[dict[str, object]]:
    pages = sorted(page.relative_to(site).as_posix() for page in site.rglob("*.html") if page.name != "404.html")
    harness = site / "probe.html"
    harness.write_text(_HARNESS % (json.dumps([pages, _WIDTHS]), _CONTRAST), encoding="utf-8")
    reports: Queue[bytes] = Queue()
    with _served(site, reports) as address:
        words = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={profile}",
            "--window-size=1400,1000",
            "--remote-debugging-port=0",
            *switches,
            f"{address}/probe.html",
        ]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                found: list[dict[str, object]] = json.loads(reports.get(timeout=_SECONDS))
            finally:
                running.terminate()
                harness.unlink()
    assert len(found) == len(pages) * len(_WIDTHS)
    return found


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "value"), [("default", 1), ("slate", 0)], ids=["light", "dark"])
def test_pages_fit_and_are_readable(site: Path, browser: str, tmp_path: Path, scheme: str, value: int) -> None:
    found = _look(browser, site, tmp_path / "profile", f"--blink-settings=preferredColorScheme={value}")

    def only(fact: str) -> dict[str, object]:
        return {f"{one['page']} {one['width']}": one[fact] for one in found if one[fact]}

    assert {one["scheme"] for one in found} == {scheme}
    assert only("wide") == {}
    assert only("stiff") == {}
    assert only("narrow") == {}
    assert only("faint") == {}
