"""Engines on other machines: TCP, TLS, ssh."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from certificates import make_certificates
from daemon import PrivateDocker, need, private_docker
from remote import RemoteMachine
from user import SECONDS, Shell, user

from jobber.adapters.discovery.ssh_tunnel import SshTunnel
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.adapters.engine_api.ping import ping
from jobber.adapters.registry_api.parallel import map_in_threads

MUCH = 100 << 20
MOST_MEMORY = 120 << 20


@pytest.fixture(scope="module")
def docker(docker_engine_address: str) -> Iterator[PrivateDocker]:
    assert docker_engine_address
    with private_docker() as private:
        yield private


@pytest.fixture(scope="module")
def plain(docker: PrivateDocker) -> Iterator[PrivateDocker]:
    docker.start("--tls=false")
    yield docker
    docker.stop()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secured(docker: PrivateDocker, certificates: Path) -> Iterator[PrivateDocker]:
    docker.stop()
    docker.start(
        "--tlsverify",
        f"--tlscacert={certificates}/ca.pem",
        f"--tlscert={certificates}/server-cert.pem",
        f"--tlskey={certificates}/server-key.pem",
    )
    yield docker
    docker.stop()


def check_streams(shell: Shell, *host: str, size: int = MUCH) -> None:
    """Build, pass input on with its end, and take much output in little memory."""
    built = shell.jobber(*host, "build")
    text = bytes(range(256)) * 20_000
    echoed = shell.jobber(*host, "run", "-ri", "none", shell.name, "cat", stdin=text)
    much = measured(shell, *host, "run", "-ri", "none", shell.name, "head", "-c", str(size), "/dev/zero")

    assert built.returncode == 0, built.stderr
    assert (echoed.returncode, echoed.stdout == text) == (0, True), echoed.stderr
    assert much[0] == size
    assert much[1] < MOST_MEMORY


def measured(shell: Shell, *words: str) -> tuple[int, int]:
    """Return the number of bytes that a command writes, and its peak memory."""
    with subprocess.Popen(
        [sys.executable, "-m", "jobber", *words],
        cwd=shell.folder,
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        size, most = 0, 0
        while chunk := process.stdout.read(1 << 20):
            size += len(chunk)
            with suppress(OSError, IndexError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                most = max(most, int(status.partition("VmHWM:")[2].split()[0]) << 10)
    return size, most


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestTcp:
    def test_host_and_port(self, plain: PrivateDocker, tmp_path: Path) -> None:
        address = f"127.0.0.1:{plain.port}"
        with user(tmp_path, address) as shell:
            check_streams(shell, "-H", address, size=1 << 20)

    def test_host_of_the_environment(self, plain: PrivateDocker, tmp_path: Path) -> None:
        with user(tmp_path, "", DOCKER_HOST=f"tcp://127.0.0.1:{plain.port}") as shell:
            assert shell.jobber("build").returncode == 0
            assert shell.jobber("run", shell.name, "echo", "hello").stdout == b"hello\n"


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
class TestTls:
    def test_verified_both_ways(self, secured: PrivateDocker, certificates: Path, tmp_path: Path) -> None:
        address = f"tcp://127.0.0.1:{secured.port}"
        variables = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certificates)}
        with user(tmp_path, address, **variables) as shell:
            check_streams(shell, "-H", address)

    def test_context_with_certificates(self, secured: PrivateDocker, certificates: Path, tmp_path: Path) -> None:
        store_context(tmp_path, f"tcp://127.0.0.1:{secured.port}", certificates)
        with user(tmp_path, "") as shell:
            assert shell.jobber("build").returncode == 0
            ran = shell.jobber("run", shell.name, "cat", stdin=b"hello")
            assert (ran.returncode, ran.stdout) == (0, b"hello"), ran.stderr

    def test_stranger_is_not_let_in(self, secured: PrivateDocker, certificates: Path, tmp_path: Path) -> None:
        shutil.copy(certificates / "ca.pem", tmp_path / "ca.pem")
        variables = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
        said = refused(tmp_path, f"tcp://127.0.0.1:{secured.port}", **variables)

        assert "certificate" in said

    def test_stranger_is_not_trusted(self, secured: PrivateDocker, tmp_path: Path) -> None:
        other = make_certificates(tmp_path / "other")
        variables = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(other)}

        assert "certificate verify failed" in refused(tmp_path, f"tcp://127.0.0.1:{secured.port}", **variables)

    def test_https_is_tls(self, secured: PrivateDocker, certificates: Path, tmp_path: Path) -> None:
        address = f"https://127.0.0.1:{secured.port}"
        with user(tmp_path, address, DOCKER_CERT_PATH=str(certificates)) as shell:
            assert shell.jobber("-H", address, "build").returncode == 0
            ran = shell.jobber("-H", address, "run", shell.name, "cat", stdin=b"hello")

        assert (ran.returncode, ran.stdout) == (0, b"hello"), ran.stderr

    def test_plain_talk_is_told(self, secured: PrivateDocker, tmp_path: Path) -> None:
        assert "DOCKER_TLS_VERIFY" in refused(tmp_path, f"127.0.0.1:{secured.port}")


class TestSsh:
    def test_engine_of_the_login_over_there(self, engine_address: str, tmp_path: Path) -> None:
        with (
            remote(tmp_path, engine_address) as machine,
            user(tmp_path, engine_address, PATH=machine.search_path) as shell,
        ):
            check_streams(shell, "-H", machine.address, size=MUCH // 2)

            assert machine.processes() == []

    def test_client_over_there_where_no_socket_is_forwarded(self, engine_address: str, tmp_path: Path) -> None:
        with (
            remote(tmp_path, engine_address, forwards=False) as machine,
            user(tmp_path, engine_address, PATH=machine.search_path) as shell,
        ):
            check_streams(shell, "-H", machine.address, size=1 << 20)

            assert machine.processes() == []

    def test_socket_over_there(self, engine_address: str, tmp_path: Path) -> None:
        with remote(tmp_path, engine_address) as machine:
            address = machine.address + engine_address.removeprefix("unix://")
            with user(tmp_path, engine_address, PATH=machine.search_path) as shell:
                assert shell.jobber("-H", address, "build").returncode == 0
                ran = shell.jobber("-H", address, "run", shell.name, "cat", stdin=b"hello")

            assert (ran.returncode, ran.stdout) == (0, b"hello")
            assert machine.processes() == []

    def test_remote_socket_without_socket_forwarding(self, engine_address: str, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent", forwards=False) as machine:
            address = machine.address + engine_address.removeprefix("unix://")
            with user(tmp_path, engine_address, PATH=machine.search_path) as shell:
                assert shell.jobber("-H", engine_address, "build").returncode == 0
                ran = shell.jobber("-H", address, "run", shell.name, "cat", stdin=b"hello")

            assert (ran.returncode, ran.stdout) == (0, b"hello"), ran.stderr
            assert machine.processes() == []

    def test_host_and_key_come_from_a_podman_connection(self, engine_address: str, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            machine.forget_all()
            address = f"ssh://root@127.0.0.1:{machine.port}{engine_address.removeprefix('unix://')}"
            with user(tmp_path, engine_address, PATH=machine.search_path) as shell:
                assert shell.jobber("-H", engine_address, "build").returncode == 0
                store_connection(tmp_path, address, machine.key)
                ran = shell.jobber("run", shell.name, "cat", stdin=b"hello")
                doctor = json.loads(shell.jobber("doctor", "--json").stdout)

            assert (ran.returncode, ran.stdout) == (0, b"hello"), ran.stderr
            assert doctor["engine"]["why"] == "podman connection machine"
            assert machine.processes() == []

    def test_tunnel_is_for_all_threads_and_survives_the_first(self, engine_address: str, tmp_path: Path) -> None:
        with remote(tmp_path, engine_address) as machine:
            environment = {**os.environ, "PATH": f"{machine.search_path}:{os.environ['PATH']}"}
            endpoint = parse_endpoint(machine.address)
            with closing(SshTunnel(endpoint, environment=environment)) as tunnel:
                answers = [*map_in_threads(lambda _: ping(endpoint, dial=tunnel.dial), range(8), threads=8)]
                again = ping(endpoint, dial=tunnel.dial)

            assert answers == [again] * 8
            assert machine.accepted == 1
            assert machine.processes() == []

    @pytest.mark.parametrize("forwards", [True, False])
    def test_tunnel_is_opened_again_after_it_broke(
        self, engine_address: str, tmp_path: Path, *, forwards: bool
    ) -> None:
        with remote(tmp_path, engine_address, forwards=forwards) as machine:
            environment = {**os.environ, "PATH": f"{machine.search_path}:{os.environ['PATH']}"}
            endpoint = parse_endpoint(machine.address)
            with closing(SshTunnel(endpoint, environment=environment)) as tunnel:
                path = tunnel.open()
                first = ping(endpoint, dial=tunnel.dial)
                machine.cut()
                give_up = time.monotonic() + SECONDS
                while tunnel.is_open:
                    assert time.monotonic() < give_up
                    time.sleep(0.05)

                assert ping(endpoint, dial=tunnel.dial) == first
                assert tunnel.open() == path
            assert machine.accepted == 2
            assert machine.processes() == []

    @pytest.mark.parametrize("forwards", [True, False])
    def test_nothing_stays_of_a_jobber_that_was_killed(
        self, engine_address: str, tmp_path: Path, *, forwards: bool
    ) -> None:
        with (
            remote(tmp_path, engine_address, forwards=forwards) as machine,
            user(tmp_path, engine_address, PATH=machine.search_path) as shell,
        ):
            assert shell.jobber("-H", engine_address, "build").returncode == 0
            words = ("sh", "-c", "echo up; sleep 60")
            process = shell.start("-H", machine.address, "run", "-Xd", "--stop-timeout 1", shell.name, *words)
            assert process.stdout is not None
            assert process.stdout.readline() == b"up\n"
            process.kill()
            process.wait()
            give_up = time.monotonic() + SECONDS
            while machine.processes():
                assert time.monotonic() < give_up, machine.processes()
                time.sleep(0.1)

    def test_key_that_is_not_taken(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            machine.refuse_keys()

            said = refused(tmp_path, machine.address, PATH=machine.search_path)
            assert "Permission denied (publickey)" in said
            assert "ssh-copy-id far-away" in said
            assert "never asks for a password" in said
            assert machine.processes() == []

    def test_host_that_is_not_known(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            machine.forget_host()

            said = refused(tmp_path, machine.address, PATH=machine.search_path)
            assert "Host key verification failed" in said
            assert "hint: connect once with `ssh far-away`" in said
            assert "TLS" not in said

    def test_host_with_another_key(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            machine.mistake_host()

            said = refused(tmp_path, machine.address, PATH=machine.search_path)
            assert "Host key verification failed" in said
            assert "`ssh-keygen -R far-away` removes the old key" in said

    def test_host_of_an_unknown_name(self, tmp_path: Path) -> None:
        said = refused(tmp_path, "ssh://nobody.invalid")

        assert "Could not resolve hostname" in said
        assert "hint: check the name" in said

    def test_port_where_nothing_listens(self, tmp_path: Path) -> None:
        said = refused(tmp_path, "ssh://me@127.0.0.1:1")

        assert "Connection refused" in said
        assert "hint: check that `ssh -p 1 me@127.0.0.1` works" in said

    def test_no_ssh_here(self, tmp_path: Path) -> None:
        said = refused(tmp_path, "ssh://box", ONLY_PATH=bare_path(tmp_path))

        assert "ssh is not on the PATH" in said
        assert "hint: for example `apt install openssh-client`" in said

    def test_machine_without_an_engine(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent", PATH=bare_path(tmp_path)) as machine:
            said = refused(tmp_path, machine.address, PATH=machine.search_path)

            assert "the remote host has neither docker nor podman" in said
            assert "hint: install docker or podman on the remote host" in said

    def test_client_over_there_without_an_engine(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            said = refused(tmp_path, machine.address, PATH=machine.search_path)

            assert "nonexistent" in said
            assert "hint: start the engine on the remote host" in said

    def test_socket_where_nothing_listens(self, tmp_path: Path) -> None:
        path = f"{tmp_path}/stale.sock"
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(path)
        with remote(tmp_path, "unix:///nonexistent") as machine:
            said = refused(tmp_path, f"{machine.address}{path}", PATH=machine.search_path)

            assert f"nothing listens at {path}" in said
            assert "AllowStreamLocalForwarding" in said

    @pytest.mark.skipif(os.getuid() != 0, reason="another user is needed on the other side")
    def test_socket_that_is_closed_to_the_user_over_there(self) -> None:
        with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as listener:
            folder = Path(place)
            folder.chmod(0o755)
            path = f"{folder}/engine.sock"
            listener.bind(path)
            listener.listen()
            Path(path).chmod(0o600)
            with remote(folder, f"unix://{path}", user=a_user_with_a_shell()) as machine:
                (folder / "ssh").chmod(0o711)
                said = refused(folder, f"{machine.address}{path}", PATH=machine.search_path)
                by_client = refused(folder, machine.address, PATH=machine.search_path)

            for text in (said, by_client):
                assert "permission denied" in text.lower()
                assert "hint: the remote user may not use the engine's socket" in text

    def test_engine_that_is_not_there(self, tmp_path: Path) -> None:
        with remote(tmp_path, "unix:///nonexistent") as machine:
            said = refused(tmp_path, f"{machine.address}/nonexistent.sock", PATH=machine.search_path)

            assert "nothing listens at /nonexistent.sock" in said
            assert machine.processes() == []


def store_context(folder: Path, host: str, certificates: Path) -> None:
    """A current docker context with certificates."""
    docker = folder / ".docker"
    key = sha256(b"far").hexdigest()
    meta, tls = docker / "contexts" / "meta" / key, docker / "contexts" / "tls" / key / "docker"
    meta.mkdir(parents=True)
    tls.mkdir(parents=True)
    described = {"Name": "far", "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    (meta / "meta.json").write_text(json.dumps(described))
    (docker / "config.json").write_text(json.dumps({"currentContext": "far"}))
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(certificates / name, tls / name)


def store_connection(folder: Path, address: str, key: str) -> None:
    """A default connection of Podman to a virtual machine on this host, as `podman machine init` makes it."""
    file = folder / ".config" / "containers" / "podman-connections.json"
    file.parent.mkdir(parents=True)
    connection = {"URI": address, "Identity": key, "IsMachine": True}
    file.write_text(json.dumps({"Connection": {"Default": "machine", "Connections": {"machine": connection}}}))


def bare_path(folder: Path) -> str:
    """A PATH with a shell and little else."""
    bare = folder / "bare"
    bare.mkdir()
    for name in ("sh", "cat", "grep", "id"):
        (bare / name).symlink_to(shutil.which(name) or "")
    return str(bare)


def a_user_with_a_shell() -> str:
    """Another user than root who may log in; skips where there is none."""
    for entry in pwd.getpwall():
        if entry.pw_uid and Path(entry.pw_shell).name in ("sh", "bash", "dash"):
            return entry.pw_name
    pytest.skip("root alone has a shell here")


def refused(folder: Path, address: str, **variables: str) -> str:
    """Return the error about an unavailable host; with `ONLY_PATH`, the PATH has that directory only."""
    path = variables.pop("ONLY_PATH", "") or f"{variables.pop('PATH', '')}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), **variables}
    done = subprocess.run(
        [sys.executable, "-m", "jobber", "-H", address, "run", "x"],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 125
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 3, done.stderr
    return done.stderr


@contextmanager
def remote(
    folder: Path, engine_address: str, *, forwards: bool = True, user: str = "root", **variables: str
) -> Iterator[RemoteMachine]:
    need(program="sshd")
    variables = {"DOCKER_HOST": engine_address, "CONTAINER_HOST": engine_address, **variables}
    machine = RemoteMachine(folder / "ssh", forwards=forwards, user=user, **variables)
    try:
        yield machine
    finally:
        machine.stop()
