"""Parameters, cells of a matrix, and the connections between jobs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_files import commands_of, errors_of, pipeline_of

from jobber.domain.configuration.in_force import Settings
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import XDOCKER
from jobber.domain.errors import UsageError
from jobber.domain.pipelines.definition import JobDefinition, PipelineDefinition
from jobber.domain.pipelines.expand import expand
from jobber.domain.pipelines.names import JobId, Selection, cell_name, job_id, parse_selection
from jobber.domain.pipelines.substitution import substitute, variables_in

_MATRIX = """
params: {epochs: 20}
jobs:
  prepare: {image: steps}
  steps: {build: steps}
  train:
    matrix: {model: [cnn, mlp], fold: [1, 2]}
    exclude: [{model: mlp, fold: 2}]
    include: [{model: tiny, fold: 1, extra: x/y}]
    image: steps
    cmd: [train, "${model}", "${fold}", "$${HOME}", "${epochs}"]
    inputs: [prepare]
  compare:
    image: steps
    cmd: compare
    inputs: ["train[*],dest=/runs", "train[cnn-1],dest=/first"]
  some: {image: steps, inputs: ["train[cnn-*]"]}
"""


def test_matrix_has_cells_with_names() -> None:
    pipeline = pipeline_of(_MATRIX, given={"epochs": "5"})

    assert commands_of(pipeline)["train[cnn-1]"] == ("train", "cnn", "1", "${HOME}", "5")
    assert [job.cell for job in pipeline.cells("train")] == ["cnn-1", "cnn-2", "mlp-1", "tiny-1-x-y"]
    assert str(pipeline.jobs[JobId("train[cnn-2]")].moving) == "train:cnn-2.latest-run"


def test_fan_in_has_a_directory_for_each_cell() -> None:
    jobs = pipeline_of(_MATRIX).jobs

    assert [(item.source.label, item.destination) for item in jobs[JobId("compare")].inputs] == [
        ("train[cnn-1]", "/runs/cnn-1"),
        ("train[cnn-2]", "/runs/cnn-2"),
        ("train[mlp-1]", "/runs/mlp-1"),
        ("train[tiny-1-x-y]", "/runs/tiny-1-x-y"),
        ("train[cnn-1]", "/first"),
    ]
    assert [item.destination for item in jobs[JobId("some")].inputs] == ["/data/cnn-1", "/data/cnn-2"]


def test_jobs_come_after_those_they_need() -> None:
    order = [*pipeline_of(_MATRIX).jobs]

    assert order.index(JobId("steps")) < order.index(JobId("prepare")) < order.index(JobId("train[cnn-1]"))
    assert order[-2:] == ["compare", "some"] or set(order[-2:]) == {"compare", "some"}


def test_parameters_are_replaced_word_by_word() -> None:
    text = "params: {name: 'a b', n: 0.10}\njobs: {x: {image: y, cmd: 'run ${name} ${n}', Xdocker: '-e N=${name}'}}"
    job = pipeline_of(text).jobs[JobId("x")]

    assert commands_of(pipeline_of(text)) == {"x": ("run", "a b", "0.10")}
    assert [item.content for item in job.settings.get(XDOCKER)] == [("-e", "N=a b")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("image: train", "a: job train has several cells (train[*] selects all of them)"),
        ("image: 'train[*]'", "a: image train[*] selects 4 cells; a job runs one image"),
        ("image: 'train[cnn-9]'", "a: unknown cell train[cnn-9] (did you mean cnn-"),
        ("image: 'train[zzzzzz]'", "a: unknown cell train[zzzzzz] (the cells are cnn-1"),
        ("image: 'prepare[x]'", "a: job prepare has no matrix"),
        ("image: 'trein[cnn-1]'", "a: unknown job 'trein[cnn-1]' (did you mean train?)"),
        ("image: 'zzzzz[1]'", "a: unknown job 'zzzzz[1]' (the jobs are prepare, steps, train"),
        ("image: 'train['", "a: unknown job 'train[' (did you mean train?)"),
        ("image: 'Traiin'", "a: 'Traiin'"),
        ("image: steps, cmd: '${epoch}'", "a: undeclared parameter ${epoch} (did you mean epochs?)"),
        ("image: steps, cmd: '${zzzz}'", "a: undeclared parameter ${zzzz} (declare it"),
        ("image: steps, matrix: {epochs: [1]}", "a: epochs is both a parameter and an axis of the matrix"),
        ("image: steps, exclude: [{x: 1}]", "a: exclude and include need a matrix"),
        ("image: steps, matrix: {x: [1]}, exclude: [{y: 1}]", "a: exclude: unknown axis 'y'"),
        ("image: steps, matrix: {x: [1]}, exclude: [{x: 2}]", "exclude: no cell has x: 2"),
        ("image: steps, matrix: {x: [1]}, exclude: [{x: 1}]", "matrix has no cells left"),
        ("image: steps, matrix: {x: [1]}, include: [{y: 2}]", "include: a cell needs a value for x"),
        ("image: steps, matrix: {x: [1-2, 1], y: [3, 2-3]}", "two cells have the name and the tag 1-2-3"),
    ],
)
def test_wrong_names_are_errors(cell: str, expected: str) -> None:
    found = errors_of(_MATRIX + "  a: {" + cell + "}\n")

    assert any(expected.removeprefix("a: ") in error for error in found), found


def test_value_with_a_comma_is_no_part_of_an_input() -> None:
    found = errors_of("params: {d: 'a,src=/x'}\njobs: {a: {image: b, inputs: ['${d}']}}")

    assert "the value of d has a comma or a quotation mark" in found[0]


def test_input_may_have_parameters() -> None:
    text = "params: {m: x}\njobs: {a: {image: b, matrix: {k: [x, y]}}, c: {image: b, inputs: ['a[${m}],dest=/${m}']}}"

    assert [(it.source.label, it.destination) for it in pipeline_of(text).jobs[JobId("c")].inputs] == [("a[x]", "/x")]


def test_error_of_the_layered_configuration_is_its_own() -> None:
    def settings_of(names: tuple[str, ...]) -> Settings:
        raise UsageError(f"broken {names}")

    with pytest.raises(UsageError, match="broken"):
        expand(PipelineDefinition("p", jobs={"a": _JOB}), overrides={}, settings_of=settings_of)


_JOB = JobDefinition("a", Origin("p", 1), {"image": Value("b", Origin("p", 1))})


def test_too_many_cells_are_an_error() -> None:
    axes = ", ".join(f"a{n}: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" for n in range(6))

    assert "matrix has 1000000 cells" in errors_of(f"jobs: {{a: {{image: b, matrix: {{{axes}}}}}}}")[0]


def test_unknown_parameter_on_the_command_line() -> None:
    text = "params: {seed: 1}\njobs: {a: {build: .}}"

    assert errors_of(text, {"sed": "1"}) == ["-p sed: unknown parameter (did you mean seed?)"]
    assert errors_of(text, {"zz": "1"}) == ["-p zz: unknown parameter (/p/jobber-pipeline.yml declares seed)"]
    assert errors_of("jobs: {a: {build: .}}", {"zz": "1"})[0].endswith("declares no params)")


@given(st.dictionaries(st.from_regex(r"[a-z]+", fullmatch=True), st.text()), st.text())
def test_text_without_variables_stays_as_it_is(values: dict[str, str], text: str) -> None:
    plain = text.replace("${", "")

    assert substitute(plain, values) == plain
    assert [*variables_in(plain)] == []


@given(st.text())
def test_values_are_not_replaced_again(value: str) -> None:
    assert substitute("<${a}>", {"a": value}) == f"<{value}>"


def test_escaped_variables_are_literal() -> None:
    assert substitute("$${a} ${ b }", {"a": "x", "b": "y"}) == "${a} y"
    assert [*variables_in("$${a} ${ b }")] == ["b"]


@given(st.lists(st.text(min_size=1), min_size=1))
def test_cell_names_are_valid_in_tags(values: list[str]) -> None:
    name = cell_name(values)

    assert name
    assert all(letter.isascii() and (letter.isalnum() or letter in "_.-") for letter in name)


def test_selections() -> None:
    assert parse_selection("a[b-*]") == Selection("a", "b-*")
    assert parse_selection("a[]") is None
    assert Selection("a", "b").is_pattern is False
    assert Selection("a").matching(["", "x"]) == ("", "x")
    assert (job_id("a"), job_id("a", "b")) == ("a", "a[b]")
