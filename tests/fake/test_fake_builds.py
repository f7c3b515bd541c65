"""The Dockerfiles that the fake understands, and what it says about the others."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from jobber.adapters.fake.filesystem.files import Files
from jobber.domain.errors import BuildFailed, OptionUnsupported
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.credentials import Credentials
from jobber.domain.images.image import Image, ImageConfiguration, ImageHealthCheck
from jobber.domain.images.reference import parse_reference
from jobber.testing import FakeEngine, FakeProgress, Job


def build(engine: FakeEngine, folder: Path, dockerfile: str, **settings: object) -> Image:
    (folder / "Dockerfile").write_text(dockerfile)
    request = BuildRequest(context=folder, dockerfile=folder / "Dockerfile", **settings)  # type: ignore[arg-type]
    return engine.images.inspect(engine.builder.build(request, progress=FakeProgress()))


def variables_of(image: Image) -> tuple[str, ...]:
    """The variables of an image, apart from the one that all have."""
    return tuple(variable for variable in image.configuration.environment if not variable.startswith("PATH="))


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
    ("COPY x /\n", "line 1: no build stage in current context: COPY before FROM"),
    ("FROM nobody\n", "line 1: there is no image nobody"),
    ("FROM scratch\n\nCURE x\n", "line 3: unknown instruction: CURE"),
    ("FROM scratch\nMAINTAINER me\n", "line 2: the fake does not support MAINTAINER"),
    *(
        (
            f"FROM scratch\nHEALTHCHECK {text}\n",
            "line 2: expected HEALTHCHECK [OPTIONS] CMD COMMAND or HEALTHCHECK NONE",
        )
        for text in ("x", "CMD", "--retries=1", "NONE x", "--retries=1 NONE")
    ),
    ("FROM scratch\nHEALTHCHECK CMD []\n", "line 2: a command is missing"),
    ("FROM scratch\nHEALTHCHECK --interval=x CMD x\n", "line 2: 'x' is not a duration"),
    ("FROM scratch\nHEALTHCHECK --often CMD x\n", "line 2: the fake does not support --often here"),
    ("FROM scratch\nSHELL bash\n", "line 2: SHELL needs a list in JSON"),
    ("FROM scratch\nSHELL []\n", "line 2: SHELL needs a list in JSON"),
    *(
        (f"FROM scratch\nONBUILD {word} x\n", f"line 2: {word} is not allowed as an ONBUILD trigger")
        for word in ("FROM", "ONBUILD", "MAINTAINER")
    ),
    ("FROM\n", "line 1: FROM needs an argument"),
    ("FROM base AS\n", "line 1: expected FROM IMAGE or FROM IMAGE AS NAME"),
    ("FROM base is one\n", "line 1: expected FROM IMAGE or FROM IMAGE AS NAME"),
    ("FROM $NOTHING\n", "line 1: expected FROM IMAGE or FROM IMAGE AS NAME"),
    ("FROM base AS 1a\n", "line 1: '1a' is not a name for a stage: it must begin with a letter"),
    ("FROM base AS a\nFROM base AS a\n", "line 2: two stages are named a"),
    ("FROM --bogus=1 base\n", "line 1: the fake does not support --bogus here"),
    ("FROM --platform=linux/arm64 base\n", "line 1: there is no platform 'linux/arm64' on the fake"),
    ("# escape=x\nFROM base\n", "line 1: escape can be \\ or `, not 'x'"),
    ("FROM scratch\nADD https://files.test/x /\n", "line 2: the fake does not add remote files"),
    ('FROM scratch\nARG U=https://files.test\nADD ["$U/x", "/"]\n', "line 3: the fake does not add remote files"),
    ("FROM scratch\nADD git@files.test:x /\n", "line 2: the fake does not add remote files"),
    ("FROM scratch\nADD --chmod=600 t.tar /\n", "line 2: /t.tar: the fake does not change modes in an archive"),
    ("FROM scratch\nADD pipe.tar /\n", "line 2: pipe: the fake's files are files, links and directories"),
    ("FROM scratch\nCOPY --from=nobody /x /\n", "line 2: there is no image nobody"),
    ("FROM scratch AS a\nCOPY --from=a /x /\n", "line 2: stage a can't take from itself"),
    ("FROM scratch\nCOPY --from=0 /x /\n", "line 2: there is no image 0"),
    ("FROM scratch\nCOPY --from=NOT /x /\n", "line 2: not an image reference"),
    ("FROM scratch\nCOPY --bogus=1 f /\n", "line 2: the fake does not support --bogus here"),
    ("FROM base\nRUN <<EOF\ntouch /x\nEOF\n", "line 2: the fake does not support here-documents"),
    ("FROM scratch\nCOPY --chown=1:1 f /\n", "line 2: the fake does not support --chown here"),
    ("FROM scratch\nCOPY --chmod=u+x f /\n", "line 2: --chmod=u+x: the fake supports only numeric modes"),
    ("FROM scratch\nCOPY f\n", "line 2: a source and a destination are needed"),
    ("FROM scratch\nCOPY nothing /\n", "line 2: /nothing: no such file or directory"),
    ("FROM scratch\nCOPY *.zip /\n", "line 2: *.zip: no such file or directory"),
    ("FROM scratch\nCOPY **/f /\n", "line 2: **/f: the fake supports only *, ? and []"),
    ("FROM scratch\nCOPY out /f\n", "line 2: /out: no such file or directory"),
    ("FROM scratch\nCOPY f f.2 /f\n", "line 2: /f is for more than one source, and must end with /"),
    ("FROM scratch\nCOPY f /f\nCOPY d /f\n", "line 3: [Errno 20] Not a directory: '/f'"),
    ("FROM scratch\nCOPY f /f\nCOPY f /f/g\n", "line 3: [Errno 17] File exists: '/f'"),
    ("FROM scratch\nCOPY d/x /f/f/x\nCOPY f /f/\n", "line 3: [Errno 21] Is a directory: '/f/f'"),
    ("FROM scratch\nRUN touch /x\n", 'line 2: exec: "touch": executable file not found in $PATH (the fake runs'),
    ("FROM base\nRUN touch /fail\n", "line 2: 'touch /fail' returned a non-zero code: 1"),
    ("FROM base\nRUN touch /x && touch /fail && touch /y\n", "line 2: 'touch /fail' returned a non-zero code: 1"),
    ("FROM base\nRUN --mount=type=cache,target=/x touch /x\n", "line 2: the fake does not support --mount here"),
    ("FROM base\nRUN []\n", "line 2: a command is missing"),
    ("FROM base\nRUN touch /x > /y\n", "line 2: > needs a shell, which the fake does not have"),
    ("FROM base\nCMD [1, 2]\n", "line 2: a list in JSON has to consist of strings"),
    ("FROM base\nENV A=1 B\n", "line 2: B is not a NAME=VALUE"),
    ("FROM base\nENV =1\n", "line 2: =1 is not a NAME=VALUE"),
    ("FROM base\nENV A\n", "line 2: A has no value"),
    ("FROM base\nLABEL\n", "line 2: LABEL needs an argument"),
    ("FROM base\nARG =1\n", "line 2: =1 has no name"),
    ("FROM base\nEXPOSE many\n", "line 2: 'many' is not a port"),
    ("FROM base\nVOLUME $NOTHING\n", "line 2: the path of a volume is empty"),
    ("FROM base\nSTOPSIGNAL bogus\n", "line 2: there is no signal bogus"),
    ("FROM base\nSTOPSIGNAL 99\n", "line 2: there is no signal 99"),
    *(
        (f"FROM base\nENV A={value}\n", f"line 2: {value}: of variables the fake supports $NAME, ${{NAME}}, ")
        for value in ("${A-x}", "${A:?x}", "${A+x}", "${A", "${}", "$$")
    ),
    *((f"FROM base\nENV A={value}\n", f"line 2: {value} has no closing") for value in ("'x", '"x', "${A:-x")),
]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A directory with a file, a directory with another, archives, and a link that leads elsewhere."""
    (tmp_path / "d").mkdir()
    for name in ("f", "f.2", "d/x"):
        (tmp_path / name).write_text(name)
    (tmp_path / "out").symlink_to("/etc/hostname")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        archive.add(tmp_path / "f", "./inner")
    with tarfile.open(tmp_path / "pipe.tar", "w") as archive:
        pipe = tarfile.TarInfo("pipe")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    return tmp_path


