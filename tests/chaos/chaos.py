"""Kill or interrupt `jobber run` at random moments, recover, and count what came of it.

    make chaos CHAOS='--rounds 200'

For each engine in JOBBER_TEST_DOCKER and JOBBER_TEST_PODMAN. Where JOBBER_TEST_REGISTRY names a registry, results are
pushed as well. A round is a run that was disturbed when its job had begun: it is to have one result. Most moments lie
between jobber's call to start the job and its own end; some anywhere, so that there are runs besides whose job never
began. Ends with 1 if any run was lost, doubled, or left something behind.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from jobber.adapters.discovery.connect import connect
from jobber.domain.containers.container import ContainerState
from jobber.domain.containers.leftovers import LeftoverKind
from jobber.domain.errors import JobberError
from jobber.domain.images.reference import ImageId, ImageReference, parse_reference
from jobber.domain.ports import Engine
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import parse_ending, parse_plan
from jobber.testing import FakeProgress

SECONDS = 120
EARLY = 0.1
"""The share of moments that lie anywhere, python's start included."""
_START = b"/start\n"
"""The end of jobber's line about that call, under `-v`."""
_DOCKERFILE = 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox","--install","-s","/bin"]\nCMD ["true"]\n'
_JOB = 'trap "echo got; exit 5" TERM INT; touch /mark/$1; echo begin; sleep 0.3 & wait $!; echo made >/made; echo end'
_LOGS = {b"begin\nend\n"}
_INTERRUPTED_LOGS = {b"begin\ngot\n", b"begin\nend\n", b"begin\n", b"", b"got\n"}


Wait = Callable[[subprocess.Popen[bytes]], None]


