"""The display of runs and results in a notebook."""

from __future__ import annotations

import pytest

import jobber
from jobber.api.notebook_progress import Html, NotebookProgress, notebook_display
from jobber.testing import FakeEngine


class Shown:
    """A place in a notebook: what is shown there, one after the other."""

    def __init__(self) -> None:
        self.places: list[list[str]] = []

    def display(self, html: Html) -> Shown:
        self.places.append([html._repr_html_()])
        return self

    def update(self, shown: Html) -> None:
        self.places[-1].append(shown._repr_html_())


def test_steps_replace_each_other_and_notes_stay() -> None:
    shown = Shown()
    progress = NotebookProgress(shown.display)
    progress.step("pulling <x>")
    progress.warn("volumes-lost", volumes="/v")
    progress.call("engine-call", call="GET /")
    progress.build_output(b"x")
    progress.clear()
    progress.note("pushed", reference="a/b", digest="sha256:1")

    assert len(shown.places) == 1
    assert shown.places[0][0] == "<i>pulling &lt;x&gt;</i>"
    assert shown.places[0][-1].endswith("<br>pushed a/b sha256:1")
    assert shown.places[0][-1].startswith("<b>warning:</b> files that the job writes to /v")


def test_there_is_no_notebook_here() -> None:
    assert notebook_display() is None


def test_result_is_a_table(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("show", run=lambda job: job.say("<b>\n"))
    jobber_engine.image("digits", files={"/data/x": "X"})
    table = jobber.run("show", inputs=["digits"], command=["/bin/program", "a"], quiet=True)._repr_html_()

    for text in ("succeeded (exit status 0)", "show:latest-run", "digits:latest at /data", "&lt;b&gt;"):
        assert text in table
    assert "<b>" not in table


@pytest.mark.parametrize("reuse", [False, True])
def test_log_of_any_length_is_shown_by_its_end(jobber_engine: FakeEngine, *, reuse: bool) -> None:
    jobber_engine.image("long", run=lambda job: job.say("first\n" + "é" * 3_000_000 + "end"))
    result = jobber.run("long", quiet=True)
    table = (jobber.run("long", reuse=True, quiet=True) if reuse else result)._repr_html_()

    assert "<pre>…éé" in table
    assert "éend</pre>" in table
    assert len(table) < 10_000


def test_only_the_end_of_a_log_is_read(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("long", run=lambda job: job.say("0123456789"))
    result = jobber.run("long", quiet=True)

    assert (result.said(last=3), result.said(last=99), result.said()) == (b"789", b"0123456789", b"0123456789")


def test_result_without_an_image_is_a_table(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("show", run=lambda job: job.exit(2))

    assert "failed (exit status 2)" in jobber.run("show", result_image="none", quiet=True)._repr_html_()


def test_image_is_a_table_of_what_there_is(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("digits", files={"/data/x": "X"})

    assert jobber.image("digits")._repr_html_().count("<tr>") == 2


@pytest.mark.parametrize("name", ["Image", "Result"])
def test_notebooks_are_not_loaded_by_what_has_a_table(name: str) -> None:
    assert "notebook" not in str(getattr(jobber, name).__module__)