@pytest.mark.parametrize(("dockerfile", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_is_wrong_is_told_with_its_line(engine: FakeEngine, context: Path, dockerfile: str, why: str) -> None:
    with pytest.raises(BuildFailed) as raised:
        build(engine, context, dockerfile)

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
    built = build(engine, tmp_path, "FROM base\nENV A some   'words'\nCMD touch /x\n")

    assert variables_of(built) == ("A=some   words",)
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
    assert Files(engine.store.images[built.id].layers).is_directory("/all/in/empty")


def test_ignored_file_can_t_be_copied(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    (tmp_path / ".dockerignore").write_text("x\n")

    with pytest.raises(BuildFailed, match="line 2: /x: no such file"):
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


def files_of(engine: FakeEngine, image: Image) -> Files:
    return Files(engine.store.images[image.id].layers)


def test_last_line_may_end_as_if_another_came(engine: FakeEngine, tmp_path: Path) -> None:
    built = build(engine, tmp_path, "FROM base\nENV A=1 \\\n# a comment\n\n  B=2\\\n3 \\\n")

    assert variables_of(built) == ("A=1", "B=23")


def test_line_that_goes_on_is_told_where_it_begins(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="line 3: B is not a NAME=VALUE"):
        build(engine, tmp_path, "FROM base\n\nENV A=1 \\\n  B\n")


def test_tabs_marks_and_other_ends_of_lines_are_read(engine: FakeEngine, tmp_path: Path) -> None:
    built = build(engine, tmp_path, "\ufefffrom\tbase\r\nENV\tA=1\t\\\r\n B=2\r\n")

    assert variables_of(built) == ("A=1", "B=2")


@pytest.mark.parametrize(
    ("head", "line", "environment"),
    [
        ("# syntax=x\n# Escape = `\n", "ENV A=1 `\n B=x` y", {"docker": ("A=1", "B=x y")}),
        ("# escape=`\n", "ENV A=1 `\n B=x\\ y", {"podman": ("A=1", "B=x y")}),
        ("# a comment\n# escape=`\n", "ENV A=1 \\\n B=2", {"docker": ("A=1", "B=2"), "podman": ("A=1", "B=2")}),
    ],
)
def test_other_escape_can_be_chosen_at_the_top(
    tmp_path: Path, head: str, line: str, environment: dict[str, tuple[str, ...]]
) -> None:
    for flavour, expected in environment.items():
        engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
        built = build(engine, tmp_path, f"{head}FROM scratch\n{line}\n")

        assert variables_of(built) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'$B'", "$B"),
        ('"$B"', "z"),
        ("\\$B", "$B"),
        ('"a\\$B"', "a$B"),
        ("'a\\$B'", "a\\$B"),
        ('"a\\b"', "a\\b"),
        ("a\\ b", "a b"),
        ("\\\\$B", "\\z"),
        ("'a\"b'", 'a"b'),
        ('"a\'b"', "a'b"),
        ("${B}x$B", "zxz"),
        ("${B:+yes}${N:+no}", "yes"),
        ("${N:-$B}${B:-no}${N:-${B}q}", "zzzq"),
        ("${N:-'a b'}", "a b"),
        ("$1x", "x"),
        ("a$", "a$"),
        ("$.", "$."),
    ],
)
def test_quotes_escapes_and_variables(engine: FakeEngine, tmp_path: Path, value: str, expected: str) -> None:
    built = build(engine, tmp_path, f"FROM base\nARG B=z\nENV A={value}\nLABEL a={value}\n")

    assert (variables_of(built), built.labels["a"]) == ((f"A={expected}",), expected)


def test_several_arguments_are_declared_at_once(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = "ARG X=scratch BASE=base Y\nFROM $BASE\nARG A='1 2' B=\"x $A\" C\nLABEL a=$A b=$B c=$C\n"
    built = build(engine, tmp_path, dockerfile, arguments={"C": "given"})

    assert built.labels == {"from": "base", "a": "1 2", "b": "x ", "c": "given"}


@pytest.mark.parametrize(
    ("flavour", "ports", "stop_signal"),
    [("docker", ("1/udp", "2/udp", "80/tcp"), "9"), ("podman", ("1-2/udp", "80/tcp"), "SIGKILL")],
)
def test_ports_volumes_and_signals_may_be_variables(
    tmp_path: Path, flavour: str, ports: tuple[str, ...], stop_signal: str
) -> None:
    engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
    dockerfile = 'FROM scratch\nARG V=/v P=80\nVOLUME $V\nVOLUME ["$V/w"]\nEXPOSE $P 1-2/udp\nSTOPSIGNAL 9\n'
    configuration = build(engine, tmp_path, dockerfile).configuration

    assert configuration.exposed_ports == ports
    assert (configuration.volumes, configuration.stop_signal) == (("/v", "/v/w"), stop_signal)


@pytest.mark.parametrize("name", ["SIGTERM", "int", "SIGRTMIN+3", "rtmax-1"])
def test_names_of_signals_stay_as_they_are(engine: FakeEngine, tmp_path: Path, name: str) -> None:
    assert build(engine, tmp_path, f"FROM scratch\nSTOPSIGNAL {name}\n").configuration.stop_signal == name


@pytest.mark.parametrize(
    ("rest", "command"),
    [("['a','b']", ("/bin/sh", "-c", "['a','b']")), ('["a"] b', ("a",)), ("[]", None)],
)
def test_what_is_no_list_is_a_line_for_a_shell(
    engine: FakeEngine, tmp_path: Path, rest: str, command: tuple[str, ...] | None
) -> None:
    assert command == build(engine, tmp_path, f"FROM scratch\nCMD {rest}\n").configuration.command


def test_stages_are_counted_from_the_first(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = (
        "FROM base\nRUN touch /a\nFROM scratch AS named\nCOPY --from=0 /a /b\nFROM scratch\nCOPY --from=1 /b /c\n"
    )

    assert engine.list(build(engine, tmp_path, dockerfile).id) == ["/c"]


def test_files_are_copied_out_of_images(engine: FakeEngine, tmp_path: Path) -> None:
    engine.image("points", files={"/data/a": "A"})

    assert engine.list(build(engine, tmp_path, "FROM scratch\nCOPY --from=points /data/* /\n").id) == ["/a"]


def test_docker_takes_no_notice_of_case_in_names_of_stages(tmp_path: Path) -> None:
    dockerfile = "FROM scratch AS One\nWORKDIR /w\nFROM ONE\n"
    build(FakeEngine(), tmp_path, dockerfile, target="ONE")
    with pytest.raises(BuildFailed, match="line 3: not an image reference"):
        build(FakeEngine(flavour="podman"), tmp_path, dockerfile)


def test_archives_are_unpacked_by_add_alone(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("F")
    (tmp_path / "d").mkdir()
    with tarfile.open(tmp_path / "t.tgz", "w:gz") as archive:
        for name, member in (("f", "inner"), ("d", "empty"), ("f", "../out")):
            archive.add(tmp_path / name, member)
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "inner"
        archive.addfile(link)
        link = tarfile.TarInfo("same")
        link.type, link.linkname = tarfile.LNKTYPE, "inner"
        archive.addfile(link)
    (tmp_path / "zeros").write_bytes(bytes(10240))
    built = build(engine, tmp_path, "FROM scratch\nADD t.tgz /t\nADD f zeros /u/\nCOPY t.tgz /v/\n")
    files = files_of(engine, built)

    assert engine.list(built.id) == ["/t/inner", "/t/link", "/t/out", "/t/same", "/u/f", "/u/zeros", "/v/t.tgz"]
    assert (files.read("/t/link"), files.read("/t/same"), files.is_directory("/t/empty")) == (b"F", b"F", True)


def test_mode_is_set_while_files_are_copied(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("F")
    (tmp_path / "l").symlink_to("f")
    files = files_of(engine, build(engine, tmp_path, "FROM scratch\nCOPY --chmod=600 . /d/\n"))
    modes = [node.mode for name in ("f", "l") if (node := files.node(f"/d/{name}"))]

    assert modes == [0o600, 0o644]


def test_paths_of_the_context_do_not_lead_out_of_it(engine: FakeEngine, context: Path) -> None:
    (context / "in").symlink_to("/d")
    os.mkfifo(context / "pipe")
    built = build(engine, context, "FROM scratch\nCOPY ../f /f\nCOPY in /e\nCOPY d /g\nCOPY . /all\n")
    files = files_of(engine, built)

    assert (files.read("/f"), files.read("/e/x"), files.read("/g/x")) == (b"f", b"d/x", b"d/x")
    assert (files.exists("/all/out"), files.exists("/all/pipe")) == (False, False)


def test_directories_are_copied_into_those_that_are_there(engine: FakeEngine, context: Path) -> None:
    (context / "d" / "e" / "deep").mkdir(parents=True)
    built = build(engine, context, "FROM scratch\nCOPY d/e /e\nCOPY d /e\nCOPY d /e\nCOPY f* /e/deep\n")

    assert engine.list(built.id) == ["/e/deep/f", "/e/deep/f.2", "/e/x"]
    assert files_of(engine, built).is_directory("/e/e/deep")


@pytest.mark.parametrize(("flavour", "kept"), [("docker", ["/a", "/c"]), ("podman", ["/a", "/b"])])
def test_ignore_file_is_the_one_that_the_engine_reads(tmp_path: Path, flavour: str, kept: list[str]) -> None:
    engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
    (tmp_path / ".dockerignore").write_text("*\n!a\n!c\n")
    (tmp_path / ".containerignore").write_text("*\n!a\n!b\n")
    for name in "abc":
        (tmp_path / name).write_text(name)

    assert engine.list(build(engine, tmp_path, "FROM scratch\nCOPY . /\n").id) == kept


def test_dockerfile_may_have_an_ignore_file_of_its_own(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("d\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("*\n!d/in/x\n")
    (tmp_path / "d" / "in").mkdir(parents=True)
    (tmp_path / "d" / "in" / "x").write_text("x")

    assert engine.list(build(engine, tmp_path, "FROM scratch\nCOPY . /all\n").id) == ["/all/d/in/x"]


def test_commands_of_a_line_run_one_after_the_other(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = (
        "FROM base\nWORKDIR /w\nENV A=a V=' /x /y '\n"
        'RUN touch /z$A "${N:-q}"&& touch $V \'$V\' "\\$V\\v" \\$HOME $HOME/h $PWD/p x$N""\n'
        'RUN ["touch", "$A"]\n'
    )
    relative = [f"/w/{name}" for name in ("$A", "$HOME", "$V", "$V\\v", "p", "q", "x")]
    expected = ["/bin/touch", "/h", *relative, "/x", "/y", "/za"]

    assert engine.list(build(engine, tmp_path, dockerfile).id) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *((f"touch {text}", f"{sign} needs a shell") for text, sign in [
            ("a|touch b", "|"), ("a & touch b", "&"), ("a; touch b", ";"), ("<a", "<"), ("*", "*"), ("{a,b}", "{"),
            ("`touch`", "`"), ('"`touch`"', "`"), ("$(touch)", "$("), ('"$(touch)"', "$("), ("$?", "$?"),
            ("$", "$"), ("~", "~"), ("# a", "#"), ("$GLOB", "/*"), ("${N:-'a b'}", "${N:-'a b'}"),
        ]),
        ("A=1 touch x", "A=1 needs a shell"),
        ("${N-x}", "${N-x}: of variables the fake supports"),
        ("touch 'x", "touch 'x has no closing '"),
        ('touch "x', 'touch "x has no closing "'),
        ("touch x &&", "touch x &&: a command is missing"),
    ],
)  # fmt: skip
def test_what_needs_a_shell_is_told(engine: FakeEngine, tmp_path: Path, line: str, why: str) -> None:
    with pytest.raises(BuildFailed) as raised:
        build(engine, tmp_path, f"FROM base\nENV GLOB=/*\nRUN {line}\n")

    assert raised.value.why.startswith(f"line 3: {why}")


def test_remote_base_is_pulled_anew_where_that_is_asked_for(engine: FakeEngine, tmp_path: Path) -> None:
    name = f"{engine.remote.host}/team/base"
    reference = parse_reference(name)
    for label in ("new", "old"):
        engine.image(name, files={"/x": label}, labels={"is": label})
        if label == "new":
            engine.registry.push(reference, credentials=None, progress=FakeProgress())
    before = build(engine, tmp_path, f"FROM {name}\n")
    after = build(engine, tmp_path, f"FROM {name}\n", pull=True)

    assert [before.labels["is"], after.labels["is"]] == ["old", "new"]


def test_base_that_no_registry_has_is_told_where_it_is_to_be_pulled(engine: FakeEngine, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="line 1: base could not be pulled"):
        build(engine, tmp_path, "FROM base\n", pull=True)


def test_refused_pull_of_a_base_is_told(engine: FakeEngine, tmp_path: Path) -> None:
    engine.remote.require("registry.test:5000", user="me", password="right")
    with pytest.raises(BuildFailed, match="line 1: "):
        build(
            engine,
            tmp_path,
            "FROM registry.test:5000/team/base\n",
            credentials={"registry.test:5000": Credentials("me", "wrong", origin="the test")},
        )


def test_platforms_are_the_one_of_the_images(engine: FakeEngine, tmp_path: Path) -> None:
    dockerfile = "FROM --platform=$BUILDPLATFORM base\nARG TARGETPLATFORM\nENV A=$TARGETPLATFORM\n"
    built = build(engine, tmp_path, dockerfile, platform="linux/amd64")

    assert variables_of(built) == ("A=linux/amd64",)
    with pytest.raises(BuildFailed, match="there is no platform 'linux/arm64' on the fake"):
        build(engine, tmp_path, dockerfile, platform="linux/arm64")


@pytest.mark.parametrize(
    ("secret", "why"),
    [("id=x,src=/nowhere", "there is no file /nowhere"), ("bogus=1", "unexpected key 'bogus'")],
)
def test_wrong_secret_is_told(engine: FakeEngine, tmp_path: Path, secret: str, why: str) -> None:
    with pytest.raises(BuildFailed, match=f"--secret {secret}: {why}"):
        build(engine, tmp_path, "FROM base\n", secrets=(secret,))


def test_secrets_are_docker_s(engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("K")
    secrets = (f"id=x,src={tmp_path / 'key'}", "id=y,env=NAME", f"source={tmp_path / 'key'},type=file")
    build(engine, tmp_path, "FROM base\n", secrets=secrets)
    with pytest.raises(OptionUnsupported):
        build(FakeEngine(flavour="podman"), tmp_path, "FROM scratch\n", secrets=secrets)


def counting(engine: FakeEngine) -> list[tuple[str, ...]]:
    """The commands that `count` of a base image is executed with; it leaves a file that is never the same."""
    ran: list[tuple[str, ...]] = []

    def count(job: Job) -> None:
        ran.append(job.argv)
        job.files.write("/made", str(len(ran)))

    engine.image("counter", programs={"/bin/count": count})
    return ran


@pytest.mark.parametrize("flavour", ["docker", "podman"])
def test_step_is_executed_once(tmp_path: Path, flavour: str) -> None:
    engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
    ran = counting(engine)
    (tmp_path / "f").write_text("one")
    dockerfile = "FROM counter\nRUN count\nCOPY f /f\n"
    first = build(engine, tmp_path, dockerfile)
    again = build(engine, tmp_path, dockerfile)
    (tmp_path / "f").write_text("other")
    changed = build(engine, tmp_path, dockerfile)

    assert len(ran) == 1
    assert again == first
    assert changed.layers[:-1] == first.layers[:-1]
    assert engine.read(changed.id, "/f") == b"other"


def test_step_is_executed_again_where_anything_before_it_differs(engine: FakeEngine, tmp_path: Path) -> None:
    ran = counting(engine)
    for text in ("RUN count", "ENV A=1\nRUN count", "WORKDIR /w\nRUN count", "USER u\nRUN count", "RUN count x"):
        build(engine, tmp_path, f"FROM counter\n{text}\n")
    ran_again = counting(engine)
    build(engine, tmp_path, "FROM counter\nRUN count\n")

    assert (len(ran), len(ran_again)) == (5, 1)


@pytest.mark.parametrize(("flavour", "made"), [("docker", b"2"), ("podman", b"1")])
def test_what_is_made_without_the_cache_takes_its_place_on_docker(tmp_path: Path, flavour: str, made: bytes) -> None:
    engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
    ran = counting(engine)
    images = [build(engine, tmp_path, "FROM counter\nRUN count\n", no_cache=anew) for anew in (False, True, False)]

    assert len(ran) == 2
    assert [engine.read(image.id, "/made") for image in images] == [b"1", b"2", made]


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("NONE", ImageHealthCheck(("NONE",))),
        ("CMD a && b", ImageHealthCheck(("CMD-SHELL", "a && b"))),
        ('--interval=1m30s --retries=3 cmd ["a", "b"]', ImageHealthCheck(("CMD", "a", "b"), 90 * 10**9, retries=3)),
        ("--start-period=2s --start-interval=1s --timeout=3s CMD x",
         ImageHealthCheck(("CMD-SHELL", "x"), 0, 3 * 10**9, 2 * 10**9, 10**9)),
    ],
)  # fmt: skip
def test_health_check_is_kept(engine: FakeEngine, tmp_path: Path, text: str, check: ImageHealthCheck) -> None:
    build(engine, tmp_path, f"FROM base\nHEALTHCHECK {text}\n")
    engine.images.tag(build(engine, tmp_path, f"FROM base\nHEALTHCHECK {text}\n").id, reference=parse_reference("c"))

    assert build(engine, tmp_path, "FROM c\nENV A=1\n").configuration.health_check == check


@pytest.mark.parametrize(
    ("flavour", "command"), [("docker", ("bash", "-ec", "x y")), ("podman", ("/bin/sh", "-c", "x y"))]
)
def test_shell_is_kept_for_lines(tmp_path: Path, flavour: str, command: tuple[str, ...]) -> None:
    engine = FakeEngine(flavour=flavour)  # type: ignore[arg-type]
    engine.image("base", programs={"/bin/touch": touch})
    parent = build(engine, tmp_path, 'FROM base\nSHELL ["bash", "-ec"]\nRUN touch /a && touch /b\nCMD x y\n')
    engine.images.tag(parent.id, reference=parse_reference("parent"))
    child = build(engine, tmp_path, 'FROM parent\nSHELL ["touch"]\nRUN /c\n')

    assert engine.list(child.id) == ["/a", "/b", "/bin/touch", "/c"]
    assert (parent.configuration.command, child.configuration.shell) == (command, ("touch",))


def test_triggers_are_carried_out_by_the_next_build_alone(engine: FakeEngine, tmp_path: Path) -> None:
    parent = build(engine, tmp_path, "FROM base\nONBUILD RUN touch /by-trigger\nONBUILD env A=1\n")
    engine.images.tag(parent.id, reference=parse_reference("parent"))
    child = build(engine, tmp_path, "FROM parent\nLABEL last=1\n")

    assert parent.configuration.on_build == ("RUN touch /by-trigger", "env A=1")
    assert engine.list(parent.id) == ["/bin/touch"]
    assert engine.list(child.id) == ["/bin/touch", "/by-trigger"]
    assert (child.configuration.on_build, variables_of(child)) == ((), ("A=1",))


def test_trigger_that_fails_is_told_with_the_line_of_its_base(engine: FakeEngine, tmp_path: Path) -> None:
    parent = build(engine, tmp_path, "FROM base\nONBUILD RUN touch /fail\n")
    engine.images.tag(parent.id, reference=parse_reference("parent"))

    with pytest.raises(BuildFailed, match="line 2: 'touch /fail' returned a non-zero code: 1"):
        build(engine, tmp_path, "\nFROM parent\n")


@pytest.mark.parametrize(
    ("flavour", "text"),
    [
        ("docker", "One or more build-args [A B] were not consumed"),
        ("podman", "one or more build args were not consumed: [A B]"),
    ],
)
def test_values_that_nothing_asks_for_are_a_warning(tmp_path: Path, flavour: str, text: str) -> None:
    engine, progress = FakeEngine(flavour=flavour), FakeProgress()  # type: ignore[arg-type]
    (tmp_path / "Dockerfile").write_text("FROM scratch\nARG C\nENV A=1\n")
    given = {"B": "1", "A": "2", "C": "3", "NONE": None, "HTTPS_PROXY": "x"}
    engine.builder.build(BuildRequest(tmp_path, tmp_path / "Dockerfile", arguments=given), progress=progress)

    assert progress.warnings == [("build-warning", {"text": text})]


@pytest.mark.parametrize(
    ("flavour", "version", "why"),
    [
        ("docker", "20.10", None),
        ("podman", "5.8", None),
        ("podman", "4.3", "links to ../x outside the build context"),
    ],
)
def test_link_out_of_the_context_is_for_the_engine_to_take(
    tmp_path: Path, flavour: str, version: str, why: str | None
) -> None:
    engine = FakeEngine(flavour=flavour, version=version)  # type: ignore[arg-type]
    (tmp_path / "data").symlink_to("../x")
    if why is None:
        build(engine, tmp_path, "FROM scratch\n")
    else:
        with pytest.raises(BuildFailed) as raised:
            build(engine, tmp_path, "FROM scratch\n")

        assert why in raised.value.why


def test_dockerfile_and_ignore_file_that_are_links_out_are_files_on_podman(tmp_path: Path) -> None:
    engine, context = FakeEngine(flavour="podman", version="4.3"), tmp_path / "context"
    context.mkdir()
    (tmp_path / "shared").write_text("FROM scratch\nCOPY . /\n")
    (tmp_path / "rules").write_text("nothing\n")
    (context / "Dockerfile").symlink_to("../shared")
    (context / ".dockerignore").symlink_to("../rules")
    request = BuildRequest(context, context / "Dockerfile")
    image = engine.images.inspect(engine.builder.build(request, progress=FakeProgress()))

    assert engine.read(image.id, "/Dockerfile") == b"FROM scratch\nCOPY . /\n"
    assert engine.read(image.id, "/.dockerignore") == b"nothing\n"
