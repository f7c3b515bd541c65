"""`jobber doctor`: what is asked, in which order, and what is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from jobber.domain.checkup.check import Checkup
from jobber.domain.checkup.findings import (
    Configuration,
    EnginePlace,
    Installation,
    LocalDevices,
    Login,
    Logins,
)
from jobber.domain.containers.engine import EngineDescription
from jobber.domain.containers.engine_facts import EngineFacts, Space
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed, EngineLost, EngineUnavailable, Interrupted, JobberError, UsageError
from jobber.domain.images.credentials import CredentialEntry
from jobber.domain.ports import Engine
from jobber.domain.use_cases.checkup.check_setup import SetupCheck
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, Job, fake_run_finisher, fake_runner


class Machine:
    """A machine with one disk and one GPU."""

    def installation(self) -> Installation:
        return Installation("1.0.0", "/site/jobber", "3.11.2", "/venv/bin/python")

    def name(self) -> str:
        return "box"

    def space(self, path: str) -> Space | None:
        return Space(7, 8) if path == "/var/lib/docker" else None

    def devices(self, folders: Sequence[str]) -> LocalDevices:
        return LocalDevices(("/dev/nvidia0",), tuple(folders))

    def logins(self, entries: Sequence[CredentialEntry]) -> Logins:
        return Logins(tuple(Login(entry.registry, "configuration") for entry in entries))


class Search:
    """A search that finds one engine, or none."""

    def __init__(self, engine: Engine | JobberError) -> None:
        self._engine = engine

    def connect(self) -> tuple[Engine, str]:
        if isinstance(self._engine, JobberError):
            raise self._engine
        return self._engine, "the test"

    def places(self) -> Sequence[EnginePlace]:
        return (EnginePlace("unix:///other", "Podman's socket", "no such file"),)


class Described(FakeEngine):
    """An engine at an address, with a prepared description."""

    def __init__(self, facts: EngineFacts, address: str) -> None:
        super().__init__()
        self._facts = facts
        self._address = address
        self.closed = 0

    def facts(self) -> EngineFacts:
        return self._facts

    def describe(self) -> EngineDescription:
        return EngineDescription("docker", "28.5", mounts_images=True, address=self._address)

    def close(self) -> None:
        self.closed += 1


class Bare:
    """An engine of another package, which does not describe itself."""

    def __init__(self, fake: FakeEngine) -> None:
        self._fake = fake

    def __getattr__(self, name: str) -> Any:
        if name == "facts":
            raise AttributeError(name)
        return getattr(self._fake, name)


def checked(engine: Engine | JobberError, **changes: Any) -> Checkup:
    settings: dict[str, Any] = {
        "configuration": Configuration(),
        "entries": (),
        "run_finisher": lambda found: fake_run_finisher(cast("FakeEngine", found)),
        **changes,
    }
    return SetupCheck(machine=Machine(), search=Search(engine), **settings).check()


def engine_facts(checkup: Checkup) -> dict[str, Any]:
    return cast("dict[str, Any]", checkup.facts["engine"])


def test_engine_is_described_and_nothing_of_it_changed() -> None:
    engine = FakeEngine()
    before = (dict(engine.store.images), dict(engine.store.containers), dict(engine.store.volumes))
    checkup = checked(engine)

    assert checkup.can_run
    assert engine_facts(checkup)["is-described"]
    assert (engine.store.images, engine.store.containers, engine.store.volumes) == before
    assert set(engine.journal) <= {"facts", "list", "leftovers"}


def test_unfinished_runs_are_counted_by_state() -> None:
    engine = FakeEngine()

    def train(job: Job) -> None:
        job.sleep(100)

    engine.image("train", run=train)
    for _ in range(2):
        engine.faults.lose_output()
        with pytest.raises(EngineLost):
            fake_runner(engine).run(RunRequest("train", ContainerOptions()))
    checkup = checked(engine)
    engine.clock.advance(200)

    assert checkup.facts["runs"] == {"created": 0, "running": 2, "finishing": 0, "ended": 0}
    assert checked(engine).facts["runs"] == {"created": 0, "running": 0, "finishing": 0, "ended": 2}


def test_disk_and_devices_are_looked_at_where_the_engine_is_on_this_machine() -> None:
    facts = EngineFacts(machine="box", storage_path="/var/lib/docker", cdi_folders=("/etc/cdi",))
    told = engine_facts(checked(Described(facts, "unix:///run/docker.sock")))

    assert told["space"] == {"free": 7, "total": 8}
    assert told["devices"] == {"nodes": ["/dev/nvidia0"], "specifications": ["/etc/cdi"]}


@pytest.mark.parametrize(
    ("machine", "address"), [("other", "unix:///run/docker.sock"), ("box", "tcp://box"), ("box", "ssh://box")]
)
def test_disk_of_another_machine_is_what_the_engine_tells(machine: str, address: str) -> None:
    facts = EngineFacts(machine=machine, storage_path="/var/lib/docker", space=Space(1, 2))
    told = engine_facts(checked(Described(facts, address)))

    assert (told["space"], told["devices"]) == ({"free": 1, "total": 2}, None)


@pytest.mark.parametrize("path", ["", "/closed"])
def test_disk_that_can_not_be_looked_at_is_what_the_engine_tells(path: str) -> None:
    facts = EngineFacts(machine="box", storage_path=path, space=Space(1, 2))

    assert engine_facts(checked(Described(facts, "unix:///x")))["space"] == {"free": 1, "total": 2}


def test_engine_is_let_go_of() -> None:
    engine = Described(EngineFacts(), "unix:///x")
    checked(engine)

    assert engine.closed == 1


def test_engine_is_let_go_of_where_asking_it_goes_wrong() -> None:
    engine = Described(EngineFacts(), "unix:///x")

    def broken(_engine: Engine) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        checked(engine, run_finisher=broken)
    assert engine.closed == 1


def test_engine_that_is_lost_is_not_asked_again() -> None:
    engine = FakeEngine()
    engine.fail("facts", EngineLost("facts", why="no response in time"))
    checkup = checked(engine)

    assert not checkup.can_run
    assert (checkup.facts["runs"], checkup.facts["leftovers"]) == (None, None)
    assert engine.journal == ("facts",)


def test_engine_that_is_lost_later_is_not_asked_again() -> None:
    engine = FakeEngine()
    engine.fail("list", EngineLost("list", why="no response in time"))
    checkup = checked(engine)

    assert checkup.can_run
    assert (checkup.facts["runs"], checkup.facts["leftovers"]) == (None, None)
    assert "leftovers" not in engine.journal


def test_engine_that_refuses_to_describe_itself_is_asked_for_the_rest() -> None:
    engine = FakeEngine()
    engine.fail("facts", EngineFailed("describe its configuration", why="forbidden", status=403))
    checkup = checked(engine)

    assert checkup.facts["leftovers"] == 0
    assert not engine_facts(checkup)["is-described"]


def test_engine_of_another_package_need_not_describe_itself() -> None:
    engine = FakeEngine()
    checkup = checked(cast("Engine", Bare(engine)))

    assert (checkup.can_run, checkup.problems) == (True, 0)
    assert not engine_facts(checkup)["is-described"]
    assert checkup.facts["leftovers"] == 0


def test_no_engine_is_a_finding() -> None:
    checkup = checked(EngineUnavailable([("unix:///a", "no such file")]))

    assert not checkup.can_run
    assert checkup.facts["engine"] is None
    assert [check.name for check in checkup.checks][-2:] == ["registries", "logins"]


def test_host_of_the_command_line_that_is_none_is_a_wrong_command_line() -> None:
    with pytest.raises(UsageError):
        checked(UsageError("not a host"), host_is_option=True)


def test_host_of_elsewhere_that_is_none_is_a_finding() -> None:
    assert not checked(UsageError("not a host")).can_run


@pytest.mark.parametrize("call", ["facts", "list", "leftovers"])
def test_signal_ends_it_at_once(call: str) -> None:
    engine = FakeEngine()
    engine.fail(call, Interrupted("SIGINT"))

    with pytest.raises(Interrupted):
        checked(engine)


def test_signal_ends_the_search_at_once() -> None:
    with pytest.raises(Interrupted):
        checked(Interrupted("SIGINT"))


def test_logins_of_the_configuration_and_other_places_are_told() -> None:
    checkup = checked(FakeEngine(), entries=(CredentialEntry("r.test", "me", password="secret"),))

    assert cast("Any", checkup.facts["logins"])["registries"][0]["registry"] == "r.test"
    assert cast("Any", checkup.facts["elsewhere"])[0]["address"] == "unix:///other"
