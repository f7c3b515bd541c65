"""Finish a run whose job has ended: commit, tag, push, remove.

Every step can be repeated. If a process was killed, the next one finds its work by the run's ID in the result's record
and continues from there. A run therefore has one result, whichever process creates it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from jobber.domain.errors import (
    CredentialsUnusable,
    EngineFailed,
    EngineLost,
    ImageNotFound,
    Interrupted,
    JobberError,
    MetricsUnusable,
    NotAFile,
    PathNotFound,
    PushRefused,
    TagTaken,
)
from jobber.domain.files.sparse_file import WORTH_TELLING
from jobber.domain.history.blank_variables import blank_variables
from jobber.domain.images.naming import next_second, result_tags
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs import metrics
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.labels import result_labels
from jobber.domain.runs.record import parse_ending
from jobber.domain.runs.snapshot import Snapshot
from jobber.domain.use_cases.images.engine_results import results_of_run
from jobber.domain.use_cases.images.push import push_all
from jobber.domain.use_cases.run.digest_output import digest_output
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Claim, Clock, Engine, Interruptions, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.metrics import Number
    from jobber.domain.runs.record import RunEnding, RunPlan

_MOST_TRIES = 3600


@frozen
class Finished:
    """The result image (if one is kept), its tags, and the ending in its record."""

    image: ImageId | None
    tags: tuple[ImageReference, ...] = ()
    ending: RunEnding | None = None


@frozen
class FinishRun:
    """The steps after the job's end, for the run's own process and for others that finish the run."""

    engine: Engine
    clock: Clock
    interruptions: Interruptions
    keyring: Keyring
    progress: Progress
    version: str

    def finish(
        self,
        container: ContainerId,
        plan: RunPlan,
        ending: RunEnding,
        *,
        claim: Claim,
        log: Callable[[], BinaryIO],
        code: Image | None = None,
        is_first: bool,
        keep_log: Callable[[], str | None] = lambda: None,
    ) -> Finished:
        """Create and push the result, and remove the container.

        `log` returns the job's output when it is needed. `code` is the code image, if the caller has it. `is_first` is
        True if no other process can have tried before. `keep_log` stores the output elsewhere and returns a sentence
        with its location. It is called if the engine can't create the result. Raises `EngineFailed` and others if the
        result could not be created: the container then stays. Raises `PushRefused`, `Interrupted` and others if the
        result could not be pushed: it then exists with its tags.
        """
        claim.check()
        if not plan.keep.keeps(ending.outcome):
            self._remove(container, plan, is_first=is_first)
            return Finished(None, ending=ending)
        try:
            if is_first:
                image = self._commit(container, plan, ending, log=log(), code=code)
            else:
                image, ending = self._made(container, plan, ending, log=log)
            claim.check()
            tags = self._tag(image, plan, ending, container=container, is_first=is_first)
        except JobberError as error:
            stays = f"container {container[:12]} is kept: `jobber recover` creates its result"
            remedy = error.remedy if isinstance(error, EngineFailed) else None
            log_is = keep_log() if isinstance(error, EngineFailed | EngineLost) else None
            error.hint = "; ".join(filter(None, (stays, remedy, log_is)))
            raise
        self.progress.note("result", tags=", ".join(map(str, tags)), id=image)
        try:
            self._push(plan, tags)
        except (PushRefused, CredentialsUnusable, Interrupted):
            with suppress(JobberError):  # the failed push is reported; `jobber recover` removes the container
                self._remove(container, plan, is_first=is_first)
            raise
        self._remove(container, plan, is_first=is_first)
        return Finished(image, tags, ending)

    def _made(
        self,
        container: ContainerId,
        plan: RunPlan,
        ending: RunEnding,
        *,
        log: Callable[[], BinaryIO],
    ) -> tuple[ImageId, RunEnding]:
        """Return the result image, created now or before, and the ending in its record."""
        if not results_of_run(self.engine, plan.id):
            self._commit(container, plan, ending, log=log(), code=None)
        # An engine completes a commit whose jobber process was killed: if there are two results, one stays.
        return self.settle(plan)

    def settle(self, plan: RunPlan) -> tuple[ImageId, RunEnding]:
        """Keep the first of several results of a run. Raises `EngineFailed` if there is none.

        Another result with tags is not jobber's: a user has changed the result's configuration.
        """
        results = results_of_run(self.engine, plan.id)
        if not results:
            raise EngineFailed("find the result", why="it was created, but no longer exists")
        for double in [image for image in results[1:] if not image.references]:
            with suppress(JobberError):  # another process already uses it
                self.engine.images.remove(double.id)
        return results[0].id, _recorded(results[0])

    def _commit(
        self, container: ContainerId, plan: RunPlan, ending: RunEnding, *, log: BinaryIO, code: Image | None
    ) -> ImageId:
        log.seek(0)
        self._warn_of_holes(container)
        self.progress.step("saving the result image")
        code = code or self.engine.images.inspect(plan.image.id)
        snapshot = Snapshot(
            configuration=code.configuration,
            labels=result_labels(
                plan,
                ending,
                code=code,
                version=self.version,
                metrics=self._metrics(container, plan),
                blank=blank_variables(code),
                out_digest=self._out_digest(container, plan, code=code),
            ),
            added_environment=plan.added_environment,
            depth=len(code.layers),
        )
        image = self.engine.containers.commit(container, snapshot=snapshot, log=log)
        if snapshot.new_variables:
            self._warn_of_blank(image, snapshot.new_variables)
        return image

    def _out_digest(self, container: ContainerId, plan: RunPlan, *, code: Image) -> str:
        """Return the digest of `out` if a pipeline has requested the run; empty otherwise."""
        if plan.keys is None:
            return ""
        return digest_output(container, plan, code=code, containers=self.engine.containers, progress=self.progress)

    def _warn_of_blank(self, image: ImageId, names: tuple[str, ...]) -> None:
        """Warn of variables that the engine could not remove."""
        with suppress(JobberError):  # the result exists, whatever its variables
            left = set(blank_variables(self.engine.images.inspect(image)))
            if blank := [name for name in names if name in left]:
                self.progress.warn("variables-left-blank", names=", ".join(blank))

    def _warn_of_holes(self, container: ContainerId) -> None:
        """Warn of files that take more space in the result than in the container."""
        try:
            files = self.engine.containers.sparse_files(container)
        except JobberError:  # the commit that follows reports the engine's error
            return
        holes = sum(file.holes for file in files)
        if holes > WORTH_TELLING:
            others = f" and {len(files) - 1} others" if len(files) > 1 else ""
            self.progress.warn("sparse-files", files=f"{files[0].path}{others}", gigabytes=f"{holes / 10**9:.1f}")

    def _metrics(self, container: ContainerId, plan: RunPlan) -> Mapping[str, Number]:
        """Return the job's metrics; problems with them only cause a warning, and the result is saved."""
        if plan.out is None:
            return {}
        path = f"{plan.out.rstrip('/')}/{metrics.FILE}"
        try:
            found = metrics.parse_metrics(self.engine.containers.read(container, path=path, limit=metrics.LARGEST + 1))
        except (MetricsUnusable, EngineFailed) as error:
            self.progress.warn("metrics-not-kept", path=path, why=error.why)
        except NotAFile:
            self.progress.warn("metrics-not-kept", path=path, why="it is not a file")
        except PathNotFound:
            pass
        else:
            if found.left_out:
                self.progress.warn("metrics-left-out", path=path, why=found.left_out)
            return found
        return {}

    def hand_over(self, image: ImageId, plan: RunPlan, *, at: datetime) -> tuple[ImageReference, ...]:
        """Add the tags of another run to an existing result, and push them.

        Raises `ImageNotFound` if the result was removed meanwhile, and the errors of `finish`.
        """
        tags = self._give_tags(image, plan, at, moves=lambda _: True)
        self.progress.note("result", tags=", ".join(map(str, tags)), id=image)
        self._push(plan, tags)
        return tags

    def _tag(
        self, image: ImageId, plan: RunPlan, ending: RunEnding, *, container: ContainerId, is_first: bool
    ) -> tuple[ImageReference, ...]:
        return self._give_tags(
            image,
            plan,
            ending.finished,
            moves=lambda moving: is_first or self._is_newest(image, moving, ending),
            ended=container,
        )

    def _give_tags(
        self,
        image: ImageId,
        plan: RunPlan,
        at: datetime,
        *,
        moves: Callable[[ImageReference], bool],
        ended: ContainerId | None = None,
    ) -> tuple[ImageReference, ...]:
        if plan.repository is None:
            return ()
        code = parse_reference(plan.repository)
        for _ in range(_MOST_TRIES):
            moving, fixed = result_tags(code, at=at, cell=plan.keys.cell if plan.keys else "")
            try:
                self.engine.images.claim(image, reference=fixed, ended=ended)
            except TagTaken:
                at = next_second(at)
                continue
            if moves(moving):
                self.engine.images.tag(image, reference=moving)
                return moving, fixed
            return (fixed,)
        raise EngineFailed("tag the result", why=f"the tags of {_MOST_TRIES} seconds are in use")

    def _is_newest(self, image: ImageId, moving: ImageReference, ending: RunEnding) -> bool:
        """Return whether to move `latest-run`: a result that was finished late must not take it from a newer one."""
        try:
            there = self.engine.images.inspect(moving)
        except ImageNotFound:
            return True
        try:
            return there.id == image or datetime.fromisoformat(there.labels[Label.CREATED]) <= ending.finished
        except (KeyError, ValueError, TypeError):
            return True

    def _push(self, plan: RunPlan, tags: tuple[ImageReference, ...]) -> None:
        remote = [tag for tag in tags if tag.is_remote]
        if not plan.push or not remote:
            return
        try:
            push_all(
                remote,
                registry=self.engine.registry,
                keyring=self.keyring,
                interruptions=self.interruptions,
                progress=self.progress,
            )
        except (Interrupted, EngineFailed, EngineLost) as error:
            error.hint = f"the result exists, but was not pushed: `jobber push {' '.join(map(str, remote))}`"
            raise

    def _remove(self, container: ContainerId, plan: RunPlan, *, is_first: bool) -> None:
        try:
            self.engine.containers.remove(container)
            if not is_first:
                self.engine.runs.forget(plan.id)
        except (EngineFailed, EngineLost) as error:
            error.hint = "the result is complete, only the run's container remains: `jobber recover` removes it"
            raise


def finished_by_another(engine: Engine, plan: RunPlan, *, progress: Progress) -> Finished:
    """Return the result of a run that another process finished; without an image if no result was kept."""
    results = results_of_run(engine, plan.id)
    if not results:
        return Finished(None)
    image = results[0]
    progress.note("finished-by-another", id=image.id, **plan.facts)
    return Finished(image.id, tuple(parse_reference(text) for text in image.references), _recorded(image))


def _recorded(result: Image) -> RunEnding:
    """Return the ending in a result's record."""
    recorded = parse_ending(result.labels[Label.RUN])
    assert recorded is not None  # it was found by its record
    return recorded[1]
