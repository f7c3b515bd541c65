"""Find an existing result of the same run, so that the run need not be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound
from jobber.domain.history.same_run import is_same_object, is_same_run, keeps_configuration, unrecorded
from jobber.domain.runs.derived import has_own_tag, is_derived
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome, ResultImagePolicy
from jobber.domain.runs.record import rfc3339
from jobber.domain.runs.result import results_among
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RunPlan
    from jobber.domain.runs.result import ListedResult, RunRecord


@frozen
class FindReusableResult:
    """The search for a reusable result."""

    engine: Engine
    progress: Progress

    def find(self, plan: RunPlan, *, code: Image, options: ContainerOptions) -> ListedResult | None:
        """Return the newest successful result of the same run, or None; the reason is reported under `--verbose`."""
        if plan.keep is ResultImagePolicy.NONE:
            self._explain("its result is not kept")
            return None
        if reasons := unrecorded(plan.docker_args, options):
            self._explain("; ".join(reasons))
            return None
        results = results_among(self.engine.images.list(labels={Label.RUN: None}), is_sure=has_own_tag)
        same = [result for result in results if is_same_run(plan, result.record)]
        for result in same:
            if result.record.ending.outcome is Outcome.SUCCEEDED and self._is_true(result, plan, code):
                return result
        self._explain(_last_of(same[0].record) if same else "there is no result of the same run")
        return None

    def _is_true(self, result: ListedResult, plan: RunPlan, code: Image) -> bool:
        """Return whether the image is the run's result and not one built on top of it."""
        try:
            image = self.engine.images.inspect(result.image.id)
        except ImageNotFound:
            return False
        return not is_derived(image, result.record, code=code) and (
            is_same_object(plan.image, result.record.image)
            or keeps_configuration(image, code=code, added=plan.added_environment)
        )

    def _explain(self, why: str) -> None:
        self.progress.call("not-reusable", why=why)


def _last_of(record: RunRecord) -> str:
    return f"the same run of {rfc3339(record.ending.finished)} {record.ending.outcome.value}, or is not there as it was"
