"""Podman's connections: which one is in use, and what is wrong with others. The order is that of Podman 5.8."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jobber.adapters.discovery import podman_connection
from jobber.adapters.discovery.candidates import Candidate, find_candidates
from jobber.adapters.discovery.podman_connection import chosen_connection
from jobber.adapters.engine_api.endpoint import Endpoint, TlsFiles, parse_endpoint
from jobber.domain.errors import UsageError

ONE = {"URI": "unix:///one.sock"}
TWO = {"URI": "unix:///two.sock"}


@pytest.fixture(autouse=True)
def no_system_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(podman_connection, "_SYSTEM", str(tmp_path / "etc"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}


def store(folder: Path, default: str | None, **connections: object) -> Path:
    """Write podman-connections.json."""
    file = folder / ".config" / "containers" / "podman-connections.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    section = {"Connections": connections, **({"Default": default} if default else {})}
    file.write_text(json.dumps({"Connection": section, "Farm": {}}))
    return file


def configure(folder: Path, text: str, *, name: str = ".config/containers/containers.conf") -> Path:
    """Write a containers.conf."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def service(name: str, *, active: bool = True) -> str:
    chosen = f'active_service = "{name}"\n' if active else ""
    return f'[engine]\n{chosen}[engine.service_destinations.{name}]\nuri = "unix:///{name}-of-conf.sock"\n'


def chosen(environment: dict[str, str]) -> tuple[str, str] | None:
    found = chosen_connection(environment)
    return found and (found[0], str(found[1]))


# Which one


def test_without_files_there_is_none(environment: dict[str, str]) -> None:
    assert chosen(environment) is None
    assert chosen({}) is None


def test_the_default_is_used(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, "two", one=ONE, two=TWO)

    assert chosen(environment) == ("two", "unix:///two.sock")


def test_connections_without_a_default_name_no_engine(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, None, one=ONE)

    assert chosen(environment) is None


@pytest.mark.parametrize("text", ["", "{}", '{"Connection":null,"Farm":{}}', '{"Connection":{}}'])
def test_a_file_without_connections_names_no_engine(environment: dict[str, str], tmp_path: Path, text: str) -> None:
    store(tmp_path, None).write_text(text)

    assert chosen(environment) is None


def test_the_variable_beats_the_default(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, "two", one=ONE, two=TWO)

    assert chosen({**environment, "CONTAINER_CONNECTION": "one"}) == ("one", "unix:///one.sock")


def test_the_active_service_of_the_configuration_is_used(environment: dict[str, str], tmp_path: Path) -> None:
    configure(tmp_path, service("three"))

    assert chosen(environment) == ("three", "unix:///three-of-conf.sock")


def test_the_default_beats_the_active_service(environment: dict[str, str], tmp_path: Path) -> None:
    configure(tmp_path, service("three"))
    store(tmp_path, "one", one=ONE)

    assert chosen(environment) == ("one", "unix:///one.sock")


def test_the_active_service_is_used_beside_connections_without_a_default(
    environment: dict[str, str], tmp_path: Path
) -> None:
    configure(tmp_path, service("three"))
    store(tmp_path, None, one=ONE)

    assert chosen(environment) == ("three", "unix:///three-of-conf.sock")


def test_a_default_may_be_a_service_of_the_configuration(environment: dict[str, str], tmp_path: Path) -> None:
    configure(tmp_path, service("three", active=False))
    store(tmp_path, "three")

    assert chosen(environment) == ("three", "unix:///three-of-conf.sock")


def test_a_connection_beats_a_service_of_the_same_name(environment: dict[str, str], tmp_path: Path) -> None:
    configure(tmp_path, service("one"))
    store(tmp_path, None, one=ONE)

    assert chosen(environment) == ("one", "unix:///one.sock")


def test_the_file_of_connections_may_be_elsewhere(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, "one", one=ONE)
    file = store(tmp_path / "other", "two", two=TWO)

    assert chosen({**environment, "PODMAN_CONNECTIONS_CONF": str(file)}) == ("two", "unix:///two.sock")


def test_the_users_folder_may_be_elsewhere(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path / "other", "two", two=TWO)

    assert chosen({**environment, "XDG_CONFIG_HOME": f"{tmp_path}/other/.config"}) == ("two", "unix:///two.sock")


def test_later_files_of_the_configuration_take_precedence(environment: dict[str, str], tmp_path: Path) -> None:
    found = []
    configure(tmp_path, service("a"), name="etc/containers.conf")
    found.append(chosen(environment))
    configure(tmp_path, service("b"), name="etc/containers.conf.d/10.conf")
    found.append(chosen(environment))
    configure(tmp_path, service("c"))
    found.append(chosen(environment))
    configure(tmp_path, '[engine]\nactive_service = "b"\n', name=".config/containers/containers.conf.d/20.conf")
    found.append(chosen(environment))
    override = configure(tmp_path, '[engine]\nactive_service = "a"\n', name="override.conf")
    found.append(chosen({**environment, "CONTAINERS_CONF_OVERRIDE": str(override)}))

    assert found == [(name, f"unix:///{name}-of-conf.sock") for name in "abcba"]


