"""Count the words of a text in three runs: the result of each step is the input of the next."""

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
    """Count the words with at least `least` letters in a text: a data image with files in `/data`.

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
    """Build the images of all steps from the subdirectories of a directory."""
    for step in STEPS:
        jobber.build(f"{folder}/{step}", tag=f"words-{step}", quiet=True)
