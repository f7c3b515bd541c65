"""The pipeline on jobber's fake, in milliseconds; with `--jobber-engine=docker`, on the real thing."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import jobber
from jobber.testing import EngineUnderTest, Job
from word_pipeline import count_words

IMAGES = Path(__file__).parents[1] / "images"
TEXT = "The fox saw a fox, and the dog saw the fox."


def split(job: Job) -> int:
    """The shell script of that name, for the fake."""
    words = re.findall("[a-z]+", job.files.read("/data/text").decode().lower())
    job.files.write("/split/words", "".join(f"{word}\n" for word in words if len(word) >= int(job.argv[1])))
    return 0


def count(job: Job) -> int:
    """The shell script of that name, for the fake."""
    found = Counter(job.files.read("/data/words").decode().split())
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    job.files.write("/counted/frequencies", "".join(f"{number} {word}\n" for word, number in ranked))
    return 0


def report(job: Job) -> int:
    """The shell script of that name, for the fake."""
    lines = [line.split() for line in job.files.read("/data/frequencies").decode().splitlines()]
    if not lines:
        job.complain("there are no words\n")
        return 1
    job.files.write("/report/metrics.json", json.dumps({"words": sum(int(number) for number, _ in lines)}))
    job.files.write("/report/most-frequent", lines[0][1])
    return 0


@pytest.fixture
def engine(jobber_engine: EngineUnderTest) -> EngineUnderTest:
    for program in (split, count, report):
        name = program.__name__
        jobber_engine.image(f"words-{name}", run=program, context=IMAGES / name)
    jobber_engine.image("words-text", files={"/data/text": TEXT})
    jobber_engine.image("words-nothing", files={"/data/text": "123"})
    return jobber_engine


@pytest.mark.usefixtures("engine")
def test_words_are_counted() -> None:
    found = count_words("words-text")

    assert (found.words, found.most_frequent) == (11, "fox")


@pytest.mark.usefixtures("engine")
def test_short_words_can_be_left_out() -> None:
    assert count_words("words-text", least=2).words == 10


def test_each_step_is_kept_with_what_it_was_made_from(engine: EngineUnderTest) -> None:
    found = count_words("words-text")

    assert engine.read("words-split:latest-run", "/split/words").split()[:2] == [b"the", b"fox"]
    assert jobber.image(found.image).labels["jobber.inputs"].endswith(":/counted:ro")


@pytest.mark.usefixtures("engine")
def test_text_without_words_is_a_step_that_fails() -> None:
    with pytest.raises(jobber.JobFailed, match="words-report") as failed:
        count_words("words-nothing")

    assert failed.value.result.log == "there are no words\n"
