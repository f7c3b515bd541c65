"""The Dockerfiles that the fake understands, and what it says about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobber.domain.build import BuildRequest
from jobber.domain.errors import BuildFailed
from jobber.domain.image import Image, ImageConfiguration
from jobber.testing import FakeEngine, FakeProgress, Job


def build(engine: FakeEngine, folder: Path, dockerfile: str, **settings: object) -> Image:
    (folder / "Dockerfile").write_text(dockerfile)
    request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile", **settings)  # type: ignore[arg-type]
    return engine.images.inspect(engine.builder.build(request, progress=FakeProgress()))


def touch(job: Job) -> int:
    for path in job.argv[1:]:
        job.files.write(path, job.environment.get("A", ""))
    return 1 if "/fail" in job.argv else 0


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("base", programs={"/bin/touch": touch}, labels={"from": "base"})
    return engine


WRONG = [
    ("", "the Dockerfile has no FROM"),
    ("COPY x /\n", "no build stage in current context: COPY before FROM"),
    ("FROM nobody\n", "there is no image nobody"),
    ("FROM scratch\nHEALTHCHECK NONE\n", "unknown instruction: HEALTHCHECK"),
    ("FROM scratch\nADD https://files.test/x /\n", "the fake adds no files from elsewhere"),
    ("FROM scratch\nCOPY --from=nobody /x /\n", "there is no stage nobody"),
    ("FROM scratch\nCOPY nothing /\n", "COPY failed: nothing: no such file or directory"),
    (
        "FROM scratch\nRUN touch /x\n",
        'exec: "touch": executable file not found in $PATH (the fake runs',
    ),
    ("FROM base\nRUN touch /fail\n", "'touch /fail' returned a non-zero code: 1"),
    ("FROM base\nCMD [no JSON\n", "line 2: "),
]


@pytest.mark.parametrize(("dockerfile", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_is_wrong_is_told(engine: FakeEngine, tmp_path: Path, dockerfile: str, why: str) -> None:
    with pytest.raises(BuildFailed) as raised:
        build(engine, tmp_path, dockerfile)

    assert raised.value.why.startswith(why)


def test_failing_step_is_named_with_its_log(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed) as raised:
        build(engine, tmp_path, "FROM base\nRUN touch /ok\nRUN touch /fail\n")

    assert raised.value.step == "Step 3/3 : RUN touch /fail"
    assert raised.value.log == b"Step 3/3 : RUN touch /fail\n"


def test_target_that_is_no_stage_is_told(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="there is no stage nobody"):
        build(engine, tmp_path, "FROM base AS one\n", target="nobody")


def test_target_ends_the_build(engine: FakeEngine, tmp_path: Path) -> None:
    built = build(engine, tmp_path, "FROM base AS one\nLABEL a=1\nFROM scratch\nLABEL a=2\n", target="one")

    assert built.labels == {"from": "base", "a": "1"}


def test_stages_are_built_upon_and_copied_from_by_name_and_number(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = (
        "FROM base AS one\nRUN touch /out/a /out/deep/b\nFROM one AS two\nLABEL two=2\n"
        "FROM scratch\nCOPY --from=one /out /all\nCOPY --from=0 /out/a /one\nCOPY --from=two /out/deep /deep\n"
    )
    built = build(engine, tmp_path, dockerfile)

    assert engine.list(built.id) == ["/all/a", "/all/deep/b", "/deep/b", "/one"]
    assert built.labels == {}


def test_stage_by_platform_flag(engine: FakeEngine, tmp_path: Path) -> None:
    assert build(engine, tmp_path, "FROM --platform=linux/amd64 base\n").labels == {"from": "base"}


def test_files_that_a_stage_took_away_are_not_copied(engine: FakeEngine, tmp_path: Path) -> None:
    engine.image("base", programs={"/bin/remove": lambda job: job.files.remove("/d/x"), "/bin/touch": touch})
    dockerfile = "FROM base AS one\nRUN touch /d/x /d/y\nRUN remove\nFROM scratch\nCOPY --from=one /d /d\n"

    assert engine.list(build(engine, tmp_path, dockerfile).id) == ["/d/y"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "default"), ({"A": "given"}, "given"), ({"A": None}, "default"), ({"B": "other"}, "default")],
)
def test_arguments_have_defaults_and_values(
    engine: FakeEngine, tmp_path: Path, given: dict[str, str | None], expected: str
) -> None:
    built = build(engine, tmp_path, 'FROM base\nARG A="default"\nLABEL a=$A\nRUN touch /x\n', arguments=given)

    assert (built.labels["a"], engine.read(built.id, "/x")) == (expected, expected.encode())


def test_arguments_before_from_are_taken_over_where_they_are_named(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = "ARG NAME=base\nARG A=1\nFROM $NAME\nARG A\nARG B\nARG C=\nLABEL a=$A b=${B:-none} c=$C d=${D:-4}\n"
    built = build(engine, tmp_path, dockerfile)

    assert built.labels == {"from": "base", "a": "1", "b": "none", "c": "", "d": "4"}


def test_words_in_their_older_form(engine: FakeEngine, tmp_path: Path) -> None:
    built = build(engine, tmp_path, "FROM base\nENV A some words\nLABEL\nCMD touch /x\n")

    assert built.configuration.environment[1:] == ("A=some words",)
    assert built.configuration.command == ("/bin/sh", "-c", "touch /x")


def test_configuration(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = (
        '# a comment\n\nFROM base\nENV A=1 \\\n    B="2 3"\nWORKDIR /work\nWORKDIR deep\nUSER $A\nEXPOSE 80 53/udp\n'
        'VOLUME ["/v"]\nVOLUME /w /x\nSTOPSIGNAL SIGINT\nENTRYPOINT ["touch"]\nCMD ["/x"]\nRUN ["touch", "/y"]\n'
    )
    configuration = build(engine, tmp_path, dockerfile).configuration

    assert configuration.environment[1:] == ("A=1", "B=2 3")
    assert (configuration.workdir, configuration.user) == ("/work/deep", "1")
    assert configuration.exposed_ports == ("53/udp", "80/tcp")
    assert configuration.volumes == ("/v", "/w", "/x")
    assert configuration.stop_signal == "SIGINT"
    assert (configuration.entrypoint, configuration.command) == (("touch",), ("/x",))


def test_context_is_copied_but_for_what_is_ignored(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "in" / "empty").mkdir(parents=True)
    (tmp_path / "in" / "link").symlink_to("x")
    for name in ("in/x", "in/y.log", "z", "z.log"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".dockerignore").write_text("**/*.log\nDockerfile\n.dockerignore\n")
    dockerfile = 'FROM scratch\nWORKDIR /w\nADD z .\nCOPY in/* /in/\nCOPY . /all\nCOPY ["z", "/renamed"]\n'
    built = build(engine, tmp_path, dockerfile)

    assert engine.list(built.id) == [
        "/all/in/link", "/all/in/x", "/all/z", "/in/link", "/in/x", "/renamed", "/w/z"
    ]  # fmt: skip


def test_ignored_file_can_t_be_copied(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    (tmp_path / ".dockerignore").write_text("x\n")

    with pytest.raises(BuildFailed, match="COPY failed"):
        build(engine, tmp_path, "FROM scratch\nCOPY x /\n")


@pytest.mark.parametrize(
    ("instructions", "command"),
    [
        ('CMD ["own"]\nENTRYPOINT ["/e"]\n', ("own",)),
        ('ENTRYPOINT ["/e"]\nCMD ["own"]\nENTRYPOINT ["/f"]\n', ("own",)),
        ('ENTRYPOINT ["/e"]\n', None),
        ("LABEL a=b\n", ("inherited",)),
    ],
)
def test_entry_point_takes_away_an_inherited_command_alone(
    engine: FakeEngine, tmp_path: Path, instructions: str, command: tuple[str, ...] | None
) -> None:
    engine.image("parent", dockerfile='FROM base\nCMD ["inherited"]\n')

    built = build(engine, tmp_path, f"FROM parent\n{instructions}")

    assert command == built.configuration.command


def test_entry_point_takes_away_the_command_of_an_earlier_stage(engine: FakeEngine, tmp_path: Path) -> None:
    built = build(engine, tmp_path, 'FROM base AS one\nCMD ["one"]\nFROM one\nENTRYPOINT ["/e"]\n')

    assert built.configuration.command is None


@pytest.mark.parametrize(
    ("instructions", "docker", "podman"),
    [
        ("ARG A=arg\nENV B=$A\n", "arg", "image"),
        ("ENV A=env\nARG A=arg\nENV B=$A\n", "arg", "env"),
        ("ARG A=arg\nENV A=env\nENV B=$A\n", "env", "env"),
        ("ARG A=arg\nENV A=env B=$A\n", "arg", "image"),
        ("ARG A=arg\nARG C=$A\nENV B=$C\n", "arg", "image"),
        ("ARG A\nENV B=$A\n", "image", "image"),
        ("ARG N=arg\nENV B=$N\n", "arg", "arg"),
    ],
)
def test_of_an_argument_and_a_variable_of_one_name_engines_choose_their_own(
    tmp_path: Path, instructions: str, docker: str, podman: str
) -> None:
    found = []
    for flavour in ("docker", "podman"):
        engine = FakeEngine(flavour=flavour)
        engine.image("parent", files={}, configuration=ImageConfiguration(environment=("A=image",)))
        built = build(engine, tmp_path, f"FROM parent\n{instructions}")
        found.append(dict(variable.split("=", 1) for variable in built.configuration.environment)["B"])

    assert found == [docker, podman]


def test_default_of_an_argument_may_name_another_one_before_the_first_image(tmp_path: Path, engine: FakeEngine) -> None:
    built = build(engine, tmp_path, "ARG ONE=ba\nARG TWO=${ONE}se\nFROM $TWO\n")

    assert built.labels["from"] == "base"
