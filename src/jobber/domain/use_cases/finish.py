"""Finish a run whose job has ended: commit, tag, push, remove (the last half of SPEC section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.container import Snapshot
from jobber.domain.errors import EngineFailed, JobberError, TagTaken
from jobber.domain.labels import result_labels
from jobber.domain.naming import next_second, result_tags
from jobber.domain.reference import parse_reference
from jobber.domain.use_cases.push import push_all

if TYPE_CHECKING:
    from typing import BinaryIO

    from jobber.domain.container import ContainerId
    from jobber.domain.image import Image
    from jobber.domain.ports import Clock, Engine, Interruptions, Keyring
    from jobber.domain.progress import Progress
    from jobber.domain.record import RunEnding, RunPlan
    from jobber.domain.reference import ImageId, ImageReference

_MOST_TRIES = 3600


@dataclass(frozen=True, slots=True)
class Finished:
    """The result image, if one is kept, and its tags."""

    image: ImageId | None
    tags: tuple[ImageReference, ...] = ()


@dataclass(frozen=True, slots=True)
class Finisher:
    """The steps after the job's end, for the run itself and for `jobber recover`."""

    engine: Engine
    clock: Clock
    interruptions: Interruptions
    keyring: Keyring
    progress: Progress
    version: str

    def finish(
        self, container: ContainerId, plan: RunPlan, ending: RunEnding, *, code: Image, log: BinaryIO
    ) -> Finished:
        """Make and push the result, and remove the container.

        Raises `EngineFailed` and others where the result could not be made: then the container stays. Raises
        `PushRefused`: then the result is there with its tags.
        """
        if not plan.keep.keeps(ending.outcome):
            self.engine.containers.remove(container)
            return Finished(None)
        try:
            image = self._commit(container, plan, ending, code=code, log=log)
            tags = self._tag(image, plan, ending)
        except JobberError as error:
            error.hint = f"nothing is lost: container {container[:12]} stays, and `jobber recover` makes its result"
            raise
        self.engine.containers.remove(container)
        self.progress.note("result", tags=", ".join(map(str, tags)), id=image)
        if plan.push:
            push_all(
                [tag for tag in tags if tag.is_remote],
                registry=self.engine.registry,
                keyring=self.keyring,
                interruptions=self.interruptions,
                progress=self.progress,
            )
        return Finished(image, tags)

    def _commit(
        self, container: ContainerId, plan: RunPlan, ending: RunEnding, *, code: Image, log: BinaryIO
    ) -> ImageId:
        log.seek(0)
        self.progress.step("saving the result image")
        snapshot = Snapshot(
            configuration=code.configuration,
            labels=result_labels(plan, ending, code=code, version=self.version),
            added_environment=plan.added_environment,
            depth=code.layers,
        )
        return self.engine.containers.commit(container, snapshot=snapshot, log=log)

    def _tag(self, image: ImageId, plan: RunPlan, ending: RunEnding) -> tuple[ImageReference, ...]:
        if plan.repository is None:
            return ()
        code = parse_reference(plan.repository)
        at = ending.finished
        for _ in range(_MOST_TRIES):
            moving, fixed = result_tags(code, at=at)
            try:
                self.engine.images.claim(image, reference=fixed)
            except TagTaken:
                at = next_second(at)
                continue
            self.engine.images.tag(image, reference=moving)
            return moving, fixed
        raise EngineFailed("tag the result", why=f"the tags of {_MOST_TRIES} seconds are taken")
