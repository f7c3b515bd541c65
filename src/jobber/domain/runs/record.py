"""The run record and the plan of a run, stored in labels as JSON.

A plan contains the parts of the record that are known before the job starts, and the steps to take after it ends. It is
stored in the `jobber.run` label of the container, so that any jobber process can finish the run. On the result, the
record replaces it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from jobber.domain.images.reference import ImageId
from jobber.domain.runs.keys import RunKeys, parse_keys
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.values import frozen

SCHEMA = 1


@frozen
class RecordedImage:
    """An image in the state in which a run used it."""

    reference: str
    id: ImageId
    digests: tuple[str, ...] = ()
    chain: str = ""
    """The ChainID of its layers (`Image.chain`); empty if it is not known."""


@frozen
class RecordedInput:
    """An input as it was mounted."""

    image: RecordedImage
    source: str
    destination: str


@frozen
class RunDescription:
    """The facts about a run that are known at its start."""

    id: str
    """The run's ID, a UUID."""
    image: RecordedImage
    """The code image of the run."""
    inputs: tuple[RecordedInput, ...]
    command: tuple[str, ...] | None
    """The command; None for the command of the code image."""
    docker_args: tuple[str, ...]
    """Words of Xdocker, with secrets redacted."""
    runtime: str | None
    out: str | None
    configs: tuple[str, ...]
    engine_name: str
    engine_version: str


@frozen
class RunPlan(RunDescription):
    """The plan of a run, before its end."""

    repository: str | None
    """The repository that the result is tagged in; None for a run of an image by ID."""
    keep: ResultImagePolicy
    push: bool
    added_environment: tuple[str, ...] = ()
    """Names of the variables that the run adds."""
    owner: str = ""
    """The process that watches the job (format: see `Label.PART`); empty if no process is to watch it."""
    timeout: float | None = None
    """The time limit of the job in seconds; None for no limit."""
    grace: float = 10.0
    """The time between SIGTERM and SIGKILL in seconds."""
    keys: RunKeys | None = None
    """The keys of a run that a pipeline has requested; None for other runs."""

    @property
    def facts(self) -> dict[str, str]:
        """The facts that messages about this run contain."""
        return {"run": self.id, "image": self.image.reference}


@frozen
class RunEnding:
    """The outcome of a run, with its times."""

    started: datetime
    finished: datetime
    outcome: Outcome
    exit_status: int
    out_of_memory: bool | None = None
    """True if the kernel killed a process of the job because memory ran out; None if the engine does not report it."""


def render_plan(plan: RunPlan) -> str:
    """Return the plan as JSON, for the container's label."""
    todo = {
        "repository": plan.repository,
        "keep": plan.keep.value,
        "push": plan.push,
        "added-environment": list(plan.added_environment),
        "owner": plan.owner,
        "timeout": plan.timeout,
        "grace": plan.grace,
        "chains": [plan.image.chain, *(item.image.chain for item in plan.inputs)],
        **({} if plan.keys is None else {"keys": plan.keys.facts}),
    }
    return _render({**_facts(plan), "plan": todo})


def parse_plan(text: str) -> RunPlan | None:
    """Parse a container's label; return None if it is not a plan, for example an inherited record."""
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
            keys=parse_keys(todo.get("keys")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def render_record(plan: RunPlan, ending: RunEnding) -> str:
    """Return the run record as JSON, for the result's label."""
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
    """Parse a result's label into the run's ID and its ending; return None if it is not a record."""
    try:
        return ending_in(json.loads(text))
    except UNREADABLE:
        return None


UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""Exceptions raised while parsing a label that is not a record."""


def ending_in(facts: dict[str, Any]) -> tuple[str, RunEnding]:
    """Return the run's ID and its ending. Raises one of `UNREADABLE` if they are missing or invalid."""
    ending = RunEnding(
        started=_moment(facts["started"]),
        finished=_moment(facts["finished"]),
        outcome=Outcome(facts["outcome"]),
        exit_status=int(facts["exit-code"]),
        out_of_memory=_truth(facts.get("out-of-memory")),
    )
    return str(facts["id"]), ending


def _truth(value: object) -> bool | None:
    """Return a boolean value; None for any other value, and for a value that an older jobber did not record."""
    return value if isinstance(value, bool) else None


def _moment(text: str) -> datetime:
    """Return a moment of a record in UTC.

    Raises `ValueError` for a moment without an offset, because it could not be compared with others.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """Return a UTC moment in RFC 3339, with at most microseconds."""
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
    """Return the code image and the inputs of a record. Raises `KeyError` or `TypeError` if it is not a record.

    `chains` contains the ChainIDs of the code image and the inputs, in order; it may be empty.
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
