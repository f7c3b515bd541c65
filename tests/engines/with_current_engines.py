"""Run a command twice with the current generation of engines around it (Docker 28, Podman 5.8).

    python tests/engines/with_current_engines.py -- COMMAND...

The first time JOBBER_TEST_DOCKER is a Docker with its classic image store, and JOBBER_TEST_PODMAN a Podman; the
second time JOBBER_TEST_DOCKER is a Docker with the containerd store. A `docker` client with buildx comes first on the
PATH. The engines are those of Debian's next release (`next_release.py`), in namespaces that end with this program.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import next_release
from with_engines import PACKAGES, Engines, free_subnet, hard_limit, run_with

_INSIDE = Path(__file__).resolve().with_name("inside.sh")
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
_READ_CHILDREN_SECONDS = 5
_OUR_ENGINES = ("JOBBER_TEST_DOCKER", "JOBBER_TEST_PODMAN")
_CLIENT = """\
#!/bin/sh
# The client of the engines' release, which runs on this one's libraries: what it starts (ssh, helpers) is here.
if [ "$1" = buildx ]; then shift; exec {root}/usr/libexec/docker/cli-plugins/docker-buildx "$@"; fi
exec {root}/usr/bin/docker "$@"
"""


class CurrentEngines(Engines):
    """Docker with either image store, Podman, and the registries of this machine's release."""

    def __init__(self) -> None:
        super().__init__()
        self.installation = next_release.installation()
        self.sets: list[dict[str, str]] = []

    def start(self) -> None:
        """Start everything."""
        registries = self._start_registries()
        docker = self._start_docker_with("docker", features={})
        containerd = self._start_docker_with("containerd", features={"containerd-snapshotter": True})
        podman = self._start_podman_beside([*registries])
        self.sets = [
            {"JOBBER_TEST_DOCKER": docker, "JOBBER_TEST_PODMAN": podman},
            {"JOBBER_TEST_DOCKER": containerd},
        ]
        self.variables |= {**self.sets[0], "JOBBER_TEST_DOCKER_CONTAINERD": containerd}

    def run(self, command: list[str]) -> int:
        """Run the command once for each set of engines; the first failure is the exit status."""
        statuses = []
        for engines in self.sets:
            given = {name: value for name, value in self.variables.items() if name not in _OUR_ENGINES} | engines
            required = [name for name in ("docker", "podman") if f"JOBBER_TEST_{name.upper()}" in engines]
            given |= {"JOBBER_TEST_REQUIRE": ",".join(required), "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
            inherited = {name: value for name, value in os.environ.items() if name not in _OUR_ENGINES}
            print(f"== {' '.join(f'{name}={value}' for name, value in engines.items())}", file=sys.stderr)
            statuses.append(subprocess.run(command, env=inherited | given, check=False).returncode)
        return next((status for status in statuses if status), 0)

    def _start_docker_with(self, name: str, *, features: dict[str, bool]) -> str:
        folder = self._folder(name)
        bridge = f"{self.bridge}{name[0]}"
        self._add_bridge(bridge)
        (folder / "daemon.json").write_text(json.dumps({"features": features}))
        address = f"unix://{folder}/docker.sock"
        command = ["dockerd", "--config-file", f"{folder}/daemon.json", "--data-root", f"{folder}/docker"]
        command += ["--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/docker.pid", "--host", address]
        # Rules of one network filter for several daemons would be each other's.
        command += [
            "--bridge",
            bridge,
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
        ]
        self._launch_inside(name, command, socket_path=folder / "docker.sock")
        return address

    def _start_podman_beside(self, registries: list[str]) -> str:
        folder = self._folder("podman")
        networks = folder / "networks"
        networks.mkdir()
        bridge = f"{self.bridge}p"
        self.bridges.append(bridge)  # made by the first container, if any
        (networks / "podman.json").write_text(json.dumps(_network(bridge, free_subnet())))
        (folder / "containers.conf").write_text(
            "[containers]\n"
            f'default_ulimits = ["nofile={hard_limit("NOFILE")}", "nproc={hard_limit("NPROC")}"]\n'
            '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            f'[network]\nnetwork_config_dir = "{networks}"\nfirewall_driver = "none"\n'
        )
        (folder / "registries.conf").write_text(
            "".join(f'[[registry]]\nlocation = "{registry}"\ninsecure = true\n' for registry in registries)
        )
        address = f"unix://{folder}/podman.sock"
        environment = {
            **os.environ,
            "CONTAINERS_CONF": f"{folder}/containers.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{folder}/registries.conf",
        }
        command = ["podman", "--root", f"{folder}/storage", "--runroot", f"{folder}/run"]
        command += ["system", "service", "--time", "0", address]
        self._launch_inside("podman", command, socket_path=folder / "podman.sock", environment=environment)
        return address

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def _launch_inside(
        self, name: str, command: list[str], *, socket_path: Path, environment: dict[str, str] | None = None
    ) -> None:
        folder = self.folder / name
        self._launch(
            name,
            [*_NAMESPACES, str(_INSIDE), str(self.installation), str(folder), *command],
            socket_path=socket_path,
            environment=environment,
            dies_by=signal.SIGKILL,  # unshare lets nothing else end it
        )
        client = self.folder / "bin" / "docker"
        if not client.exists():
            client.parent.mkdir()
            client.write_text(_CLIENT.format(root=self.installation))
            client.chmod(0o755)

    def _terminate(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the first process inside, for `unshare` itself doesn't listen."""
        inside = process.args[0] == _NAMESPACES[0] if isinstance(process.args, list) else False
        for target in _children(process.pid) if inside else [process.pid]:
            with suppress(ProcessLookupError):
                os.kill(target, signal.SIGTERM)

    def _remove_containers(self) -> None:
        """Nothing outlives the namespaces."""


def _children(process: int) -> list[int]:
    """Processes that a process started itself."""
    give_up = time.monotonic() + _READ_CHILDREN_SECONDS
    while time.monotonic() < give_up:
        with suppress(FileNotFoundError):
            if told := Path(f"/proc/{process}/task/{process}/children").read_text().split():
                return [int(number) for number in told]
        time.sleep(0.05)
    return []


def _network(bridge: str, subnet: str) -> dict[str, object]:
    """Podman's default network, on a bridge of our own."""
    return {
        "name": "podman",
        "id": "0" * 64,
        "driver": "bridge",
        "network_interface": bridge,
        "created": "2026-01-01T00:00:00Z",
        "subnets": [{"subnet": f"{subnet}.0/24", "gateway": f"{subnet}.1"}],
        "ipv6_enabled": False,
        "internal": False,
        "dns_enabled": False,
        "ipam_options": {"driver": "host-local"},
    }


if __name__ == "__main__":
    sys.exit(run_with(CurrentEngines, packages=(*PACKAGES, "debootstrap")))
