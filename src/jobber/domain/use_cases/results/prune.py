"""Remove unneeded copies of inputs, leftovers of ended processes, and results that a rule does not keep."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import EngineFailed, ImageNotFound, JobberError
from jobber.domain.history.retention import NO_RESULTS, PruneChoice, PruneRule, choose, own_size, unwanted
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.images.engine_results import results_here
from jobber.domain.use_cases.unfinished.unfinished_runs import unfinished_runs
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobber.domain.containers.leftovers import InputCopy, Leftover
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Engine, Interruptions
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.result import ListedResult

_NEEDS_ROOM = "the engine needs some free disk space to remove images: free some, and prune again"


@frozen
class PrunePlan:
    """The objects to remove."""

    copies: tuple[InputCopy, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    results: PruneChoice = NO_RESULTS
    sizes: tuple[int | None, ...] = ()
    """The bytes freed with each of the results; None if unknown."""
    waiting: int = 0
    """The number of runs whose jobs have ended but which are not finished."""

    @property
    def count(self) -> int:
        """The number of objects to remove."""
        return len(self.copies) + len(self.leftovers) + len(self.results.going)

    @property
    def known_size(self) -> int:
        """The known number of bytes to be freed."""
        return sum(size or 0 for size in self._all_sizes())

    @property
    def is_size_known(self) -> bool:
        """True if the sizes of all objects are known."""
        return None not in self._all_sizes()

    def _all_sizes(self) -> Sequence[int | None]:
        return [*(copy.size for copy in self.copies), *(left.size for left in self.leftovers), *self.sizes]


@frozen
class PruneReport:
    """The report of a removal."""

    count: int
    size: int
    """The number of bytes freed, as far as known."""
    errors: tuple[JobberError, ...] = ()


@frozen
class PruneResults:
    """The use case `jobber prune`, with its dependencies."""

    engine: Engine
    interruptions: Interruptions
    progress: Progress

    def plan(self, rule: PruneRule | None = None) -> PrunePlan:
        """Find unneeded objects without removing them; results are included only if there is a rule."""
        self.progress.step("looking for unused objects")
        runs = [*unfinished_runs(self.engine)]
        waiting = sum(run.container.state is ContainerState.EXITED for run in runs)
        found = PrunePlan(
            copies=tuple(copy for copy in self.engine.inputs.copies() if not copy.is_used),
            leftovers=tuple(self.engine.runs.leftovers()),
            waiting=waiting,
        )
        if rule is None:
            return found
        results, sizes = self._results(rule)
        return replace(found, results=results, sizes=sizes)

    def remove(self, pruning: PrunePlan, rule: PruneRule | None = None) -> PruneReport:
        """Remove the planned objects, except those that are needed by now."""
        now = self.plan(rule)  # a prompt may have waited for hours
        copies = {copy.name for copy in now.copies}
        results = {result.image.id for result in now.results.going}
        count = size = 0
        for copy in pruning.copies:
            with self.interruptions.abortable():
                if copy.name in copies and self._discard(copy):
                    count, size = count + 1, size + (copy.size or 0)
        count += self.engine.runs.sweep() if pruning.leftovers else 0
        size += sum(left.size or 0 for left in now.leftovers) if pruning.leftovers else 0
        wanted = []
        for result in pruning.results.going:
            if result.image.id in results:
                wanted.append(result)
            else:
                self.progress.note("prune-kept", name=_name(result), why="it is in use now, or already removed")
        removed, errors = self._remove_all(wanted)
        size += sum(
            own or 0
            for result, own in zip(pruning.results.going, pruning.sizes, strict=True)
            if result.image.id in removed
        )
        return PruneReport(count + len(removed), size, errors)

    def _remove_all(self, results: Sequence[ListedResult]) -> tuple[set[ImageId], tuple[JobberError, ...]]:
        """Remove results, and return the IDs of the removed ones and the errors.

        An engine without disk space fails to record that a tag was removed. A second attempt then removes the image.
        """
        removed: set[ImageId] = set()
        errors: dict[ImageId, EngineFailed] = {}

        def attempt(result: ListedResult) -> None:
            with self.interruptions.abortable():
                try:
                    if self._remove(result):
                        removed.add(result.image.id)
                        errors.pop(result.image.id, None)
                except EngineFailed as error:
                    errors[result.image.id] = error

        for result in results:
            attempt(result)
        for result in results:
            if result.image.id in errors and errors[result.image.id].remedy:
                attempt(result)
        return removed, tuple(errors.values())

    def _discard(self, copy: InputCopy) -> bool:
        self.progress.step(f"removing {copy.name}")
        if self.engine.inputs.discard(copy):
            return True
        self.progress.note("prune-kept", name=copy.name, why="a container now uses it")
        return False

    def _remove(self, result: ListedResult) -> bool:
        """Remove a result, and return whether this call removed it. Raises `EngineFailed`."""
        self.progress.step(f"removing {_name(result)}")
        try:
            self.engine.images.remove(result.image.id)
        except ImageNotFound:
            return False
        except EngineFailed as error:
            if result.image.id in self._used() or error.is_conflict:
                self.progress.note("prune-kept", name=_name(result), why=error.why)
                return False
            error.hint = error.remedy and _NEEDS_ROOM
            raise
        return True

    def _results(self, rule: PruneRule) -> tuple[PruneChoice, tuple[int | None, ...]]:
        listed = self.engine.images.list(labels={Label.RUN: None})
        results = results_here(self.engine, listed)
        candidates = unwanted(results, rule=rule, now=self.engine.runs.now())
        images = self._inspected(result.image.id for result in candidates)
        candidates = tuple(result for result in candidates if result.image.id in images)
        going, known = {one.image.id for one in candidates}, {one.image.id for one in results}
        plans = [run.plan for run in unfinished_runs(self.engine)]
        choice = partial(
            choose,
            candidates,
            images=images,
            kept=[result for result in results if result.image.id not in going],
            others=[image for image in listed if image.id not in known],
            needed=[image for plan in plans for image in (plan.image, *(item.image for item in plan.inputs))],
            used=self._used(),
        )
        chosen = choice(force=rule.force)
        free = {result.image.id for result in choice(force=False).going} if rule.force else going
        codes = self._inspected(result.record.image.id for result in chosen.going)
        return chosen, tuple(
            # layers shared with other images may remain
            own_size(images[result.image.id], code=codes.get(result.record.image.id))
            if result.image.id in free
            else None
            for result in chosen.going
        )

    def _inspected(self, ids: Iterable[ImageId]) -> dict[ImageId, Image]:
        """Return those of the images that exist, by ID."""
        found: dict[ImageId, Image] = {}
        for id_ in dict.fromkeys(ids):
            try:
                found[id_] = self.engine.images.inspect(id_)
            except ImageNotFound:
                continue
        return found

    def _used(self) -> set[ImageId]:
        """Return the IDs of the images that containers use."""
        return {container.image for container in self.engine.containers.list(labels={})}


def _name(result: ListedResult) -> str:
    return next(iter(result.image.references), result.image.id)
