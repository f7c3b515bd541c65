"""Run a command with private engines: Docker, Podman, and two registries.

    python tests/engines/with_engines.py -- COMMAND...

Everything is in one folder and on one bridge, and is removed afterwards. Without root or the packages, the
script prints what is missing and runs the command with the rest; `JOBBER_TEST_REQUIRE=docker,podman` makes it an error.
The command gets JOBBER_TEST_DOCKER and JOBBER_TEST_PODMAN (addresses), JOBBER_TEST_REGISTRY (HOST:PORT),
JOBBER_TEST_REGISTRY_AUTH (HOST:PORT of a registry with a user `jobber`) and JOBBER_TEST_REGISTRY_PASSWORD_FILE;
JOBBER_TEST_REGISTRY_KEY_FILE is the password of a user `_json_key` there.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

READY_SECONDS = 60
STOP_SECONDS = 30
PACKAGES = (
    "docker.io",
    "podman",
    "docker-registry",
    "busybox-static",
    "runc",
    "iptables",
    "iproute2",
    "apache2-utils",
    "openssh-client",
    "openssh-server",
    "openssl",
    "chromium",  # for the pages that jobber makes
)
_PR_SET_PDEATHSIG = 1


class Engines:
    """The started processes, with the calls that stop them."""

    def __init__(self) -> None:
        # Not in /tmp, which may be a tmpfs that overlayfs can't lie on; and a short path, for sockets.
        self.folder = Path(tempfile.mkdtemp(prefix="jbr-", dir="/var/tmp"))
        self.token = secrets.token_hex(3)
        self.bridge = f"jbr{self.token}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.bridges: list[str] = []
        self.variables: dict[str, str] = {}

    def start(self) -> None:
        """Start everything, as far as it can be."""
        registry, guarded = self._start_registries()
        self._start_docker()
        self._start_podman([registry, guarded])

    def run(self, command: list[str]) -> int:
        """Run a command with the addresses in its environment, and return its exit status."""
        return subprocess.run(command, env={**os.environ, **self.variables}, check=False).returncode

    def stop(self) -> None:
        """Stop everything, and take all traces away."""
        self._remove_containers()
        for process in reversed(self.processes):
            self._terminate(process)
        for process in reversed(self.processes):
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((m for m in mounts if m.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)
        for bridge in self.bridges:
            subprocess.run(["ip", "link", "delete", bridge], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_containers(self) -> None:
        """Stop the processes that would outlive their engine."""
        if "JOBBER_TEST_PODMAN" in self.variables:
            subprocess.run(
                [*self._podman(), "rm", "--all", "--force", "--time", "0"],
                env=self._podman_environment(),
                capture_output=True,
                check=False,
            )

    def _terminate(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()

    def _add_bridge(self, name: str) -> None:
        self.bridges.append(name)
        subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
        subprocess.run(["ip", "address", "add", f"{free_subnet()}.1/24", "dev", name], check=True)
        subprocess.run(["ip", "link", "set", name, "up"], check=True)

    def _start_docker(self) -> None:
        if shutil.which("dockerd") is None:
            return
        self._add_bridge(self.bridge)
        address = f"unix://{self.folder}/docker.sock"
        command = ["dockerd", "--data-root", f"{self.folder}/docker", "--exec-root", f"{self.folder}/exec"]
        command += ["--pidfile", f"{self.folder}/docker.pid", "--host", address, "--bridge", self.bridge]
        self._launch("docker", command, socket_path=self.folder / "docker.sock")
        self.variables["JOBBER_TEST_DOCKER"] = address

    def _start_podman(self, registries: list[str]) -> None:
        if shutil.which("podman") is None:
            return
        (self.folder / "containers.conf").write_text(
            "[containers]\n"
            f'default_ulimits = ["nofile={hard_limit("NOFILE")}", "nproc={hard_limit("NPROC")}"]\n'
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            # In files of its own: in shared memory the machine's Podmans share 2,048 locks, and those of an engine
            # that is gone stay taken.
            f'lock_type = "file"\ntmp_dir = "{self.folder}/podman-tmp"\n'
        )
        (self.folder / "registries.conf").write_text(
            "".join(f'[[registry]]\nlocation = "{registry}"\ninsecure = true\n' for registry in registries)
        )
        (self.folder / "tmp").mkdir()
        address = f"unix://{self.folder}/podman.sock"
        self._launch(
            "podman",
            [*self._podman(), "system", "service", "--time", "0", address],
            socket_path=self.folder / "podman.sock",
            environment=self._podman_environment(),
        )
        self.variables["JOBBER_TEST_PODMAN"] = address

    def _podman(self) -> list[str]:
        return ["podman", "--root", f"{self.folder}/podman", "--runroot", f"{self.folder}/podman-run"]

    def _podman_environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "CONTAINERS_CONF": f"{self.folder}/containers.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{self.folder}/registries.conf",
            "TMPDIR": f"{self.folder}/tmp",  # each build leaves a file there
        }

    def _start_registries(self) -> tuple[str, str]:
        open_one, guarded = f"127.0.0.1:{_free_port()}", f"127.0.0.1:{_free_port()}"
        if shutil.which("docker-registry") is None:
            return open_one, guarded
        password = secrets.token_urlsafe(12)
        (self.folder / "password").write_text(password)
        users = subprocess.run(
            ["htpasswd", "-Bin", "jobber"], input=password, capture_output=True, text=True, check=True
        )
        key = json.dumps({"type": "service_account", "private_key": secrets.token_hex(1000)}, indent=2)
        (self.folder / "key.json").write_text(f"{key}\n")
        (self.folder / "htpasswd").write_text(f"{users.stdout.strip()}\n_json_key:{_bcrypt(key)}\n")
        auth = f"auth: {{htpasswd: {{realm: jobber, path: {self.folder}/htpasswd}}}}\n"
        for name, address, extra in (("registry", open_one, ""), ("guarded", guarded, auth)):
            configuration = self.folder / f"{name}.yml"
            configuration.write_text(
                f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {self.folder}/{name}}}}}\n"
                f"http: {{addr: {address}}}\n{extra}"
            )
            self._launch(name, ["docker-registry", "serve", str(configuration)], port=int(address.split(":")[1]))
        self.variables["JOBBER_TEST_REGISTRY"] = open_one
        self.variables["JOBBER_TEST_REGISTRY_AUTH"] = guarded
        self.variables["JOBBER_TEST_REGISTRY_KEY_FILE"] = f"{self.folder}/key.json"
        self.variables["JOBBER_TEST_REGISTRY_PASSWORD_FILE"] = f"{self.folder}/password"
        return open_one, guarded

    def _launch(
        self,
        name: str,
        command: list[str],
        *,
        socket_path: Path | None = None,
        port: int | None = None,
        environment: dict[str, str] | None = None,
        dies_by: signal.Signals = signal.SIGTERM,
    ) -> subprocess.Popen[bytes]:
        """Start a daemon in a session of its own, and wait until it listens; `dies_by` is what ends it with us."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=self.folder,  # Podman's conmon writes a file `oom` there
                start_new_session=True,
                preexec_fn=lambda: _die_with_us(dies_by),
            )
        self.processes.append(process)
        give_up = time.monotonic() + READY_SECONDS
        while not _listens(socket_path, port):
            if process.poll() is not None or time.monotonic() > give_up:
                print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
                raise SystemExit(f"{name} did not start: {' '.join(command)}")
            time.sleep(0.1)
        return process


