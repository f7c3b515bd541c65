"""The pytest plugin in separate test suites: import time, no effect by itself, xdist, and real engines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_SUITE = """
import shutil
from pathlib import Path

import jobber
import pytest


def prepare(job):
    job.files.write("/data/numbers", "1 2 3")


def add(job):
    job.say(job.files.read("/data/numbers"))
    numbers = map(int, job.files.read("/data/numbers").split())
    job.files.write("/model/sum", str(sum(numbers)))


def pipeline():
    prepared = jobber.run("{name}-prepare", out="/data", check=True)
    return jobber.run("{name}-add", inputs=[prepared], out="/model", check=True)


@pytest.fixture
def context(tmp_path):
    shutil.copy(shutil.which("busybox"), tmp_path / "busybox")

    def make(script):
        folder = tmp_path / script[:3]
        folder.mkdir()
        shutil.copy(tmp_path / "busybox", folder)
        (folder / "script").write_text(script)
        (folder / "Dockerfile").write_text(
            'FROM scratch\\nCOPY busybox /bin/busybox\\nCOPY script /script\\n'
            'RUN ["/bin/busybox", "--install", "-s", "/bin"]\\nCMD ["sh", "/script"]\\n'
        )
        return folder

    return make


def test_pipeline(jobber_engine, context):
    make_numbers = "mkdir /data; printf '1 2 3' >/data/numbers"
    jobber_engine.image("{name}-prepare", run=prepare, context=context(make_numbers))
    add_them = "cat /data/numbers; mkdir /model; printf 6 >/model/sum"
    jobber_engine.image("{name}-add", run=add, context=context(add_them))
    result = pipeline()

    assert result.log == "1 2 3"
    assert result.files.read("sum") == b"6"
    assert jobber_engine.read(result.id, "/model/sum") == b"6"


def test_command(jobber_engine, jobber_cli, context):
    make_numbers = "mkdir /data; printf '1 2 3' >/data/numbers"
    jobber_engine.image("{name}-prepare", run=prepare, context=context(make_numbers))
    ran = jobber_cli("run", "{name}-prepare")

    assert ran.exit_status == 0
    assert "{name}-prepare:latest-run" in ran.tags
    assert jobber_engine.list(ran.image.id, "/data") == ["/data/numbers"]


def train(job):
    job.say(f"{{' '.join(job.argv)}} {{job.environment['GREETING']}} {{job.workdir}}")
    job.files.write("weights", job.files.read("/etc/extra"))


def test_context_says_what_runs_and_where(jobber_engine, context):
    folder = context("printf '%s' 'sh '$0${{1:+' '$1}}' '$GREETING' '$PWD; cat /etc/extra >weights")
    with (folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("ENV GREETING=hi\\nWORKDIR /model\\n")
    extra = {{"/etc/extra": "E"}}
    jobber_engine.image("{name}-train", run=train, context=folder, files=extra, labels={{"x": "1"}})
    plain = jobber.run("{name}-train", out="/model", check=True)
    other = jobber.run("{name}-train", command=["sh", "/script", "2"], out="/model", check=True)

    assert (plain.log, other.log) == ("sh /script hi /model", "sh /script 2 hi /model")
    assert other.files.read("weights") == b"E"
    assert jobber_engine.read("{name}-train", "/script").startswith(b"printf")
    assert "/bin/program" not in jobber_engine.list("{name}-train")
    assert jobber.image("{name}-train").labels["x"] == "1"


def test_program_alone(jobber_engine):
    jobber_engine.image("{name}-alone", run=prepare)
    jobber_engine.faults.fill_disk()


def test_files(jobber_engine):
    jobber_engine.image("{name}-files", files={{"/data/a/b": "B"}}, labels={{"x": "1"}})

    assert jobber_engine.list("{name}-files", "/data") == ["/data/a/b"]
"""


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOCKER_", "COV"))}
    return subprocess.run(words, cwd=folder, env=kept, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    name = f"jobber-test-{os.urandom(4).hex()}"
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_pipeline.py").write_text(_SUITE.format(name=name))
    return tmp_path


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-s",), ("--jobber-engine=fake-podman",)], ids=" ".join)
def test_suite_on_the_fake(suite: Path, options: tuple[str, ...]) -> None:
    ended = pytest_in(suite, *options)

    assert "5 passed" in ended.stdout, ended.stdout


def test_same_suite_on_a_real_engine(suite: Path, engine_address: str) -> None:
    choice = "podman" if "podman" in engine_address else "docker"
    ended = pytest_in(suite, f"--jobber-engine={choice}", f"--jobber-host={engine_address}")

    assert "4 passed, 1 skipped" in ended.stdout, ended.stdout
    assert "has only a Python program" in ended.stdout


def test_real_engine_is_unchanged_after_the_tests(suite: Path, engine_address: str) -> None:
    from jobber.adapters.discovery.connect import connect
    from jobber.domain.errors import ImageNotFound
    from jobber.domain.images.reference import parse_reference
    from jobber.testing import FakeProgress

    choice = "podman" if "podman" in engine_address else "docker"
    ended = pytest_in(suite, f"--jobber-engine={choice}", f"--jobber-host={engine_address}", "-k", "files")
    name = re.findall(r'image\("(.*-files)"', (suite / "test_pipeline.py").read_text())[0]
    engine = connect(host=engine_address, choice="auto", environment={}, progress=FakeProgress())

    assert "1 passed" in ended.stdout, ended.stdout
    with pytest.raises(ImageNotFound):
        engine.images.inspect(parse_reference(name))


def test_missing_real_engine_is_reported_in_one_line(suite: Path) -> None:
    ended = pytest_in(suite, "--jobber-engine=docker", "--jobber-host=unix:///nonexistent", "-k", "command")

    assert "no container engine responds" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_plugin_loads_nothing_for_a_suite_that_does_not_use_it(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_nothing.py").write_text(
        "import json, sys\n\ndef test_nothing(request):\n"
        "    print('LOADED', json.dumps([n for n in sys.modules if n.partition('.')[0] == 'jobber']))\n"
        "    print('FIXTURES', json.dumps(request.fixturenames))\n"
    )
    lines = pytest_in(tmp_path, "-q", "-s").stdout.splitlines()
    said = dict(line.split(" ", 1) for line in lines if line.startswith(("LOADED", "FIXTURES")))

    assert json.loads(said["LOADED"]) == ["jobber._version", "jobber", "jobber.pytest_plugin"]
    assert json.loads(said["FIXTURES"]) == ["request"]


@pytest.mark.parametrize("library", ["docker", "podman", "pytest", "_pytest", "requests", "cyclopts", "yaml"])
def test_test_kit_does_not_load_heavy_modules(library: str) -> None:
    code = "import jobber.testing, sys; sys.exit(sys.argv[1] in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code, library], check=False).returncode == 0
