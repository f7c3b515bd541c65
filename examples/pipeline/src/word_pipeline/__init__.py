"""The words of a text, counted in three runs: each step's result is the input of the next."""

from __future__ import annotations

from dataclasses import dataclass

import jobber

STEPS = ("split", "count", "report")


@dataclass(frozen=True)
class Report:
    """The report about a text, and the result image that contains it."""

    words: int
    most_frequent: str
    image: str


def count_words(text: str, *, least: int = 1) -> Report:
    """Count the words of a text, the name of a data image with files in `/data`; those of `least` letters alone.

    Raises `jobber.JobFailed` for a step that fails, and any other `jobber.JobberError`.
    """
    split = jobber.run("words-split", command=[str(least)], inputs=[text], out="/split", check=True, quiet=True)
    counted = jobber.run("words-count", inputs=[split], out="/counted", check=True, quiet=True)
    reported = jobber.run("words-report", inputs=[counted], out="/report", check=True, quiet=True)
    return Report(
        words=int(reported.metrics["words"]),
        most_frequent=reported.files.read_text("most-frequent"),
        image=reported.id,
    )


def build_steps(folder: str) -> None:
    """Build the images of all steps from the directory that holds theirs."""
    for step in STEPS:
        jobber.build(f"{folder}/{step}", tag=f"words-{step}", quiet=True)
