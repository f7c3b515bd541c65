"""List the results on the engine, or those of one repository in its registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, InvalidReference, RegistryFailed, UsageError
from jobber.domain.history.result_filter import ImageChoice, Selection, selected, sorted_by
from jobber.domain.images.id_prefix import may_be_id_prefix, may_be_run_prefix
from jobber.domain.images.near_names import DID_YOU_MEAN, name_hint
from jobber.domain.images.reference import parse_image_id, parse_reference
from jobber.domain.runs.derived import has_own_tag, is_derived
from jobber.domain.runs.result import results_among
from jobber.domain.use_cases.images.suggest import names_here
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.parameters import ParameterChoice
    from jobber.domain.runs.policy import Outcome
    from jobber.domain.runs.result import ListedResult
    from jobber.domain.use_cases.results.find_result import ResultFinder


@frozen
class ListRequest:
    """The arguments of `jobber ls`, as they were written."""

    name: str = ""
    images: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    since: datetime | None = None
    parameters: tuple[ParameterChoice, ...] = ()
    sort: str = "time"
    reverse: bool = False
    remote: bool = False
    """True to read only the registry of `name`."""


@frozen
class Listing:
    """The results that were found."""

    results: tuple[ListedResult, ...]
    remote: ImageReference | None = None
    """The repository that was read in its registry; None for results on the engine."""


@frozen
class ListResults:
    """The use case `jobber ls`, with its dependencies."""

    finder: ResultFinder
    progress: Progress

    def list(self, request: ListRequest) -> Listing:
        """List results. Raises `UsageError`, `ImageNotFound`, `RegistryFailed`."""
        reference = self._reference(request.name)
        named = Selection(name=request.name, reference=reference)
        is_there = reference is not None and reference.is_remote
        if request.remote and not is_there:
            raise UsageError(
                "--remote needs the name of a repository in a registry", hint="for example REGISTRY/NAME, or give -r"
            )
        found = () if request.remote else selected(self.finder.results(), named)
        remote = reference if is_there and not found else None
        if remote is not None:
            found = selected(self._remote_results(remote), named)
        chosen = selected(found, self._selection(request))
        if not chosen and remote is None:
            self._propose_names(request)
        return Listing(sorted_by(chosen, request.sort, reverse=request.reverse), remote)

    def _propose_names(self, request: ListRequest) -> None:
        """Suggest existing names that are similar to given names without results."""
        wanted = {text: self._reference(text) for text in (request.name, *request.images, *request.inputs)}
        known = names_here(self.finder.engine.images) if any(wanted.values()) else ()
        for text, reference in wanted.items():
            hint = name_hint(reference.with_default_tag(), known=known) if reference else None
            if hint is not None and hint.startswith(DID_YOU_MEAN):
                self.progress.note("name-unknown", name=text, hint=hint)

    def _selection(self, request: ListRequest) -> Selection:
        """Return the filters besides the name. Raises `InvalidReference`."""
        return Selection(
            images=tuple(map(self._choice, request.images)),
            inputs=tuple(map(self._choice, request.inputs)),
            outcomes=frozenset(request.outcomes),
            since=request.since,
            parameters=request.parameters,
        )

    def _reference(self, text: str) -> ImageReference | None:
        """Return a name as a reference; None for no name or one that can only be an ID. Raises `InvalidReference`."""
        if not text:
            return None
        try:
            return parse_reference(text, default_registry=self.finder.registry)
        except InvalidReference:
            if may_be_id_prefix(text) or may_be_run_prefix(text):
                return None
            raise

    def _choice(self, text: str) -> ImageChoice:
        """Return a filter by image. A tag or an ID also matches its current image. Raises `InvalidReference`."""
        reference = self._reference(text)
        if reference is not None and reference.tag is None and reference.digest is None and not parse_image_id(text):
            return ImageChoice(text, reference)
        try:
            image = self.finder.engine.images.inspect(parse_image_id(text) or reference or text)
        except ImageNotFound:
            return ImageChoice(text, reference)
        return ImageChoice(text, reference, image.id, image.chain)

    def _remote_results(self, repository: ImageReference) -> tuple[ListedResult, ...]:
        """Return the results of a repository in its registry. Raises `ImageNotFound`, `RegistryFailed`."""
        credentials = self.finder.keyring.credentials_for(repository)
        tags = self.finder.remote.tags(repository, credentials=credentials)
        found: dict[str, Image] = {}
        names: dict[str, list[str]] = {}
        failed: RegistryFailed | None = None
        references = [repository.tagged(tag) for tag in tags]
        images = self.finder.remote.inspect_each(references, credentials=credentials)
        for number, (reference, image) in enumerate(zip(references, images, strict=True), 1):
            self.progress.step(f"reading {repository.repository}: {number} of {len(tags)} tags")
            if isinstance(image, ImageNotFound):  # removed meanwhile
                continue
            if isinstance(image, RegistryFailed):  # some tags do not refer to images: signatures, attestations
                self.progress.call("tag-unreadable", reference=str(reference), why=image.what)
                failed = image
                continue
            found[image.id] = image
            names.setdefault(image.id, []).append(str(reference))
        if failed is not None and not found:
            raise failed
        return results_among(
            (replace(image.listed, references=tuple(names[id_])) for id_, image in found.items()),
            is_result=lambda listed, record: not is_derived(found[listed.id], record),
            is_sure=has_own_tag,
        )
