"""Results found again on real engines and in a real registry: ls, show, lineage."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest
from engine_clients import real_podman
from user import Shell, user

from jobber.domain.errors import JobberError
from jobber.domain.images.build_request import BuildRequest
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.testing import FakeProgress

_TRAIN = 'mkdir -p /model; echo "{\\"accuracy\\": $2}" >/model/metrics.json; echo said $2; exit $3'


def _entries(shell: Shell, *words: str) -> list[dict[str, object]]:
    listed = shell.jobber("ls", *words, "--json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, object]] = json.loads(listed.stdout)
    return found


def test_experiments_are_found_again_also_where_their_data_is_gone(shell: Shell) -> None:
    data = shell.data_image(x=shell.name)  # layers that no other test has
    for accuracy, status in (("0.9", "0"), ("0.7", "3")):
        job = ("sh", "-c", _TRAIN, "--lr", "0.1", accuracy, status)
        shell.jobber("run", "-i", data, "-o", "/model", shell.name, *job)
    (best, _) = _entries(shell, shell.name, "--sort", "accuracy")
    (failed,) = _entries(shell, shell.name, "--outcome", "failed", "--input", data, "--since", "1h")
    down = shell.jobber("lineage", "--down", data).stdout.decode()
    page = shell.jobber("lineage", str(best["id"]), "--format", "html").stdout
    for tag in shell.engine.images.inspect(parse_reference(f"{data}:latest")).references:
        shell.engine.images.remove(parse_reference(tag))
    shown = shell.jobber("show", str(best["run"])).stdout.decode()
    traced = shell.jobber("lineage", f"{shell.name}:latest-run").stdout.decode()

    assert (best["metrics"], failed["metrics"], failed["exit-code"]) == ({"accuracy": 0.9}, {"accuracy": 0.7}, 3)
    assert down.count("input of") == 2
    assert b"said 0.9" in page
    assert f"inputs      {data}:latest, /data at /data" in shown
    assert "! this image is missing" in shown
    assert [line.endswith("  missing") for line in traced.splitlines()] == [False, False, True]


def test_results_of_a_registry_are_found_without_pulling(shell: Shell) -> None:
    host, file = os.environ.get("JOBBER_TEST_REGISTRY_AUTH"), os.environ.get("JOBBER_TEST_REGISTRY_PASSWORD_FILE")
    if not host or not file:
        pytest.skip("no guarded registry")
    entry = {"registry": host, "user": "jobber", "password-file": file}
    (shell.folder / "jobber-config.yml").write_text(json.dumps({"credentials": [entry]}))
    name = f"{host}/jobber-test/{shell.name}"
    shell.jobber("build", "-t", f"{name}:1", ".")
    ran = shell.jobber("run", f"{name}:1", "sh", "-c", "echo over there; mkdir /made")
    assert ran.returncode == 0, ran.stderr
    here = shell.engine.images.inspect(parse_reference(f"{name}:latest-run"))
    for tag in (*here.references, f"{name}:1"):
        shell.engine.images.remove(parse_reference(tag))
    listed = shell.jobber("ls", name)
    shown = json.loads(shell.jobber("show", f"{name}:latest-run", "--json").stdout)
    page = shell.jobber("lineage", f"{name}:latest-run", "--format", "html").stdout.decode()
    (shell.folder / "jobber-config.yml").unlink()
    refused = shell.jobber("ls", "--remote", name)

    assert listed.stderr.decode() == f"no such result on the engine: listing those in the registry, {name}\n"
    assert len(listed.stdout.splitlines()) == 2
    assert (shown["labels"], shown["registry"]) == (dict(here.labels), f"{name}:latest-run")
    assert "over there" in page
    assert refused.returncode == 1
    with pytest.raises(JobberError):
        shell.engine.images.inspect(parse_reference(f"{name}:latest-run"))


def _build_without_jobber(shell: Shell, name: str, dockerfile: str) -> None:
    """An image that no jobber has built, or so it looks."""
    context = shell.folder / "child"
    context.mkdir(exist_ok=True)
    (context / "n").write_text(shell.name)
    (context / "Dockerfile").write_text(dockerfile)
    built = shell.engine.builder.build(BuildRequest(context, context / "Dockerfile"), progress=FakeProgress())
    shell.engine.images.tag(built, reference=parse_reference(name))


def _remove(shell: Shell, *names: str) -> None:
    for name in names:
        for tag in shell.engine.images.inspect(parse_reference(name)).references:
            shell.engine.images.remove(parse_reference(tag))


def test_image_built_from_a_result_is_not_taken_for_it(shell: Shell) -> None:
    shell.jobber("run", "-o", "/made", shell.name, "sh", "-c", "echo said; mkdir /made")
    child = f"{shell.name}-data:latest"  # which is tidied up
    _build_without_jobber(shell, child, f"FROM {shell.name}:latest-run\nCOPY n /x\n")
    refused = [
        shell.jobber(*words, child) for words in (("export", "--format", "slsa"), ("rerun", "--dry-run"), ("logs",))
    ]
    compared = shell.jobber("diff", child, f"{shell.name}:latest-run").stdout.decode()

    assert [(ended.returncode, ended.stdout) for ended in refused] == [(1, b""), (125, b""), (1, b"")]
    assert all(b"is not a result of a run: it was built" in ended.stderr for ended in refused)
    assert "not a result of a run, but built from one" in compared
    assert "  - /x " in compared
    assert _entries(shell, child) == []


def test_image_built_from_a_result_is_none_where_the_result_is_not_either(shell: Shell) -> None:
    host = os.environ.get("JOBBER_TEST_REGISTRY")
    if not host:
        pytest.skip("no registry")
    shell.jobber("run", shell.name, "sh", "-c", "echo said; mkdir /made")
    (result,) = _entries(shell, shell.name)
    child = f"{host}/jobber-test/{shell.name}-child:1"
    _build_without_jobber(shell, child, f"FROM {shell.name}:latest-run\nCOPY n /x\n")
    pushed = shell.jobber("push", child)
    _remove(shell, child, f"{shell.name}:latest-run")
    in_registry = shell.jobber("show", child).stdout.decode()
    listed = shell.jobber("ls", child)
    shell.engine.registry.pull(parse_reference(child), credentials=None, progress=FakeProgress())
    try:
        here = shell.jobber("show", child).stdout.decode()
        traced = shell.jobber("lineage", child).stdout.decode()
        of_run = shell.jobber("show", str(result["run"]))
        exported = shell.jobber("export", "--format", "slsa", child)
    finally:
        _remove(shell, child)

    assert pushed.returncode == 0, pushed.stderr
    assert "made by     no run of jobber's" in in_registry
    assert (len(listed.stdout.splitlines()), b"no such result on the engine or in the registry" in listed.stderr) == (
        1,
        True,
    )
    assert f"the result of run {result['run']}, which is not on the engine" in here
    assert traced.splitlines()[1].startswith(f"└─ base   (no tag)  {str(result['run'])[:12]}")
    assert (of_run.returncode, exported.returncode) == (1, 1)


def test_images_with_another_id_are_connected_by_their_layers(shell: Shell) -> None:
    host = os.environ.get("JOBBER_TEST_REGISTRY")
    if not host:
        pytest.skip("no registry")
    data = shell.data_image(x=shell.name)
    shell.jobber("run", "-i", data, "-o", "/model", shell.name, "sh", "-c", f"mkdir /model; echo {shell.name}")
    (first,) = _entries(shell, shell.name)
    fixed = next(tag for tag in first["tags"] if "latest" not in tag)  # type: ignore[attr-defined]
    shell.jobber("run", "-i", f"{fixed},dest=/old", f"{shell.name}", "sh", "-c", "echo two")
    moved = f"{host}/jobber-test/{shell.name}:1"
    _build_without_jobber(shell, moved, f"FROM {fixed}\nLABEL zz=1\n")
    same, other = (shell.engine.images.inspect(name) for name in (ImageId(str(first["id"])), parse_reference(moved)))
    shell.jobber("push", moved)
    shell.engine.images.remove(parse_reference(moved))
    shell.engine.images.remove(ImageId(str(first["id"])))
    pulled = shell.engine.registry.pull(parse_reference(moved), credentials=None, progress=FakeProgress())
    shell.engine.images.tag(pulled.id, reference=parse_reference(fixed))  # the engine has hundreds to look into
    try:
        down = shell.jobber("lineage", "--down", data).stdout.decode()
        up = shell.jobber("lineage", f"{shell.name}:latest-run").stdout.decode()
    finally:
        _remove(shell, moved)

    assert (other.chain, other.id != same.id) == (same.chain, True)
    assert down.count("input of") == 2
    assert "missing" not in up


def test_digest_of_a_result_is_told_where_a_registry_has_it(shell: Shell) -> None:
    host = os.environ.get("JOBBER_TEST_REGISTRY")
    if not host:
        pytest.skip("no registry")
    name = f"{host}/jobber-test/{shell.name}"
    result = f"{name}:latest-run"
    shell.jobber("build", "--no-push", "-t", f"{name}:1", ".")
    shell.jobber("run", "--no-push", "--pull", "never", f"{name}:1")
    try:
        before = _told_digests(shell, result)
        shell.jobber("push", result)
        _remove(shell, result)
        shell.engine.registry.pull(parse_reference(result), credentials=None, progress=FakeProgress())
        after = _told_digests(shell, result)
    finally:
        _remove(shell, result, f"{name}:1")

    assert before == ([], [])
    assert [digest.partition("@")[0] for digest in after[0]] == [name]
    assert after[0] == [f"{name}@sha256:{digits}" for digits in after[1]]


def _told_digests(shell: Shell, name: str) -> tuple[list[str], list[str]]:
    """Return the digests that `show` prints, and those that `export` prints."""
    shown = json.loads(shell.jobber("show", name, "--json").stdout)
    exported = json.loads(shell.jobber("export", "--format", "slsa", name).stdout)
    return shown["digests"], [subject["digest"]["sha256"] for subject in exported["subject"] if "uri" in subject]


@pytest.mark.podman
@pytest.mark.xdist_group("podman")
def test_layers_of_zstd_are_read_in_a_registry(podman_engine_address: str, tmp_path: Path) -> None:
    """Podman pushes them on demand; Docker 20.10 can't pull them."""
    host = os.environ.get("JOBBER_TEST_REGISTRY")
    if not host:
        pytest.skip("no registry")
    if sys.version_info < (3, 14):
        pytest.importorskip("zstandard")
    with user(tmp_path, podman_engine_address, DOCKER_HOST=podman_engine_address) as shell:
        data = shell.data_image(x="X" * 100_000, y="Y")
        name = f"{host}/jobber-test/{data}:1"
        query = {"destination": name, "tlsVerify": False, "compressionFormat": "zstd", "format": "oci"}
        with closing(real_podman(podman_engine_address)) as client:
            path = f"/images/localhost%2F{data}:latest/push"
            with client.call("POST", path, query=query) as response:
                assert response.ok, response.why()
                response.read()
        copied = shell.jobber("cp", f"{name}:/data/x", "copy")

        assert copied.returncode == 0, copied.stderr
        assert (shell.folder / "copy").read_text() == "X" * 100_000
