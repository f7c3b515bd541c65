"""An engine's own command line, and jobber, for the same engine: what is compared."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from side_by_side import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BASE = 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox","--install","-s","/bin"]\nCMD ["true"]\n'


@dataclass
class Bench:
    """One engine with a base image, and a folder; all that is made has a name of its own and is taken away."""

    name: str
    client: tuple[str, ...]
    """The engine's own command line, as a user has it."""
    environment: Mapping[str, str]
    """The variables that both clients need to find the engine."""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="jobber-bench-", dir="/var/tmp")))
    image: str = field(default_factory=lambda: f"jobber-bench-{secrets.token_hex(4)}")

    def jobber(self, *words: str) -> list[str]:
        """A `jobber` command."""
        return [str(Path(sys.executable).with_name("jobber")), *words]

    def by_hand(self, *words: str) -> list[str]:
        """A command of the engine's own client."""
        return [*self.client, *words]

    def run(self, *words: str) -> str:
        """Do something with the engine's own client that is not measured."""
        return run(self.by_hand(*words), self.environment)

    def make_base(self) -> None:
        """Build the base image."""
        busybox = shutil.which("busybox")
        if busybox is None:
            raise SystemExit("busybox is needed: `make bench` installs a static one")
        folder = self.folder / "base"
        folder.mkdir()
        shutil.copy(busybox, folder / "busybox")
        (folder / "Dockerfile").write_text(_BASE)
        run(self.jobber("build", "-t", f"{self.image}:base", str(folder)), self.environment)

    def images(self, *filters: str) -> list[str]:
        """Tags of images that this benchmark made."""
        words = ("images", "--format", "{{.Repository}}:{{.Tag}}", *filters)
        names = (name.removeprefix("localhost/") for name in self.run(*words).split())
        return [name for name in names if name.startswith(self.image)]

    def forget_results(self) -> None:
        """Remove the images that a measured command left behind, so that no round is slower than the one before."""
        self._forget(but=(":base", ":input"))

    def forget_builds(self) -> None:
        """Remove what a measured build left behind."""
        self._forget(but=(":base",))

    def _forget(self, *, but: tuple[str, ...]) -> None:
        names = [name for name in self.images() if not name.endswith(but)]
        if names:
            self.run("rmi", "--force", *names)

    def tidy(self) -> None:
        """Remove all that was made."""
        for volume in self.run("volume", "ls", "--quiet").split():
            if volume.startswith("jobber-input-") and self._is_ours(volume):
                self.run("volume", "rm", "--force", volume)
        if names := self.images():
            self.run("rmi", "--force", *names)
        shutil.rmtree(self.folder)

    def _is_ours(self, volume: str) -> bool:
        return any(volume.startswith(f"jobber-input-{id_[:12]}") for id_ in self.ids)

    @property
    def ids(self) -> list[str]:
        """Ids of the images that were made."""
        inspected = (self.run("image", "inspect", "--format", "{{.Id}}", name) for name in self.images())
        return [id_.removeprefix("sha256:") for id_ in inspected]


def benches(wanted: Sequence[str]) -> Iterator[Bench]:
    """A bench for each engine that is named in the environment."""
    if (address := os.environ.get("JOBBER_TEST_DOCKER")) and "docker" in wanted:
        yield Bench("docker", ("docker",), {"DOCKER_HOST": address})
    if (address := os.environ.get("JOBBER_TEST_PODMAN")) and "podman" in wanted:
        yield Bench("podman", ("podman", "--url", address), {"DOCKER_HOST": address})