def test_a_file_of_the_environment_replaces_all_others(environment: dict[str, str], tmp_path: Path) -> None:
    configure(tmp_path, service("one"))
    other = configure(tmp_path, "[engine]\n", name="other.conf")

    assert chosen({**environment, "CONTAINERS_CONF": str(other)}) is None


# The text of the hint


def test_ssh_with_an_identity(environment: dict[str, str], tmp_path: Path) -> None:
    uri = "ssh://me@box:2222/run/user/1000/podman/podman.sock"
    store(tmp_path, "box", box={"URI": uri, "Identity": "/home/me/.ssh/box"})

    assert chosen_connection(environment) == ("box", replace(parse_endpoint(uri), identity="/home/me/.ssh/box"))


def test_services_of_the_configuration_have_the_same_fields(environment: dict[str, str], tmp_path: Path) -> None:
    text = '[engine]\nactive_service="vm"\n[engine.service_destinations.vm]\nuri="ssh://core@localhost:1/run/p.sock"\n'
    configure(tmp_path, f'{text}identity="/key"\nis_machine=true\n')
    endpoint = Endpoint(parse_endpoint("ssh://x").scheme, "localhost", 1, "/run/p.sock", "core")

    assert chosen_connection(environment) == ("vm", replace(endpoint, identity="/key", is_machine=True))


@pytest.mark.parametrize(("host", "is_machine"), [("127.0.0.1", True), ("localhost", True), ("box", False)])
def test_a_machine_is_one_on_this_host(
    environment: dict[str, str], tmp_path: Path, host: str, *, is_machine: bool
) -> None:
    store(tmp_path, "vm", vm={"URI": f"ssh://core@{host}:1/p.sock", "IsMachine": True})
    found = chosen_connection(environment)

    assert found is not None
    assert found[1].is_machine is is_machine


def test_tcp_with_certificates(environment: dict[str, str], tmp_path: Path) -> None:
    files = {"TLSCA": "/tls/ca.crt", "TLSCert": "/tls/tls.crt", "TLSKey": "/tls/tls.key"}
    store(tmp_path, "box", box={"URI": "tcp://box:8443", **files})
    found = chosen_connection(environment)

    assert found is not None
    assert found[1].tls == TlsFiles(
        "/nonexistent", authority="/tls/ca.crt", certificate="/tls/tls.crt", key="/tls/tls.key"
    )


@pytest.mark.parametrize("text", ["[engine]\nnum_locks = 7\n", "# active_service = nonsense =\n", "[containers\n"])
def test_a_configuration_without_services_is_not_judged(environment: dict[str, str], tmp_path: Path, text: str) -> None:
    configure(tmp_path, text)

    assert chosen(environment) is None


# Faulty files


@pytest.mark.parametrize("name", ["other", ""])
def test_a_connection_that_is_not_there_is_an_error(environment: dict[str, str], tmp_path: Path, name: str) -> None:
    store(tmp_path, "gone", one=ONE)
    with pytest.raises(UsageError, match=f"there is no podman connection '{name or 'gone'}'"):
        chosen({**environment, "CONTAINER_CONNECTION": name})


def test_a_connection_that_is_nearly_there_is_proposed(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, None, production=ONE)
    with pytest.raises(UsageError) as caught:
        chosen({**environment, "CONTAINER_CONNECTION": "prodution"})

    assert (caught.value.hint or "").startswith("did you mean production? ")


@pytest.mark.parametrize("connection", [{}, 7, None, {"URI": 7}, {"URI": "npipe://x"}, {"URI": ""}])
def test_a_connection_without_an_address_is_an_error(
    environment: dict[str, str], tmp_path: Path, connection: object
) -> None:
    store(tmp_path, "one", one=connection)
    with pytest.raises(UsageError, match="the podman connection 'one' can't be used"):
        chosen(environment)


def test_a_password_in_an_address_is_an_error_that_does_not_show_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    store(tmp_path, "one", one={"URI": "ssh://me:geheim@box/p.sock"})
    with pytest.raises(UsageError, match="must not contain a password") as caught:
        chosen(environment)

    assert "geheim" not in f"{caught.value.what} {caught.value.hint}"


@pytest.mark.parametrize(
    "text", ["bad", "[]", "7", '{"Connection":7}', '{"Connection":{"Connections":[1]}}', "[" * 9999]
)
def test_connections_that_are_malformed_are_an_error(environment: dict[str, str], tmp_path: Path, text: str) -> None:
    file = store(tmp_path, None)
    file.write_text(text)
    with pytest.raises(UsageError, match=f"{file} can't be used: "):
        chosen(environment)


