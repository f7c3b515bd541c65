"""The cells of a matrix: all combinations of its axes, without the excluded ones, and the included ones."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from jobber.domain.pipelines.errors import wrong
from jobber.domain.pipelines.names import cell_name
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from jobber.domain.configuration.origin import Value
    from jobber.domain.errors import UsageError
    from jobber.domain.pipelines.definition import Cell, JobDefinition

MOST_CELLS = 100_000
"""The largest number of cells of one job."""


def cells_of(job: JobDefinition, errors: list[UsageError]) -> dict[str, Cell]:
    """Return the cells of a job by name; one nameless cell for a job without a matrix."""
    matrix = job.values.get("matrix")
    if matrix is not None and matrix.content is None:  # it could not be read
        return {"": {}}
    axes: dict[str, tuple[str, ...]] = {} if matrix is None else matrix.content
    excluded: tuple[Value[Cell], ...] = job.get("exclude", ())
    included: tuple[Value[Cell], ...] = job.get("include", ())
    if matrix is None:
        errors.extend(wrong(item.origin, "exclude and include need a matrix") for item in (*excluded, *included)[:1])
        return {"": {}}
    count = 1
    for values in axes.values():
        count *= len(values)
    if count > MOST_CELLS:
        errors.append(wrong(matrix.origin, f"matrix has {count} cells; the limit is {MOST_CELLS}"))
        return {}
    cells = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    for item in excluded:
        cells = _without(cells, item, axes, errors)
    for item in included:
        cells += _one_more(item, axes, errors)
    if not cells and not errors:
        errors.append(wrong(matrix.origin, "matrix has no cells left"))
    return _named(cells, matrix, errors)


def _without(
    cells: list[Cell], excluded: Value[Cell], axes: dict[str, tuple[str, ...]], errors: list[UsageError]
) -> list[Cell]:
    if unknown := next((axis for axis in excluded.content if axis not in axes), None):
        hint = did_you_mean(unknown, known=axes) or f"its axes are {', '.join(axes)}"
        errors.append(wrong(excluded.origin, f"exclude: unknown axis {unknown!r}", hint=hint))
        return cells
    left = [cell for cell in cells if not excluded.content.items() <= cell.items()]
    if len(left) == len(cells):
        errors.append(wrong(excluded.origin, f"exclude: no cell has {_shown(excluded.content)}"))
    return left


def _one_more(included: Value[Cell], axes: dict[str, tuple[str, ...]], errors: list[UsageError]) -> tuple[Cell, ...]:
    if missing := [axis for axis in axes if axis not in included.content]:
        errors.append(wrong(included.origin, f"include: a cell needs a value for {missing[0]}"))
        return ()
    order = [*axes, *(axis for axis in included.content if axis not in axes)]
    return ({axis: included.content[axis] for axis in order},)


def _named(cells: list[Cell], matrix: Value[dict[str, tuple[str, ...]]], errors: list[UsageError]) -> dict[str, Cell]:
    named: dict[str, Cell] = {}
    for cell in cells:
        name = cell_name(cell.values())
        if name in named:
            why = f"two cells have the name and the tag {name}: {_shown(named[name])} and {_shown(cell)}"
            errors.append(wrong(matrix.origin, why, hint="change one of the values"))
        named[name] = cell
    return named


def _shown(cell: Cell) -> str:
    return ", ".join(f"{axis}: {value}" for axis, value in cell.items())
