"""The checks of `jobber doctor` for given facts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from jobber.domain.checkup.check import Check, Checkup, Status
from jobber.domain.checkup.findings import (
    Command,
    Configuration,
    Distribution,
    EnginePlace,
    EngineReport,
    Findings,
    Installation,
    LocalDevices,
    Login,
    Logins,
    Program,
)
from jobber.domain.checkup.report import report
from jobber.domain.containers.engine import EngineDescription
from jobber.domain.containers.engine_facts import EngineFacts, ImageStore, Space
from jobber.domain.display import listed
from jobber.domain.errors import (
    CredentialHelperMissing,
    EngineFailed,
    EngineLost,
    EngineUnavailable,
    JobberError,
    SettingInvalid,
    UsageError,
)

GB = 10**9
INSTALLATION = Installation("1.0.0", "/site/jobber", "3.11.2", "/venv/bin/python")
DOCKER = EngineDescription("docker", "28.5.2", mounts_images=True, address="unix:///run/docker.sock")
PODMAN = EngineDescription("podman", "4.3.1", mounts_images=False, address="unix:///run/podman.sock")
FACTS = EngineFacts(
    api_version="1.51",
    machine="box",
    builder="BuildKit",
    storage_driver="overlay2",
    image_store=ImageStore.GRAPH_DRIVER,
    storage_path="/var/lib/docker",
    cgroups="v2",
    is_rootless=False,
    runtimes=("io.containerd.runc.v2", "nvidia", "runc"),
    default_runtime="runc",
)
REPORT = EngineReport(DOCKER, "DOCKER_HOST", FACTS, Space(50 * GB, 100 * GB), None, {"ended": 0}, 0)


def found(**changes: Any) -> Findings:
    return replace(Findings(INSTALLATION, Configuration(), Logins(), REPORT), **changes)


def checks(name: str, **changes: Any) -> list[Check]:
    return [check for check in report(found(**changes)).checks if check.name == name]


def check(name: str, **changes: Any) -> Check:
    (only,) = checks(name, **changes)
    return only


def of_engine(name: str, **changes: Any) -> Check:
    """The check of an engine that differs in this."""
    return check(name, engine=replace(REPORT, **changes))


def of_facts(name: str, **changes: Any) -> Check:
    """The check of an engine whose set-up differs in this."""
    return of_engine(name, facts=replace(FACTS, **changes))


# The whole


def test_healthy_machine_can_run_and_has_no_problem() -> None:
    checkup = report(found())

    assert (checkup.can_run, checkup.problems) == (True, 0)
    assert {check.status for check in checkup.checks} == {Status.OK}


def test_problem_that_stops_runs_is_the_one_that_counts() -> None:
    harmless = Check("logins", Status.PROBLEM, "x", "y")
    fatal = Check("engine", Status.PROBLEM, "x", "y", stops_runs=True)

    assert (Checkup((harmless,), {}).can_run, Checkup((harmless,), {}).problems) == (True, 1)
    assert (Checkup((harmless, fatal), {}).can_run, Checkup((harmless, fatal), {}).problems) == (False, 2)


def test_checks_come_in_one_order() -> None:
    names = list(dict.fromkeys(check.name for check in report(found()).checks))

    assert names == (
        "jobber python configuration engine builder inputs gpus images space isolation runs leftovers registries logins"
    ).split(" ")


def test_report_is_json() -> None:
    checkup = report(found())

    assert json.loads(json.dumps(checkup.facts)) == checkup.facts
    assert next(check.facts() for check in checkup.checks) == {
        "name": "jobber",
        "status": "ok",
        "text": "1.0.0 in /site/jobber",
        "hint": None,
        "stops-runs": False,
    }


def test_passwords_in_addresses_are_in_no_text_and_no_fact() -> None:
    address = "ssh://me:secret@box"
    place = EnginePlace("tcp://a:secret@b", "DOCKER_HOST", "no answer", is_named=True)
    facts = replace(FACTS, mirrors=("https://u:secret@mirror.test/",))
    engine = replace(REPORT, description=replace(DOCKER, address=address), facts=facts)
    checkup = report(found(engine=engine, places=(place,)))
    said = json.dumps([checkup.facts, *(check.facts() for check in checkup.checks)])

    assert "secret" not in said
    assert said.count("ssh://me:***@box") == 2
    assert said.count("https://u:***@mirror.test/") == 2


# The installation


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        (Program.OLDER, Status.PROBLEM, "docker-jobber 0.3 of 2019"),
        (Program.OTHER, Status.NOTE, "another installation"),
        (Program.UNKNOWN, Status.NOTE, "not known to be jobber"),
    ],
)
def test_other_program_of_the_name_that_comes_first_is_told(program: Program, status: Status, words: str) -> None:
    commands = (Command("/usr/bin/jobber", program), Command("/venv/bin/jobber", Program.THIS))
    told = checks("jobber", installation=replace(INSTALLATION, commands=commands))[1]

    assert (told.status, told.stops_runs) == (status, False)
    assert "`jobber` in this shell is" in told.text
    assert "/usr/bin/jobber" in told.text
    assert words in told.text


def test_hint_about_the_older_program_names_its_directory() -> None:
    commands = (Command("/usr/bin/jobber", Program.OLDER),)
    told = checks("jobber", installation=replace(INSTALLATION, commands=commands))[1]

    assert told.hint == "remove it (`pip uninstall docker-jobber`), or put another directory before /usr/bin in PATH"


def test_other_program_that_comes_later_is_no_matter() -> None:
    commands = (Command("/venv/bin/jobber", Program.THIS), Command("/usr/bin/jobber", Program.OLDER))

    assert len(checks("jobber", installation=replace(INSTALLATION, commands=commands))) == 1


def test_older_package_in_the_same_place_is_a_problem() -> None:
    distributions = (Distribution("1.0.0", "/site"), Distribution("0.3.9", "/site2"))
    told = checks("jobber", installation=replace(INSTALLATION, distributions=distributions))

    assert [check.status for check in told] == [Status.OK, Status.PROBLEM]
    assert "0.3.9 in /site2" in told[1].text
    assert "pip uninstall docker-jobber" in str(told[1].hint)


# Configuration


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        (Configuration(), "no jobber-config.yml"),
        (Configuration(("/a/jobber-config.yml", "/a/b/jobber-config.yml")), "/a/jobber-config.yml, /a/b/"),
        (Configuration(("/a/jobber-config.yml",), active=("gpu", "long")), "(active: gpu, long)"),
    ],
)
def test_configuration_files_are_told(configuration: Configuration, text: str) -> None:
    assert text in check("configuration", configuration=configuration).text


def test_each_error_in_a_configuration_file_stops_runs() -> None:
    problems = (
        SettingInvalid("/a/jobber-config.yml:3", name="timeout", why="must be seconds", hint="for example 60"),
        JobberError("/b/jobber-config.yml can't be read: denied"),
    )
    told = checks("configuration", configuration=Configuration(("/a/jobber-config.yml",), problems))

    assert [(check.status, check.stops_runs) for check in told] == [(Status.PROBLEM, True)] * 2
    assert told[0].text == "/a/jobber-config.yml:3: timeout must be seconds"
    assert [check.hint for check in told] == ["for example 60", "`jobber config --check` lists all errors"]


# The engine


def test_engine_is_told_with_the_reason_for_it() -> None:
    assert check("engine").text == "docker 28.5.2 at unix:///run/docker.sock (DOCKER_HOST), API 1.51"


def test_no_engine_stops_runs() -> None:
    error = EngineUnavailable([("unix:///a (Docker's socket)", "no such file")], hint="start one")
    told = check("engine", engine=error)

    assert (told.status, told.stops_runs) == (Status.PROBLEM, True)
    assert (told.text, told.hint) == ("no container engine responds", "start one")
    assert report(found(engine=error)).facts["engine"] is None


def test_other_errors_of_the_search_are_told_as_they_are() -> None:
    told = check("engine", engine=UsageError("there is no docker context 'x'", hint="`docker context ls`"))

    assert (told.text, told.hint, told.stops_runs) == ("there is no docker context 'x'", "`docker context ls`", True)


@pytest.mark.parametrize("engine", [REPORT, EngineUnavailable([])])
def test_places_without_an_engine_share_a_line_where_they_answer_the_same(engine: Any) -> None:
    places = (
        EnginePlace("unix:///a", "Docker's socket", "no such file"),
        EnginePlace("unix:///b", "Podman's socket", "podman 5.8", is_engine=True),
        EnginePlace("unix:///c", "Podman's socket", "no such file"),
        EnginePlace("tcp://d", "DOCKER_HOST", "refused", is_named=True),
    )
    told = checks("elsewhere", engine=engine, places=places)

    assert [(check.status, check.text) for check in told] == [
        (Status.OK, "unix:///b (Podman's socket) also responds: podman 5.8"),
        (Status.NOTE, "tcp://d (DOCKER_HOST): refused"),
        (Status.OK, "no such file: unix:///a, unix:///c"),
    ]


@pytest.mark.parametrize(
    ("description", "is_old"),
    [
        (replace(DOCKER, version="19.03.15"), True),
        (replace(DOCKER, version="20.10.24+dfsg1"), False),
        (replace(PODMAN, version="4.2.0"), True),
        (PODMAN, False),
        (replace(DOCKER, name="lxc", version="1.0"), False),
        (replace(DOCKER, version="nightly"), False),
    ],
)
def test_version_that_is_not_supported_is_a_problem(description: EngineDescription, *, is_old: bool) -> None:
    told = checks("engine", engine=replace(REPORT, description=description))

    assert [check.status for check in told] == [Status.OK, *([Status.PROBLEM] * is_old)]


def test_engine_that_stops_answering_stops_runs() -> None:
    lost = replace(REPORT, facts=EngineLost("a call", why="no response in time"), runs=None, leftovers=None)
    told = checks("engine", engine=lost)[1]

    assert (told.status, told.stops_runs) == (Status.PROBLEM, True)
    assert told.text == "it does not describe its configuration: no response in time"
    assert told.hint is not None
    assert not report(found(engine=lost)).can_run


def test_engine_that_refuses_to_describe_itself_does_not_stop_runs() -> None:
    refused = replace(REPORT, facts=EngineFailed("describe its configuration", why="forbidden", status=403))
    checkup = report(found(engine=refused))

    assert (checkup.can_run, checkup.problems) == (True, 1)


def test_engine_without_a_description_is_noted() -> None:
    bare = replace(REPORT, facts=None)
    told = checks("engine", engine=bare)

    assert [check.status for check in told] == [Status.OK, Status.NOTE]
    facts: Any = report(found(engine=bare)).facts["engine"]
    assert (facts["is-described"], facts["api-version"], facts["runtimes"]) == (False, None, [])


def test_engine_without_an_address_is_told() -> None:
    description = replace(DOCKER, address="")

    assert "at an unknown address" in of_engine("engine", description=description).text


# Its set-up


def test_builder_that_could_be_better_is_noted_with_the_remedy() -> None:
    told = of_facts("builder", builder="Docker's own", builder_remedy="install buildx")

    assert (told.status, told.text, told.hint) == (Status.NOTE, "Docker's own", "install buildx")


def test_builder_that_is_unknown_is_left_out() -> None:
    assert checks("builder", engine=replace(REPORT, facts=replace(FACTS, builder=""))) == []


@pytest.mark.parametrize(("description", "word"), [(DOCKER, "mounted"), (PODMAN, "copied")])
def test_way_of_inputs_is_told(description: EngineDescription, word: str) -> None:
    assert of_engine("inputs", description=description).text.startswith(word)


@pytest.mark.parametrize(
    ("store", "status", "text"),
    [
        (ImageStore.GRAPH_DRIVER, Status.OK, "graph driver store, storage driver overlay2"),
        (ImageStore.CONTAINERD, Status.NOTE, "variables that a run adds remain in its result with empty values"),
        (ImageStore.CONTAINERS_STORAGE, Status.OK, "containers-storage store"),
    ],
)
def test_store_is_told_and_what_follows_from_it(store: ImageStore, status: Status, text: str) -> None:
    told = of_facts("images", image_store=store)

    assert (told.status, text in told.text, told.hint) == (status, True, None)


def test_store_that_is_unknown_is_left_out() -> None:
    assert checks("images", engine=replace(REPORT, facts=replace(FACTS, image_store=None))) == []
    assert "storage driver unknown" in of_facts("images", storage_driver="").text


@pytest.mark.parametrize(
    ("free", "status", "stops"),
    [
        (50 * GB, Status.OK, False),
        (5 * GB, Status.OK, False),
        (5 * GB - 1, Status.NOTE, False),
        (GB, Status.NOTE, False),
        (GB - 1, Status.PROBLEM, False),
        (1 << 20, Status.PROBLEM, False),
        ((1 << 20) - 1, Status.PROBLEM, True),
    ],
)
def test_little_space_is_told(free: int, status: Status, *, stops: bool) -> None:
    told = of_engine("space", space=Space(free, 100 * GB))

    assert (told.status, told.stops_runs) == (status, stops)
    assert (told.hint is None) is (status is Status.OK)
    assert told.text.endswith("of 100 GB free at /var/lib/docker")


@pytest.mark.parametrize(("path", "place"), [("/var/lib/docker", "unknown at /var/lib/docker: "), ("", "unknown: ")])
def test_space_that_is_unknown_is_no_problem(path: str, place: str) -> None:
    told = of_engine("space", space=None, facts=replace(FACTS, storage_path=path))

    assert (told.status, told.text.startswith(place)) == (Status.OK, True)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "cgroups v2, not rootless, runtimes: nvidia, runc (default)"),
        ({"is_rootless": True, "cgroups": "v1"}, "cgroups v1, rootless, runtimes: nvidia, runc (default)"),
        ({"is_rootless": None, "cgroups": "", "runtimes": ("crun",), "default_runtime": ""}, "runtimes: crun"),
        ({"default_runtime": "io.containerd.runc.v2", "runtimes": ("io.containerd.runc.v2",)}, "v2 (default)"),
    ],
)
def test_isolation_is_told(changes: dict[str, Any], text: str) -> None:
    assert of_facts("isolation", **changes).text.endswith(text)


def test_isolation_that_is_unknown_is_left_out() -> None:
    unknown = replace(FACTS, is_rootless=None, cgroups="", runtimes=())

    assert checks("isolation", engine=replace(REPORT, facts=unknown)) == []


# GPUs


@pytest.mark.parametrize(
    ("facts", "devices", "text"),
    [
        ({"runtimes": ("runc",)}, None, "none reported by the engine"),
        ({"runtimes": ("runc",)}, LocalDevices(), "none reported by the engine"),
        ({"runtimes": ("nvidia", "runc")}, None, "runtime nvidia"),
        ({"runtimes": (), "cdi_devices": ("nvidia.com/gpu=0",)}, None, "CDI devices nvidia.com/gpu=0"),
        (
            {"runtimes": ()},
            LocalDevices(("/dev/nvidia0",), ("/etc/cdi/nvidia.yaml",)),
            "CDI specifications /etc/cdi/nvidia.yaml",
        ),
        ({"runtimes": ()}, LocalDevices(("/dev/kfd",)), "none reported by the engine"),
    ],
)
def test_gpus_are_told(facts: dict[str, Any], devices: LocalDevices | None, text: str) -> None:
    told = of_engine("gpus", facts=replace(FACTS, **facts), devices=devices)

    assert (told.status, told.text) == (Status.OK, text)


@pytest.mark.parametrize(
    ("description", "word"), [(DOCKER, "--runtime=docker"), (PODMAN, "cdi generate"), (replace(DOCKER, name="x"), None)]
)
def test_gpu_that_the_engine_can_not_give_is_noted(description: EngineDescription, word: str | None) -> None:
    facts, devices = replace(FACTS, runtimes=("runc",)), LocalDevices(("/dev/nvidia0", "/dev/nvidia1"))
    told = of_engine("gpus", description=description, facts=facts, devices=devices)

    assert (told.status, "/dev/nvidia0, /dev/nvidia1" in told.text) == (Status.NOTE, True)
    assert told.hint is None if word is None else word in str(told.hint)


# Runs


@pytest.mark.parametrize(
    ("runs", "status", "text", "hint"),
    [
        ({"running": 0, "ended": 0}, Status.OK, "unfinished: none", None),
        ({"running": 2, "ended": 0}, Status.OK, "unfinished: 2 running", None),
        ({"running": 1, "ended": 1}, Status.NOTE, "unfinished: 1 running, 1 ended", "1 has ended"),
        ({"ended": 3}, Status.NOTE, "unfinished: 3 ended", "3 have ended"),
        (EngineFailed("list containers", why="x"), Status.NOTE, "unknown: the engine could not list", None),
        (EngineLost("a call", why="no response in time"), Status.NOTE, "unknown: no response in time", None),
    ],
)
def test_unfinished_runs_are_counted(runs: Any, status: Status, text: str, hint: str | None) -> None:
    told = of_engine("runs", runs=runs)

    assert (told.status, told.text.startswith(text)) == (status, True)
    assert told.hint is None if hint is None else str(told.hint).startswith(hint) and "jobber recover" in str(told.hint)


@pytest.mark.parametrize(
    ("leftovers", "status", "text"),
    [
        (0, Status.OK, "none"),
        (2, Status.NOTE, "2 of ended processes"),
        (EngineLost("a call", why="no response in time"), Status.NOTE, "unknown: no response in time"),
    ],
)
def test_leftovers_are_counted(leftovers: Any, status: Status, text: str) -> None:
    told = of_engine("leftovers", leftovers=leftovers)

    assert (told.status, told.text) == (status, text)


def test_what_could_not_be_counted_is_null_for_programs() -> None:
    lost = EngineLost("a call", why="no response in time")
    checkup = report(found(engine=replace(REPORT, runs=lost, leftovers=lost)))

    assert (checkup.facts["runs"], checkup.facts["leftovers"]) == (None, None)


# Registries


def test_registries_are_told() -> None:
    facts = replace(FACTS, insecure_registries=("a:5000",), mirrors=("https://m.test/",))
    told = check(
        "registries",
        engine=replace(REPORT, facts=facts),
        configuration=Configuration(default_registry="r.test/team"),
    )

    assert told.text == "default: r.test/team; without TLS: a:5000; mirrors: https://m.test/"
    assert check("registries", engine=EngineUnavailable([])).text == "default: none"
    assert check("registries", engine=replace(REPORT, facts=None)).text == "default: none"


def test_logins_are_grouped_by_the_helper_that_keeps_them() -> None:
    logins = Logins(
        (
            Login("a.test", "configuration"),
            Login("g.test", "/c.json", "docker-credential-g"),
            Login("a.test", "/c.json"),
            Login("h.test", "/c.json", "docker-credential-g"),
        ),
        ("docker-credential-pass",),
    )

    assert check("logins", logins=logins).text == (
        "a.test; g.test, h.test (docker-credential-g); all others: docker-credential-pass"
    )
    assert check("logins").text == "none"


def test_credentials_that_can_not_be_used_are_problems_that_let_runs_be() -> None:
    missing = CredentialHelperMissing("g.test", helper="docker-credential-g", path="/c.json")
    checkup = report(found(logins=Logins(problems=(missing,))))

    assert (checkup.can_run, checkup.problems) == (True, 1)
    assert checkup.checks[-1].hint == missing.hint


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"
    assert listed(["a", "b"], most=2) == "a, b"