@pytest.mark.parametrize(
    "text", ["[engine\nactive_service=1", "active_service='x'\nengine=7\n", "[engine]\nservice_destinations=3\n"]
)
def test_a_configuration_of_services_that_is_malformed_is_an_error(
    environment: dict[str, str], tmp_path: Path, text: str
) -> None:
    file = configure(tmp_path, text)
    with pytest.raises(UsageError, match=f"{file} can't be used: "):
        chosen(environment)


def test_a_folder_in_the_place_of_a_file_is_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".config" / "containers" / "podman-connections.json").mkdir(parents=True)
    with pytest.raises(UsageError, match="is a directory"):
        chosen(environment)


# The order


def named(environment: dict[str, str], choice: str = "auto") -> list[str]:
    """The sources of addresses, without the usual sockets."""
    return [candidate.why for candidate in candidates(environment, choice) if candidate.named]


def candidates(environment: dict[str, str], choice: str = "auto") -> list[Candidate]:
    return list(find_candidates(None, environment, choice))


@pytest.mark.parametrize(
    ("choice", "order"),
    [
        ("auto", ["DOCKER_HOST", "podman connection one", "CONTAINER_HOST"]),
        ("podman", ["podman connection one", "CONTAINER_HOST", "DOCKER_HOST"]),
        ("docker", ["DOCKER_HOST"]),
    ],
)
def test_the_connection_of_the_variable_comes_before_the_host(
    environment: dict[str, str], tmp_path: Path, choice: str, order: list[str]
) -> None:
    store(tmp_path, "two", one=ONE, two=TWO)
    variables = {"DOCKER_HOST": "/d", "CONTAINER_HOST": "/c", "CONTAINER_CONNECTION": "one"}

    assert named({**environment, **variables}, choice) == order


def test_the_default_counts_only_without_a_variable_of_podman(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, "two", one=ONE, two=TWO)

    assert named({**environment, "CONTAINER_HOST": "/c"}) == ["CONTAINER_HOST"]
    assert named(environment) == ["podman connection two"]
    assert named(environment, "podman") == ["podman connection two"]
    assert named(environment, "docker") == []


@pytest.mark.parametrize(
    ("choice", "order"),
    [
        ("auto", ["docker context mine", "podman connection two"]),
        ("podman", ["podman connection two", "docker context mine"]),
        ("docker", ["docker context mine"]),
    ],
)
def test_the_docker_context_comes_first_unless_podman_is_wanted(
    environment: dict[str, str], tmp_path: Path, choice: str, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, "two", two=TWO)
    context = ("mine", parse_endpoint("/context.sock"))
    monkeypatch.setattr("jobber.adapters.discovery.docker_context.current_context", lambda _: context)

    assert named(environment, choice) == order


def test_the_key_of_the_environment_is_that_of_the_host(environment: dict[str, str]) -> None:
    variables = {"CONTAINER_HOST": "ssh://me@box/p.sock", "CONTAINER_SSHKEY": "/key"}

    assert candidates({**environment, **variables})[0].endpoint.identity == "/key"


# Addresses with TLS


def test_https_means_tls(environment: dict[str, str], tmp_path: Path) -> None:
    endpoint = next(find_candidates("https://box", environment)).endpoint

    assert endpoint.tls == TlsFiles(f"{tmp_path}/.docker")
    assert (str(endpoint), endpoint.docker_host) == ("https://box:2376", "tcp://box:2376")
    assert parse_endpoint(str(endpoint)).is_https


@pytest.mark.parametrize(
    ("variables", "tls"),
    [
        ({"DOCKER_CERT_PATH": "/certs"}, TlsFiles("/certs")),
        ({"DOCKER_CERT_PATH": "/certs", "DOCKER_TLS_VERIFY": "1"}, TlsFiles("/certs")),
        ({"DOCKER_CERT_PATH": "/certs", "DOCKER_TLS": "1"}, TlsFiles("/certs", verify=False)),
    ],
)
def test_https_uses_the_certificates_of_docker(
    environment: dict[str, str], variables: dict[str, str], tls: TlsFiles
) -> None:
    assert next(find_candidates("https://box:1", {**environment, **variables})).endpoint.tls == tls


def test_https_of_a_variable_and_of_a_connection_means_tls(environment: dict[str, str], tmp_path: Path) -> None:
    store(tmp_path, "one", one={"URI": "https://box:1"})

    assert candidates(environment)[0].endpoint.tls is not None
    assert candidates({**environment, "DOCKER_HOST": "https://box:1"})[0].endpoint.tls is not None
