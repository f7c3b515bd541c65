"""The file of a pipeline: its content, and every error with its line."""

from __future__ import annotations

import pytest
from pipeline_files import commands_of, errors_of, pipeline_of

from jobber.domain.configuration.in_force import Settings
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import DEFAULT_REGISTRY, INPUTS, OUT, TIMEOUT, XDOCKER
from jobber.domain.images.reference import Registry
from jobber.domain.pipelines.definition import Needs
from jobber.domain.pipelines.errors import PipelineInvalid
from jobber.domain.pipelines.names import JobId
from jobber.domain.pipelines.settings import SETTINGS, schema
from jobber.domain.runs.input import parse_input


def test_job_has_the_settings_of_its_file() -> None:
    job = pipeline_of(
        """
        jobs:
          train:
            image: python
            cmd: python3 'a b'
            out: /model
            Xdocker: --memory 1g
            timeout: 1h30m
            needs: {gpus: 1, cpus: 0.5, memory: 16g}
            retries: 2
            assume-fresh: true
            configs: gpu
        """
    ).jobs[JobId("train")]

    assert commands_of(pipeline_of("jobs: {a: {image: b, cmd: none}}")) == {"a": None}
    assert (job.settings.get(OUT), job.settings.get(TIMEOUT)) == ("/model", 5400.0)
    assert [item.content for item in job.settings.get(XDOCKER)] == [("--memory", "1g")]
    assert (job.needs, job.retries, job.assumes_fresh) == (Needs(1, 0.5, 16 << 30), 2, True)
    assert job.settings.active == ("gpu",)
    assert (str(job.repository), str(job.moving)) == ("train", "train:latest-run")
    assert job.code.label == "python"


def test_result_is_in_the_default_registry() -> None:
    settings = Settings({DEFAULT_REGISTRY.name: Value(Registry("r.io", ("me",)), Origin("-r"))})

    assert str(pipeline_of("jobs: {a: {build: .}}", settings=settings).jobs[JobId("a")].moving) == "r.io/me/a:latest"


def test_layered_configuration_applies_below_a_job() -> None:
    settings = Settings({INPUTS.name: Value((Value(parse_input("digits"), Origin("/c.yml", 1)),), Origin("/c.yml", 1))})
    jobs = pipeline_of("jobs: {digits: {build: d}, a: {image: b}, c: {image: b, inputs: []}}", settings=settings).jobs

    assert [item.source.label for item in jobs[JobId("a")].inputs] == ["digits"]
    assert jobs[JobId("c")].inputs == ()
    assert jobs[JobId("a")].upstream == ("digits",)