def main() -> int:
    """Start, run, stop."""
    return run_with(Engines, packages=PACKAGES)


def run_with(kind: type[Engines], *, packages: Sequence[str]) -> int:
    """Run the command of the command line with engines around it, and return its exit status."""
    command = sys.argv[sys.argv.index("--") + 1 :]
    required = [name for name in os.environ.get("JOBBER_TEST_REQUIRE", "").split(",") if name]
    if os.geteuid() != 0:
        print("not root: no private engines; tests use what is there", file=sys.stderr)
        return subprocess.run(command, check=False).returncode
    if shutil.which("apt-get"):
        subprocess.run([Path(__file__).with_name("install.sh"), *packages], check=bool(required))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    engines = kind()
    try:
        engines.start()
        for name in ("docker", "podman"):
            if f"JOBBER_TEST_{name.upper()}" not in engines.variables:
                print(f"{name} is not installed: its tests are skipped", file=sys.stderr)
        for name, value in engines.variables.items():
            print(f"{name}={value}", file=sys.stderr)
        return engines.run(command)
    except KeyboardInterrupt:
        return 130
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        engines.stop()


def _listens(socket_path: Path | None, port: int | None) -> bool:
    family = socket.AF_UNIX if socket_path else socket.AF_INET
    with socket.socket(family) as sock:
        return sock.connect_ex(str(socket_path) if socket_path else ("127.0.0.1", port)) == 0


def _free_port() -> int:
    # Below the system's ephemeral ports, until the one that it is meant for is there.
    while True:
        port = 20000 + secrets.randbelow(12000)
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) != 0:
                return port


def free_subnet() -> str:
    """The first three numbers of a network that nobody on this machine has."""
    taken = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True).stdout
    candidates = (f"172.30.{secrets.randbelow(190) + 60}" for _ in range(1000))
    return next(candidate for candidate in candidates if f"{candidate}." not in taken)


def hard_limit(name: str) -> str:
    import resource

    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
    number = 20000 if hard == resource.RLIM_INFINITY else min(hard, 20000)
    return f"{number}:{number}"


def _bcrypt(password: str) -> str:
    """The hash of a password of several lines, which `htpasswd` takes as an argument alone; bcrypt reads 72 bytes."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    hashed: bytes = crypt(password.encode()[:72], f"$2y$05${secrets.token_hex(11)}".encode())
    return hashed.decode()


def _die_with_us(by: signal.Signals) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)


if __name__ == "__main__":
    sys.exit(main())
