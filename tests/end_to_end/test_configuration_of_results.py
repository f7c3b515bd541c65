"""The result of a run with all kinds of options, and the objects on the engine, on Docker and on Podman."""

from __future__ import annotations

import json

import pytest
from user import Shell

from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label

_OPTIONS = (
    "-e A_TOKEN=geheim-4713 -e CUDA_VISIBLE_DEVICES=0 -e SHELL_NAME=other -p 8080 -l of-the-run=yes --expose 9/udp"
    " --entrypoint /bin/sh -w /bin -u 1 -v /dir --health-cmd false --stop-signal SIGINT --stop-timeout 3 -h elsewhere"
)


def _environment(shell: Shell, image: str) -> list[bytes]:
    """The variables of a job, but for the name of its host."""
    ran = shell.jobber("run", "-ri", "none", image, "env")
    assert ran.returncode == 0, ran.stderr
    return sorted(line for line in ran.stdout.splitlines() if not line.startswith(b"HOSTNAME="))


@pytest.mark.parametrize("more", ["", " --read-only"])
def test_nothing_of_a_run_stays_in_its_result(shell: Shell, more: str) -> None:
    ran = shell.jobber("run", "-Xd", _OPTIONS + more, shell.name, "-c", "exit 0")
    code, result = (
        shell.engine.images.inspect(parse_reference(f"{shell.name}:{tag}")) for tag in ("latest", "latest-run")
    )
    added = result.labels.keys() - code.labels.keys()

    assert ran.returncode == 0, ran.stderr
    assert _environment(shell, f"{shell.name}:latest-run") == _environment(shell, shell.name)
    if shell.engine.containers.keeps_configuration():
        assert result.configuration == code.configuration
        assert all(name.startswith(("jobber.", "org.opencontainers.")) for name in added)
        assert b"warning" not in ran.stderr
    else:
        assert b"warning: the engine's image store cannot remove variables" in ran.stderr
        assert b"A_TOKEN, CUDA_VISIBLE_DEVICES with an empty value" in ran.stderr
    images = shell.engine.images.list(labels={Label.RUN: None, Label.PARENT: code.id})
    assert not [image for image in images if Label.PART in json.loads(image.labels[Label.RUN])]


def test_run_of_an_older_result_does_not_have_its_blank_variables(shell: Shell) -> None:
    shell.jobber("run", "-Xd", "-e GONE=1", shell.name)
    result = shell.engine.images.inspect(parse_reference(f"{shell.name}:latest-run"))
    record = json.dumps(result.labels[Label.RUN]).replace("$", r"\$")
    (shell.folder / "Dockerfile").write_text(
        f"FROM {shell.name}:latest\nENV GONE= KEPT=\nLABEL {Label.RUN}={record}\n", encoding="utf-8"
    )
    shell.jobber("build", "-t", f"{shell.name}:older", ".")

    assert b"GONE=" not in _environment(shell, f"{shell.name}:older")
    assert b"KEPT=" in _environment(shell, f"{shell.name}:older")
