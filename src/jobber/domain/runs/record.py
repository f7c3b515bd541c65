"""The run record and the plan of a run: what is kept in labels as JSON (docs/how-to/results.md).

A plan is what the record will say, as far as it is known before the job starts, together with what has to
be done when the job has ended. It lies in the `jobber.run` label of the container, so that any jobber can finish
the run; the record takes its place on the result.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobber.domain.images.reference import ImageId
from jobber.domain.runs.policy import Outcome, ResultImagePolicy

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RecordedImage:
    """An image as it was found for a run."""

    reference: str
    id: ImageId
    digests: tuple[str, ...] = ()
    chain: str = ""
    """What its layers come to (`Image.chain`); empty where that is not known."""


@dataclass(frozen=True, slots=True)
class RecordedInput:
    """An input as it was mounted."""

    image: RecordedImage
    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run before its end."""

    id: str
    """A UUID."""
    image: RecordedImage
    inputs: tuple[RecordedInput, ...]
    command: tuple[str, ...] | None
    docker_args: tuple[str, ...]
    """Words of Xdocker, secrets masked."""
    runtime: str | None
    out: str | None
    configs: tuple[str, ...]
    engine_name: str
    engine_version: str
    repository: str | None
    """What the result is tagged in; None for a run by id."""
    keep: ResultImagePolicy
    push: bool
    added_environment: tuple[str, ...] = ()
    """Names of the variables that the run adds."""
    owner: str = ""
    """The process that watches the job, as `Label.PART` has it; empty where nobody is to."""
    timeout: float | None = None
    """Seconds that the job may take."""
    grace: float = 10.0
    """Seconds between SIGTERM and SIGKILL."""

    @property
    def facts(self) -> dict[str, str]:
        """What a message about this run names."""
        return {"run": self.id, "image": self.image.reference}


@dataclass(frozen=True, slots=True)
class RunEnding:
    """How and when a run went."""

    started: datetime
    finished: datetime
    outcome: Outcome
    exit_status: int
    out_of_memory: bool | None = None
    """Whether the kernel killed a process of the job because memory ran out; None where the engine does not say."""


def render_plan(plan: RunPlan) -> str:
    """The plan as JSON, for the container's label."""
    todo = {
        "repository": plan.repository,
        "keep": plan.keep.value,
        "push": plan.push,
        "added-environment": list(plan.added_environment),
        "owner": plan.owner,
        "timeout": plan.timeout,
        "grace": plan.grace,
        "chains": [plan.image.chain, *(item.image.chain for item in plan.inputs)],
    }
    return _render({**_facts(plan), "plan": todo})


def parse_plan(text: str) -> RunPlan | None:
    """Read a container's label; None where it is no plan (a record that was inherited, say)."""
    try:
        facts = json.loads(text)
        todo = facts["plan"]
        image, inputs = parse_images(facts, chains=tuple(todo.get("chains", ())))
        return RunPlan(
            id=facts["id"],
            image=image,
            inputs=inputs,
            command=None if facts["command"] is None else tuple(facts["command"]),
            docker_args=tuple(facts["docker-args"]),
            runtime=facts["runtime"],
            out=facts["out"],
            configs=tuple(facts["configs"]),
            engine_name=facts["engine"]["name"],
            engine_version=facts["engine"]["version"],
            repository=todo["repository"],
            keep=ResultImagePolicy(todo["keep"]),
            push=todo["push"],
            added_environment=tuple(todo["added-environment"]),
            owner=todo["owner"],
            timeout=todo.get("timeout"),
            grace=todo.get("grace", 10.0),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def render_record(plan: RunPlan, ending: RunEnding) -> str:
    """The run record as JSON, for the result's label."""
    facts = _facts(plan)
    engine = facts.pop("engine")
    return _render(
        {
            **facts,
            "started": rfc3339(ending.started),
            "finished": rfc3339(ending.finished),
            "outcome": ending.outcome.value,
            "exit-code": ending.exit_status,
            "out-of-memory": ending.out_of_memory,
            "engine": engine,
        }
    )


def parse_ending(text: str) -> tuple[str, RunEnding] | None:
    """Read a result's label: the run's id and its ending; None where it is no record."""
    try:
        return ending_in(json.loads(text))
    except UNREADABLE:
        return None


UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""What is raised where a label is no record, whatever it is."""


def ending_in(facts: dict[str, Any]) -> tuple[str, RunEnding]:
    """The run's id and its ending; raises one of `UNREADABLE` where there is none."""
    ending = RunEnding(
        started=_moment(facts["started"]),
        finished=_moment(facts["finished"]),
        outcome=Outcome(facts["outcome"]),
        exit_status=int(facts["exit-code"]),
        out_of_memory=_truth(facts.get("out-of-memory")),
    )
    return str(facts["id"]), ending


def _truth(value: object) -> bool | None:
    """Return a value that is true or false; None for another, and for what an older jobber did not record."""
    return value if isinstance(value, bool) else None


def _moment(text: str) -> datetime:
    """A moment of a record in UTC; one without an offset can't be compared with others."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the microsecond at most."""
    return moment.isoformat().replace("+00:00", "Z")


def _facts(plan: RunPlan) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": plan.id,
        "image": _image_facts(plan.image),
        "inputs": [{**_image_facts(item.image), "src": item.source, "dest": item.destination} for item in plan.inputs],
        "command": None if plan.command is None else list(plan.command),
        "docker-args": list(plan.docker_args),
        "runtime": plan.runtime,
        "out": plan.out,
        "configs": list(plan.configs),
        "engine": {"name": plan.engine_name, "version": plan.engine_version},
    }


def _image_facts(image: RecordedImage) -> dict[str, Any]:
    return {"ref": image.reference, "id": image.id, "digests": list(image.digests)}


def parse_images(facts: dict[str, Any], *, chains: tuple[str, ...]) -> tuple[RecordedImage, tuple[RecordedInput, ...]]:
    """The code image and the inputs of a record; raises `KeyError` or `TypeError` where it is none.

    `chains` are those of the code image and the inputs, in order; there may be none.
    """
    known = iter(chains)
    image = _parse_image(facts["image"], next(known, ""))
    inputs = (
        RecordedInput(_parse_image(item, next(known, "")), str(item["src"]), str(item["dest"]))
        for item in facts["inputs"]
    )
    return image, tuple(inputs)


def _parse_image(facts: dict[str, Any], chain: str) -> RecordedImage:
    return RecordedImage(str(facts["ref"]), ImageId(facts["id"]), tuple(map(str, facts["digests"])), chain)


def _render(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
