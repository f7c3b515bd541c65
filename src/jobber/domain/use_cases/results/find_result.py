"""Find an image by tag, ID, ID prefix, or ID of the run that created it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.containers.container import ContainerState
from jobber.domain.errors import (
    AmbiguousName,
    CredentialsUnusable,
    ImageNotFound,
    InvalidReference,
    NotAResult,
    RegistryFailed,
    RunNotFinished,
    RunNotFound,
)
from jobber.domain.images.id_prefix import (
    is_prefix_of_id,
    is_prefix_of_run,
    is_too_short,
    may_be_id_prefix,
    may_be_run_prefix,
)
from jobber.domain.images.reference import parse_image_id, parse_reference
from jobber.domain.runs.derived import has_own_tag, own_record
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.result import ListedResult, parse_record
from jobber.domain.use_cases.images.engine_results import results_here
from jobber.domain.use_cases.images.suggest import suggestion
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageReference, Registry
    from jobber.domain.ports import Engine, Keyring, RemoteImages
    from jobber.domain.runs.result import RunRecord

_LISTS = "`jobber ls` lists the results"
_LONGEST_FILTER = 1 << 16
"""The maximum length in characters of a label filter, which the URL contains escaped; servers accept a megabyte."""
_TOO_SHORT = f"{_LISTS}; an ID prefix has at least four characters"


@frozen
class FoundResult:
    """An image in any location, and the record of the run that created it."""

    image: Image
    record: RunRecord | None
    """The record; None if no run created the image."""
    remote: ImageReference | None = None
    """The reference of the image in a registry; None if the engine has it."""

    @property
    def inherited(self) -> RunRecord | None:
        """The record of the result that the image was built from; None for a result, and for other images."""
        return parse_record(self.image.labels) if self.record is None else None

    def record_of_run(self, *, name: str) -> RunRecord:
        """Return the record of the image's run. Raises `NotAResult`, with `name` as the name of the image."""
        if self.record is None:
            raise NotAResult(name, is_built=self.inherited is not None)
        return self.record


@frozen
class ResultFinder:
    """The lookup of images by name: on the engine first, then in a registry. Nothing is pulled."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    registry: Registry | None
    """The default registry."""

    def find(self, text: str) -> FoundResult:
        """Find an image.

        Raises `ImageNotFound`, `AmbiguousName`, `InvalidReference`, `RegistryFailed`. Raises `RunNotFinished` for a run
        without a result yet, and `RunNotFound` if the text matches several of those.
        """
        if id_ := parse_image_id(text):
            return self._found(self.engine.images.inspect(id_))
        reference = self._reference(text)
        image = self._tagged(reference) or self._by_beginning(text)
        if image is not None:
            return self._found(image)
        self._check_is_finished(text)
        if reference is None:
            raise ImageNotFound(text)
        if not reference.is_remote:
            near = suggestion(reference, images=self.engine.images)
            raise ImageNotFound(str(reference), hint=near or (_TOO_SHORT if is_too_short(text) else _LISTS))
        credentials = self.keyring.credentials_for(reference)
        try:
            image = self.remote.inspect(reference, credentials=credentials)
        except ImageNotFound as error:
            error.hint = suggestion(reference, images=self.engine.images) or error.hint
            raise
        return FoundResult(image, own_record(image), reference)

    def with_true_digests(self, image: Image) -> Image:
        """Return an image with only those digests that a registry confirms, if its engine reports uncertain ones.

        Uncertain digests that can't be checked, for whatever reason, are left out.
        """
        kept = tuple(it for it in image.digests if it not in image.unsure_digests or self._is_in_registry(it))
        return replace(image, digests=kept, unsure_digests=())

    def _is_in_registry(self, digest: str) -> bool:
        try:
            reference = parse_reference(digest)
            self.remote.inspect(reference, credentials=self.keyring.credentials_for(reference))
        except (InvalidReference, ImageNotFound, RegistryFailed, CredentialsUnusable):
            return False
        return True

    def results(self) -> tuple[ListedResult, ...]:
        """Return all results on the engine, newest first."""
        return results_here(self.engine)

    def result_with(self, labels: Mapping[str, str]) -> ListedImage | None:
        """Return the result of the run whose record these labels contain; None if the engine does not have it.

        Only images with the same record are listed. Podman 4.3 needs a minute to list 600 images, and a tenth of a
        second to select one of them.
        """
        text = labels.get(Label.RUN, "")
        images = self.engine.images.list(labels={Label.RUN: text if len(text) <= _LONGEST_FILTER else None})
        record = parse_record(labels)
        same = [one for one in results_here(self.engine, images) if record is not None and one.record.id == record.id]
        return same[0].image if same else None

    def _found(self, image: Image) -> FoundResult:
        """Return an image of the engine with its record; of images with a result's layers, the oldest is the result."""
        record = own_record(image)
        if record is not None and not has_own_tag(image, record):
            first = self.result_with(image.labels)
            record = record if first is None or first.id == image.id else None
        return FoundResult(image, record)

    def _check_is_finished(self, text: str) -> None:
        """Raise `RunNotFinished` for a run that the engine still has, and `RunNotFound` for several."""
        if not may_be_run_prefix(text):
            return
        from jobber.domain.use_cases.unfinished.unfinished_runs import (
            find_run,  # imported late, because this module is slow to import
        )

        try:
            run = find_run(self.engine, text)
        except RunNotFound as error:
            if error.is_ambiguous:
                raise
            return
        raise RunNotFinished(text, run=run.plan.id, has_ended=run.container.state is ContainerState.EXITED)

    def _reference(self, text: str) -> ImageReference | None:
        """Return a text as a reference; None if it can only be an ID. Raises `InvalidReference`."""
        try:
            return parse_reference(text, default_registry=self.registry).with_default_tag()
        except InvalidReference:
            if may_be_id_prefix(text) or may_be_run_prefix(text):
                return None
            raise

    def _tagged(self, reference: ImageReference | None) -> Image | None:
        if reference is None:
            return None
        try:
            return self.engine.images.inspect(reference)
        except ImageNotFound:
            return None

    def _by_beginning(self, text: str) -> Image | None:
        """Return the only image whose ID or run ID has this prefix; None if there is none. Raises `AmbiguousName`."""
        ids = set()
        if may_be_id_prefix(text):
            images = self.engine.images.list(labels={})
            ids |= {image.id for image in images if is_prefix_of_id(text, image.id)}
        if may_be_run_prefix(text):
            ids |= {result.image.id for result in self.results() if is_prefix_of_run(text, result.record.id)}
        if len(ids) > 1:
            raise AmbiguousName(text, ids=sorted(ids))
        return self.engine.images.inspect(ids.pop()) if ids else None