def test_build_has_a_context_or_more() -> None:
    jobs = pipeline_of(
        """
        params: {base: python}
        jobs:
          a: {build: {context: dir, args: {BASE: "${base}:3", N: 1, E: null}}}
          b:
            build: {context: dir, file: D, target: t, platform: linux/arm64, args: {BASE: "${base}:3", N: 1, E: null}}
        """
    ).jobs
    build = jobs[JobId("b")].build

    assert jobs[JobId("a")].build is not None
    assert build is not None
    assert (build.context, build.file, build.target, build.platform) == ("dir", "D", "t", "linux/arm64")
    assert [(name, value.content) for name, value in build.arguments] == [("BASE", "python:3"), ("N", "1"), ("E", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: a pipeline is a mapping, not nothing"),
        ("- a", "1: a pipeline is a mapping, not a list"),
        ("params: {}", "1: a pipeline needs jobs"),
        ("jobs: {}", "1: jobs must be a mapping of names to jobs, not an empty mapping"),
        ("jobs: 3", "1: jobs must be a mapping of names to jobs, not the number 3"),
        ("job: {}\njobs: {a: {build: .}}", "1: unknown setting 'job' (did you mean jobs?)"),
        ("zzzz: {}\njobs: {a: {build: .}}", "1: unknown setting 'zzzz' (a pipeline has params and jobs)"),
        ("jobs:\n  a: 3", "2: job a must be a mapping of settings, not the number 3"),
        ("jobs:\n  A: {build: .}", "2: 'A' is not a valid name of a job"),
        ("jobs:\n  a: {imagee: b}", "2: unknown setting 'imagee' (did you mean image?)"),
        ("jobs:\n  a: {xyzzy: b, image: b}", "2: unknown setting 'xyzzy' (a job has build"),
        ("jobs:\n  a: {cmd: b}", "2: job a has neither image nor build"),
        ("jobs:\n  a: {build: ., cmd: b}", "2: a: a build job can't have cmd"),
        ("jobs:\n  a: {image: b, timeout: 3x}", "2: a: timeout must be a number of seconds"),
        ("jobs:\n  a: {image: b, timeout: 0h}", "2: a: timeout must be a number of seconds"),
        ("jobs:\n  a: {image: b, retries: 1.5}", "2: a: retries must be a whole number"),
        ("jobs:\n  a: {image: b, retries: -1}", "2: a: retries must be a whole number"),
        (
            "jobs:\n  a: {image: b, needs: 3}",
            "2: a: needs must be a mapping of gpus, cpus and memory, not the number 3",
        ),
        ("jobs:\n  a: {image: b, needs: {gpu: 3}}", "2: a: needs has an unknown resource 'gpu' (did you mean gpus?)"),
        ("jobs:\n  a: {image: b, needs: {zz: 3}}", "2: a: needs has an unknown resource 'zz' (the resources are"),
        ("jobs:\n  a: {image: b, needs: {gpus: x}}", "2: a: needs has an invalid amount of gpus: x"),
        ("jobs:\n  a: {image: b, needs: {cpus: -1}}", "2: a: needs has an invalid amount of cpus: -1"),
        ("jobs:\n  a: {image: b, needs: {cpus: []}}", "2: a: needs cpus must be a string, a number or a boolean"),
        ("jobs:\n  a: {image: b, inputs: ['']}", "2: a: inputs has an empty item"),
        ("jobs:\n  a: {image: b, inputs: 3}", "2: a: inputs must be a list of inputs"),
        ("jobs:\n  a: {image: b, inputs: ['x,y=z']}", "2: a: input 'x,y=z'"),
        ("jobs:\n  a: {image: b, inputs: [c, d]}", "2: a: two inputs are mounted at /data: c and d"),
        ("jobs:\n  a: {image: 'B'}", "2: a: not an image reference: 'B'"),
        ("jobs:\n  a: {image: b, matrix: 3}", "2: a: matrix must be a mapping of names, each to a list of values"),
        (
            "jobs:\n  a: {image: b, matrix: {}}",
            "2: a: matrix must be a mapping of names, each to a list of values, and",
        ),
        ("jobs:\n  a: {image: b, matrix: {x: []}}", "2: a: matrix must be a mapping of names"),
        ("jobs:\n  a: {image: b, matrix: {x: [1, 1]}}", "2: a: matrix has a value twice in x"),
        ("jobs:\n  a: {image: b, matrix: {'1': [1]}}", "2: a: matrix has an invalid name '1'"),
        ("jobs:\n  a: {image: b, matrix: {x: [{}]}}", "2: a: matrix x has a value that must be a string"),
        ("jobs:\n  a: {image: b, exclude: 3}", "2: a: exclude must be a list of mappings"),
        ("jobs:\n  a: {image: b, exclude: [{}]}", "2: a: exclude must be a list of mappings of names to values; one"),
        ("jobs:\n  a: {build: 3}", "2: a: build must be a directory, or a mapping"),
        ("jobs:\n  a: {build: ''}", "2: a: build must be a string that is not empty"),
        ("jobs:\n  a: {build: {}}", "2: a: build needs a context"),
        ("jobs:\n  a: {build: {context: ., tag: x}}", "2: a: build has an unknown key 'tag' (did you mean target?)"),
        ("jobs:\n  a: {build: {context: ., zz: x}}", "2: a: build has an unknown key 'zz' (it has context"),
        ("jobs:\n  a: {build: {context: ., args: 3}}", "2: a: build must be args: a mapping of names to values"),
        ("params: 3\njobs: {a: {build: .}}", "1: params must be a mapping of names to values, not the number 3"),
        ("params: {a: []}\njobs: {a: {build: .}}", "1: params: a must be a string, a number or a boolean, not a list"),
        ("params: {1a: 1}\njobs: {a: {build: .}}", "1: params: invalid name '1a'"),
        ("jobs:\n  a: {image: b, configs: [unknown]}", "2: a: configs: unknown configuration 'unknown'"),
    ],
)
def test_error_has_its_line(text: str, expected: str) -> None:
    found = errors_of(text)

    assert found
    assert found[0].startswith(expected)


def test_all_errors_are_reported_together() -> None:
    text = """
    params: {seed: 7}
    jobs:
      a: {image: b, comand: x}
      b: {image: c, cmd: "${sed}"}
      c: {image: b}
    """
    found = errors_of(text)

    assert [error.partition(" (")[0] for error in found] == [
        "4: unknown setting 'comand'",
        "5: b: undeclared parameter ${sed}",
        "5: jobs form a cycle: b → c → b",
    ]


def test_errors_are_one_error_with_all_lines() -> None:
    with pytest.raises(PipelineInvalid) as caught:
        pipeline_of("jobs: {a: {imag: b}, b: {zzz: c}}")

    assert caught.value.what.startswith("the pipeline has 4 errors:\n  ")
    assert "did you mean image?" in caught.value.what
    assert caught.value.hint is None


def test_params_may_be_empty() -> None:
    assert pipeline_of("params:\njobs: {a: {build: .}}").parameters == {}


def test_every_setting_is_in_the_schema() -> None:
    found: dict = schema()  # type: ignore[type-arg]

    assert [*found["$defs"]["job"]["properties"]] == [*SETTINGS]


def test_kinds_show_what_they_read() -> None:
    texts, whole, matrix = SETTINGS["inputs"].kind, SETTINGS["retries"].kind, SETTINGS["matrix"].kind
    origin = Origin("/x")

    assert texts.plain((Value("a", origin),)) == ["a"]
    assert whole.plain(whole.read_text("3", origin)) == 3
    assert matrix.plain({"a": ("b",)}) == matrix.written({"a": ("b",)})
    with pytest.raises(Exception, match="must be a mapping"):
        matrix.read_text("x", origin)
