"""Apply parameters and matrices to the jobs of a file, and connect the jobs with each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.origin import Value
from jobber.domain.configuration.settings import CMD, INPUTS, OUT, RESULT_IMAGE, RUNTIME, TIMEOUT, XDOCKER
from jobber.domain.errors import InvalidReference, UsageError
from jobber.domain.images.reference import parse_image_id, parse_reference
from jobber.domain.pipelines.definition import NOTHING
from jobber.domain.pipelines.errors import PipelineInvalid, wrong
from jobber.domain.pipelines.graph import in_order
from jobber.domain.pipelines.job import Job, JobInput, Pipeline, Source
from jobber.domain.pipelines.matrix import cells_of
from jobber.domain.pipelines.names import job_id, parse_selection
from jobber.domain.pipelines.substitution import substitute, variables_in
from jobber.domain.runs.input import check_destinations, parse_input
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.configuration.origin import Origin
    from jobber.domain.configuration.settings import Setting
    from jobber.domain.pipelines.definition import BuildDefinition, Cell, JobDefinition, PipelineDefinition
    from jobber.domain.runs.input import InputSpecification

_TAKEN_OVER: Mapping[str, Setting[Any]] = {it.name: it for it in (OUT, RUNTIME, TIMEOUT, RESULT_IMAGE)}
"""Settings that a job has without parameters in their values."""
_IN_SPEC = '",'
"""Characters that have a meaning in the specification of an input."""


def expand(
    definition: PipelineDefinition,
    *,
    overrides: Mapping[str, str],
    settings_of: Callable[[tuple[str, ...]], Settings],
    errors: Iterable[UsageError] = (),
) -> Pipeline:
    """Return the jobs of a pipeline, each after those that it needs.

    Args:
        definition: The content of the file.
        overrides: Values of parameters from the command line.
        settings_of: A function that returns the settings in force with the given configurations active.
        errors: The errors that were found while the file was read.

    Raises:
        PipelineInvalid: The file or a parameter is wrong; the error has all errors.

    """
    expansion = _Expansion(definition, settings_of, [*errors])
    parameters = expansion.parameters(overrides)
    jobs = expansion.jobs(parameters)
    ordered = in_order(jobs, expansion.errors)
    if expansion.errors:
        raise PipelineInvalid(list({error.what: error for error in expansion.errors}.values()))
    return Pipeline(definition.path, ordered, parameters)


@dataclass(slots=True)
class _Expansion:
    definition: PipelineDefinition
    settings_of: Callable[[tuple[str, ...]], Settings]
    errors: list[UsageError]
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    sources: dict[str, tuple[tuple[Source, str], ...]] = field(default_factory=dict)
    """The images that texts stand for, each with the name of its cell if it was selected by a pattern."""
    in_force: dict[tuple[str, ...], Settings] = field(default_factory=dict)

    def parameters(self, overrides: Mapping[str, str]) -> dict[str, str]:
        declared = {name: value.content for name, value in self.definition.parameters.items()}
        for name in overrides:
            if name not in declared:
                hint = did_you_mean(name, known=declared) or _declared(declared, self.definition.path)
                self.errors.append(UsageError(f"-p {name}: unknown parameter", hint=hint))
        return {**declared, **{name: value for name, value in overrides.items() if name in declared}}

    def jobs(self, parameters: Mapping[str, str]) -> dict[Any, Job]:
        definitions = self.definition.jobs
        for name, definition in definitions.items():
            self.cells[name] = cells_of(definition, self.errors)
            self._check_axes(definition, parameters)
        jobs = {}
        for name, definition in definitions.items():
            for cell, values in self.cells[name].items():
                job = self._job(definition, cell, {**parameters, **values})
                jobs[job.id] = job
        return jobs

    def _check_axes(self, definition: JobDefinition, parameters: Mapping[str, str]) -> None:
        for axis in next(iter(self.cells[definition.name].values()), {}):
            if axis in parameters:
                origin = definition.values["matrix"].origin
                why = f"{definition.name}: {axis} is both a parameter and an axis of the matrix"
                self.errors.append(wrong(origin, why, hint="rename one of them"))

    def _job(self, definition: JobDefinition, cell: str, values: Mapping[str, str]) -> Job:
        name, origin = definition.name, definition.origin
        base = self._settings(definition)
        if (build := definition.get("build")) is not None:
            built = self._build(definition, build, values)
            return Job(job_id(name, cell), name, origin, cell, build=built, settings=base)
        own = {key: definition.values[key] for key in _TAKEN_OVER if key in definition.values}
        own |= self._words(definition, values)
        settings = base.replaced(own)
        return Job(
            job_id(name, cell),
            name,
            origin,
            cell,
            code=self._code(definition),
            inputs=self._inputs(definition, settings, values),
            settings=settings,
            needs=definition.get("needs", NOTHING),
            retries=definition.get("retries", 0),
            assumes_fresh=definition.get("assume-fresh", False),
        )

    def _settings(self, definition: JobDefinition) -> Settings:
        names: tuple[Value[str], ...] = definition.get("configs", ())
        wanted = tuple(name.content for name in names)
        if wanted not in self.in_force:
            try:
                self.in_force[wanted] = self.settings_of(wanted)
            except UsageError as error:
                if not names:
                    raise
                why = f"{definition.name}: configs: {error.what.partition(': ')[2] or error.what}"
                self.errors.append(wrong(names[0].origin, why, hint=error.hint))
                self.in_force[wanted] = self.settings_of(())
        return self.in_force[wanted]

    def _words(self, definition: JobDefinition, values: Mapping[str, str]) -> dict[str, Value[Any]]:
        own: dict[str, Value[Any]] = {}
        if CMD.name in definition.values:
            content, origin = definition.values[CMD.name]
            words = None if content is None else self._replaced(definition, content, origin, values)
            own[CMD.name] = Value(words, origin)
        if XDOCKER.name in definition.values:
            pieces = definition.get(XDOCKER.name, ())
            replaced = tuple(
                Value(self._replaced(definition, item.content, item.origin, values), item.origin) for item in pieces
            )
            own[XDOCKER.name] = Value(replaced, definition.values[XDOCKER.name].origin)
        return own

    def _replaced(
        self, definition: JobDefinition, words: Sequence[str], origin: Origin, values: Mapping[str, str]
    ) -> tuple[str, ...]:
        return tuple(self._word(definition, word, origin, values) for word in words)

    def _word(self, definition: JobDefinition, word: str, origin: Origin, values: Mapping[str, str]) -> str:
        if "${" not in word:
            return word
        for name in variables_in(word):
            if name not in values:
                known = did_you_mean(name, known=values)
                hint = known or "declare it in params or in the matrix; $${ stands for a literal ${"
                self.errors.append(wrong(origin, f"{definition.name}: undeclared parameter ${{{name}}}", hint=hint))
        return substitute(word, values)

    def _build(self, definition: JobDefinition, build: BuildDefinition, values: Mapping[str, str]) -> BuildDefinition:
        arguments = tuple(
            (name, value if value.content is None else self._argument(definition, value, values))
            for name, value in build.arguments
        )
        return replace(build, arguments=arguments)

    def _argument(
        self, definition: JobDefinition, value: Value[str | None], values: Mapping[str, str]
    ) -> Value[str | None]:
        return Value(self._word(definition, value.content or "", value.origin, values), value.origin)

    def _code(self, definition: JobDefinition) -> Source:
        text = definition.get("image")
        if text is None:
            return Source()
        found = self._resolved(definition, text, definition.values["image"].origin)
        if len(found) > 1:
            why = f"{definition.name}: image {text} selects {len(found)} cells; a job runs one image"
            self.errors.append(wrong(definition.values["image"].origin, why))
        return found[0][0] if found else Source()

    def _inputs(self, definition: JobDefinition, settings: Settings, values: Mapping[str, str]) -> tuple[JobInput, ...]:
        specified = self._specified(definition, settings, values)
        try:
            check_destinations([spec for spec, _ in specified])
        except UsageError as error:
            self.errors.append(wrong(specified[0][1], f"{definition.name}: {error.what}", hint=error.hint))
        return tuple(
            JobInput(source, spec.source, f"{spec.destination}/{cell}" if cell else spec.destination)
            for spec, origin in specified
            for source, cell in self._resolved(definition, spec.image, origin)
        )

    def _specified(
        self, definition: JobDefinition, settings: Settings, values: Mapping[str, str]
    ) -> list[tuple[InputSpecification, Origin]]:
        if INPUTS.name not in definition.values:
            return [(item.content, item.origin) for item in settings.get(INPUTS)]
        specified = []
        for text, origin in definition.get(INPUTS.name, ()):
            for name in variables_in(text):
                if any(sign in values.get(name, "") for sign in _IN_SPEC):
                    why = f"{definition.name}: the value of {name} has a comma or a quotation mark"
                    self.errors.append(wrong(origin, why, hint="an input can't contain it"))
            word = self._word(definition, text, origin, values)
            try:
                specified.append((parse_input(word), origin))
            except UsageError as error:
                self.errors.append(wrong(origin, f"{definition.name}: {error.what}", hint=error.hint))
        return specified

    def _resolved(self, definition: JobDefinition, text: str, origin: Origin) -> tuple[tuple[Source, str], ...]:
        if text not in self.sources:
            self.sources[text] = self._looked_up(definition, text, origin)
        return self.sources[text]

    def _looked_up(self, definition: JobDefinition, text: str, origin: Origin) -> tuple[tuple[Source, str], ...]:
        selection = parse_selection(text)
        jobs = self.definition.jobs
        if selection is None or (selection.name not in jobs and selection.pattern is not None):
            hint = did_you_mean(text.partition("[")[0], known=jobs) or f"the jobs are {', '.join([*jobs][:10])}"
            self.errors.append(wrong(origin, f"{definition.name}: unknown job {text!r}", hint=hint))
            return ()
        if selection.name not in jobs:
            return self._reference(definition, text, origin)
        cells = self.cells[selection.name]
        if "" in cells and selection.pattern is not None:
            self.errors.append(wrong(origin, f"{definition.name}: job {selection.name} has no matrix"))
            return ()
        if "" not in cells and selection.pattern is None:
            hint = f"{selection.name}[*] selects all of them"
            self.errors.append(wrong(origin, f"{definition.name}: job {text} has several cells", hint=hint))
            return ()
        found = selection.matching(cells)
        if not found:
            hint = did_you_mean(selection.pattern or "", known=cells) or f"the cells are {', '.join([*cells][:10])}"
            self.errors.append(wrong(origin, f"{definition.name}: unknown cell {text}", hint=hint))
        return tuple((Source(job_id(selection.name, cell)), cell if selection.is_pattern else "") for cell in found)

    def _reference(self, definition: JobDefinition, text: str, origin: Origin) -> tuple[tuple[Source, str], ...]:
        try:
            if parse_image_id(text) is None:
                parse_reference(text)
        except InvalidReference as error:
            hint = did_you_mean(text, known=self.definition.jobs) or error.hint
            self.errors.append(wrong(origin, f"{definition.name}: {error.what}", hint=hint))
            return ()
        return ((Source(reference=text), ""),)


def _declared(declared: Iterable[str], path: str) -> str:
    names = ", ".join(declared)
    return f"{path} declares {names}" if names else f"{path} declares no params"