@dataclass
class Chaos:
    """One engine, one code image, and many runs of it."""

    address: str
    folder: Path
    registry: str | None
    chance: random.Random
    name: str = ""
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    quicker: set[str] = field(default_factory=set)
    """The runs that ended before their moment."""
    settled: set[str] = field(default_factory=set)
    """The ids of runs whose results were looked at and removed."""
    engine: Engine = field(init=False)
    keeps: bool = field(init=False)
    """True if results have the code image's configuration exactly."""
    token: str = field(default_factory=lambda: uuid.uuid4().hex[:6])
    before: float = 1.0
    """The seconds of an undisturbed run until the job is started."""
    after: float = 1.0
    """The seconds from there to its end."""

    def __post_init__(self) -> None:
        self.engine = connect(host=self.address, choice="auto", environment={}, progress=FakeProgress())
        self.keeps = self.engine.containers.keeps_configuration()
        base = f"jobber-chaos-{uuid.uuid4().hex[:10]}"
        self.name = f"{self.registry}/{base}" if self.registry else base
        context = self.folder / base
        context.mkdir()
        shutil.copy(shutil.which("busybox") or "/bin/busybox", context / "busybox")
        (context / "Dockerfile").write_text(_DOCKERFILE)
        (self.folder / "mark").mkdir(exist_ok=True)
        built = self.jobber("build", "--no-push", "-t", f"{self.name}:code", str(context))
        assert built.returncode == 0, built.stderr
        made = time.monotonic()
        ran = self.start("undisturbed", secret=True)
        await_start(ran)
        started = time.monotonic()
        ran.communicate(timeout=SECONDS)
        self.before, self.after = started - made, time.monotonic() - started
        assert ran.returncode == 0

    @property
    def code(self) -> ImageReference:
        """The code image."""
        return parse_reference(f"{self.name}:code")

    def kill(self, numbers: Sequence[int]) -> None:
        """Some runs whose jobber processes are killed, and one recovery."""
        marks = self.disturb(numbers, "kill", self.kill_one)
        self.await_end()
        recovered = self.jobber("recover")
        if recovered.returncode:
            self.faults.append(f"{marks[0]}: recover: {recovered.stderr.decode()}")
        for mark in marks:
            self.check(mark, logs=_LOGS)
        self.check_images()
        self.remove_results()

    def interrupt(self, numbers: Sequence[int]) -> None:
        """Some runs that get one to three signals each."""
        marks = self.disturb(numbers, "signal", self.interrupt_one)
        self.await_end()
        left = [mark for mark in marks if self.left(mark)]
        self.counts["left to recover"] += len(left)
        if left:
            self.jobber("recover")
        for mark in marks:
            self.check(mark, logs=_INTERRUPTED_LOGS, may_lack_push=True)
        self.check_images()
        self.remove_results()

    def disturb(
        self, numbers: Sequence[int], kind: str, what: Callable[[str, subprocess.Popen[bytes], Wait], None]
    ) -> list[str]:
        """Let something happen to a run each, in threads of their own."""
        marks = [f"{kind}-{number}-{self.token}" for number in numbers]
        threads = []
        for mark in marks:
            process = self.start(mark, secret=self.chance.random() < 0.5)
            threads.append(threading.Thread(target=what, args=(mark, process, self.moment())))
            threads[-1].start()
        for thread in threads:
            thread.join()
        return marks

    def moment(self) -> Wait:
        """A wait for a random moment of a run."""
        is_early = self.chance.random() < EARLY
        seconds = self.chance.uniform(0, self.before + self.after if is_early else self.after * 1.1)

        def wait(process: subprocess.Popen[bytes]) -> None:
            if not is_early:
                await_start(process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)

        return wait

    def kill_one(self, mark: str, process: subprocess.Popen[bytes], wait: Wait) -> None:
        """Let a run be killed at a moment."""
        wait(process)
        process.kill()
        process.communicate(timeout=SECONDS)
        if process.returncode != -signal.SIGKILL:
            self.quicker.add(mark)

    def interrupt_one(self, mark: str, process: subprocess.Popen[bytes], wait: Wait) -> None:
        """Let a run get signals at a moment."""
        wait(process)
        if process.poll() is not None:
            self.quicker.add(mark)
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            process.send_signal(self.chance.choice((signal.SIGINT, signal.SIGTERM)))
            time.sleep(self.chance.uniform(0, 0.05))
        _, said = process.communicate(timeout=SECONDS)
        status = process.returncode
        self.counts[f"status {status}"] += 1
        # Before jobber listens, a signal ends it as it ends any program, and python with a word of its own.
        if status not in (0, 130, -signal.SIGTERM, -signal.SIGINT) and b"Could not import runpy module" not in said:
            self.faults.append(f"{mark}: status {status}: {said.decode()}")

    def check(self, mark: str, *, logs: set[bytes], may_lack_push: bool = False) -> None:
        """One result, or none of a job that never began; and nothing else."""
        begun = (self.folder / "mark" / mark).exists()
        results = self.results(mark)
        if left := self.left(mark):
            self.faults.append(f"{mark}: left: {left}")
        if len(results) != begun:
            self.faults.append(f"{mark}: {len(results)} results of a job that {'ran' if begun else 'never ran'}")
        self.counts["results"] += len(results)
        self.counts["never began" if not begun else "was quicker" if mark in self.quicker else "rounds"] += 1
        for result in results:
            image = self.engine.images.inspect(result)
            if self.keeps and image.configuration != self.engine.images.inspect(self.code).configuration:
                self.faults.append(f"{mark}: configuration {image.configuration}")
            tags = [text.rpartition(":")[2] for text in image.references]
            fixed = [tag for tag in tags if tag.startswith("2")]
            if len(fixed) != 1:
                self.faults.append(f"{mark}: tags {tags}")
            log = self.read_log(result)
            if log not in logs:
                self.faults.append(f"{mark}: log {log!r}")
            if self.registry and fixed and not may_lack_push and not self.is_pushed(fixed[0]):
                self.faults.append(f"{mark}: {fixed[0]} was not pushed")

    def check_images(self) -> None:
        """No intermediate image of an ended process."""
        for left in self.engine.runs.leftovers():
            if left.kind is LeftoverKind.IMAGE:
                self.faults.append(f"image {left.id} is {left.what}")

    def results(self, mark: str) -> list[ImageId]:
        """Ids of the images whose record names a mark."""
        return [image for image, record in self.records() if f'"{mark}"' in record and parse_ending(record)]

    def records(self) -> list[tuple[ImageId, str]]:
        """The images that have a record of a run, with that."""
        return [(one.id, one.labels[Label.RUN]) for one in self.engine.images.list(labels={Label.RUN: None})]

    def left(self, mark: str) -> list[str]:
        """Containers of a run, and parts of anybody who is dead."""
        found = []
        for part in self.engine.runs._calls.parts():  # type: ignore[attr-defined]
            if part.is_plan and mark in json.dumps(part.facts.get("command")):
                found.append(f"container {part.name}")
            elif part.run and self.run_of(part.run) == mark:
                found.append(f"part {part.name}")
        return found

    def run_of(self, run: str) -> str | None:
        """The mark of a run, by its result."""
        for image in self.engine.runs.results(run):
            record = json.loads(image.labels["jobber.run"])
            return str((record["command"] or [""])[-1])
        return None

    def read_log(self, image: str) -> bytes:
        """Return the content of `/run.log`."""
        calls = self.engine.runs._calls  # type: ignore[attr-defined]
        part = calls.make(f"jobber-chaos-{uuid.uuid4().hex}", image=image, facts={})
        try:
            with calls._connection.call("GET", f"/containers/{part}/archive", query={"path": "/run.log"}) as response:
                archive = io.BytesIO(response.read())
        finally:
            calls.remove(part)
        with tarfile.open(fileobj=archive) as opened:
            member = opened.extractfile("run.log")
            assert member is not None
            return member.read()

    def is_pushed(self, tag: str) -> bool:
        """Return True if the registry has a tag."""
        import urllib.request

        assert self.registry
        repository = self.name.partition("/")[2]
        with urllib.request.urlopen(f"http://{self.registry}/v2/{repository}/tags/list") as answer:
            return tag in (json.load(answer)["tags"] or ())

    def await_end(self) -> None:
        """Wait for the jobs that still run."""
        give_up = time.monotonic() + SECONDS
        while time.monotonic() < give_up:
            ours = [
                container
                for container in self.engine.containers.list(labels={"jobber.run": None})
                if (plan := parse_plan(container.labels["jobber.run"])) and plan.image.reference.startswith(self.name)
            ]
            if not any(container.state is ContainerState.RUNNING for container in ours):
                return
            time.sleep(0.05)

    def start(self, mark: str, *, secret: bool) -> subprocess.Popen[bytes]:
        """Start a run."""
        options = f"-v {self.folder}/mark:/mark" + (" -e VARIABLE=1" if secret else "")
        words = ["run", "-v", "--pull", "never", "-Xd", options, f"{self.name}:code", "sh", "-c", _JOB, "sh", mark]
        return subprocess.Popen(
            [sys.executable, "-m", "jobber", *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def jobber(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "jobber", *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """A user's, with nothing of ours."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
        return {**kept, "HOME": str(self.folder), "DOCKER_HOST": self.address}

    def remove_results(self) -> None:
        """Remove what has been looked at: with every image Podman lists them slower. None may come after that."""
        runs = set()
        for result, record in self.records():
            if f'"ref":"{self.name}:code"' not in record or not (ending := parse_ending(record)):
                continue
            if ending[0] in self.settled:
                self.faults.append(f"run {ending[0]}: another result came later")
            runs.add(ending[0])
            for reference in self.engine.images.inspect(result).references or (result,):
                with suppress(JobberError):
                    self.engine.images.remove(result if reference == result else parse_reference(reference))
        self.settled |= runs

    def tidy(self) -> None:
        """Remove all images."""
        self.remove_results()
        with suppress(JobberError):
            self.engine.images.remove(self.code)


def await_start(process: subprocess.Popen[bytes]) -> None:
    """Wait until jobber calls for the job's start, or has ended."""
    assert process.stderr is not None
    while (line := process.stderr.readline()) and not line.endswith(_START):
        pass


def main() -> int:
    """All engines, both kinds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rounds",
        type=int,
        default=20,
        help="runs that are disturbed once begun, of each kind, on each engine",
    )
    parser.add_argument("--engine", choices=("docker", "podman"), action="append")
    parser.add_argument("--kind", choices=("kill", "interrupt"), action="append")
    parser.add_argument("--at-once", type=int, default=4, help="runs that are disturbed at the same time")
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    # In the background of a shell it is ignored, and what we start would ignore it as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    seed = random.randrange(1 << 32) if chosen.seed is None else chosen.seed
    failed = False
    for engine in chosen.engine or ("docker", "podman"):
        address = os.environ.get(f"JOBBER_TEST_{engine.upper()}")
        if not address:
            print(f"{engine}: JOBBER_TEST_{engine.upper()} names none", flush=True)
            continue
        for kind in chosen.kind or ("kill", "interrupt"):
            with tempfile.TemporaryDirectory(prefix="jobber-chaos-") as folder:
                chaos = Chaos(address, Path(folder), os.environ.get("JOBBER_TEST_REGISTRY"), random.Random(seed))
                try:
                    first = 0
                    while (missing := chosen.rounds - chaos.counts["rounds"]) > 0:
                        last = first + min(chosen.at_once, missing)
                        getattr(chaos, kind)(range(first, last))
                        first = last
                finally:
                    chaos.tidy()
            print(f"{engine}, {kind}, seed {seed}: {dict(chaos.counts)}; faults: {len(chaos.faults)}", flush=True)
            for fault in chaos.faults:
                print(f"  {fault}", flush=True)
            failed = failed or bool(chaos.faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
