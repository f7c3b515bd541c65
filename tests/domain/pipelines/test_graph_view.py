"""A pipeline as a graph to be drawn."""

from __future__ import annotations

from pipeline_files import PATH, pipeline_of
from records import result

from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.pipelines.decision import Decision, State
from jobber.domain.pipelines.graph_view import CODE, INPUT, GraphEdge, GraphJob, view_of
from jobber.domain.pipelines.names import JobId

_FILE = """
jobs:
  steps: {build: {context: steps, target: train}}
  prepare: {image: "python:3.13", cmd: [a, b], inputs: ["digits,dest=/d", steps], out: /out}
  train: {image: steps, inputs: ["prepare,dest=/prepared"]}
"""


def test_jobs_have_their_states_reasons_and_facts() -> None:
    pipeline = pipeline_of(_FILE)
    built = ListedImage(ImageId("sha256:1"), ("steps:latest",))
    listed = result(1)
    decisions = {
        JobId("steps"): Decision(pipeline.jobs[JobId("steps")], State.FRESH, "context", built=built),
        JobId("prepare"): Decision(
            pipeline.jobs[JobId("prepare")], State.STALE, "never run", recipe="r", result=listed
        ),
    }
    view = view_of(pipeline, decisions)

    assert view.title == PATH
    assert [(job.state, job.why, job.command) for job in view.jobs.values()] == [
        ("fresh", "context", None),
        ("stale", "never run", ("a", "b")),
        ("none", "", None),
    ]
    assert view.counts == {"fresh": 1, "stale": 1, "none": 1}
    assert view.jobs["steps"].facts["target"] == "train"
    assert view.jobs["steps"].facts["result"] == "steps:latest"
    assert view.jobs["prepare"].facts["image"] == "python:3.13"
    assert view.jobs["prepare"].facts["inputs"] == "digits"
    assert (view.jobs["prepare"].facts["recipe key"], view.jobs["prepare"].facts["id"]) == ("r", listed.image.id)
    assert "result" not in view.jobs["train"].facts


def test_job_without_a_result_here_shows_that_of_the_registry() -> None:
    pipeline = pipeline_of(_FILE)
    decision = Decision(pipeline.jobs[JobId("steps")], State.FRESH, remote="r.test/steps:key-1")
    facts = view_of(pipeline, {JobId("steps"): decision}).jobs["steps"].facts

    assert (facts["result"], facts["id"]) == ("r.test/steps:key-1", "")


def test_edges_lead_from_what_is_needed() -> None:
    view = view_of(pipeline_of(_FILE), {})

    assert {*view.edges} == {
        GraphEdge("steps", "prepare", INPUT, view.needs("prepare")[0].destination),
        GraphEdge("steps", "train", CODE),
        GraphEdge("prepare", "train", INPUT, "/prepared"),
    }
    assert [edge.end for edge in view.needed_by("steps")] == ["prepare", "train"]
    assert view.ends == ("train",)
    assert view.needs("steps") == ()
    assert isinstance(view.jobs["train"], GraphJob)
