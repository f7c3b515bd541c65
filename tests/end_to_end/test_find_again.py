"""Results found again on real engines and in a real registry: ls, show, lineage."""

from __future__ import annotations

import json
import os

import pytest
from user import Shell

from jobber.domain.errors import JobberError
from jobber.domain.reference import parse_reference

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

    assert listed.stderr.decode() == f"no such result is here: these are in the registry, {name}\n"
    assert len(listed.stdout.splitlines()) == 2
    assert (shown["labels"], shown["registry"]) == (dict(here.labels), f"{name}:latest-run")
    assert "over there" in page
    assert refused.returncode == 1
    with pytest.raises(JobberError):
        shell.engine.images.inspect(parse_reference(f"{name}:latest-run"))
