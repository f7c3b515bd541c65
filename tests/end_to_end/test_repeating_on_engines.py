"""Runs that are made again, or not again, on Docker and on Podman."""

from __future__ import annotations

import json
from contextlib import suppress

from user import Shell

from jobber.domain.errors import JobberError
from jobber.domain.images.reference import parse_reference

_WRITE = (
    "sh",
    "-c",
    "mkdir -p /model/deep; cp /data/x /model/deep/x; ln -s deep/x /model/link; chmod 600 /model/deep/x",
)


def _trained(shell: Shell, *words: str) -> str:
    """A run with an input and an output; the id of its result."""
    if not (shell.folder / f"{shell.name}-data").exists():
        shell.data_image(x=shell.name)  # images with the same content are the same inputs
    ran = shell.jobber("run", "-i", f"{shell.name}-data", "-o", "/model", *words, shell.name, *_WRITE)
    assert ran.returncode == 0, ran.stderr
    return shell.id_of(f"{shell.name}:latest-run")


def test_same_run_is_made_once_and_another_one_again(shell: Shell) -> None:
    first = _trained(shell, "--reuse")
    reused = _trained(shell, "--reuse")
    code = shell.engine.images.inspect(parse_reference(f"{shell.name}:latest"))
    shell.jobber("build", "-t", shell.name)
    rebuilt = shell.engine.images.inspect(parse_reference(f"{shell.name}:latest"))
    after_the_build = _trained(shell, "--reuse")

    assert first == reused
    assert rebuilt.id != code.id
    assert rebuilt.chain == code.chain
    assert after_the_build == first


def test_rerun_makes_the_same_and_tells_what_differs(shell: Shell) -> None:
    _trained(shell)
    same = shell.jobber("rerun", "--verify", f"{shell.name}:latest-run")
    (shell.folder / f"{shell.name}-data" / "x").write_text("other")
    shell.jobber("build", "-t", f"{shell.name}-data", f"{shell.name}-data")
    then = shell.jobber("rerun", "--verify", f"{shell.name}:latest-run")
    now = shell.jobber("rerun", "--verify", "-i", f"{shell.name}-data", f"{shell.name}:latest-run")

    assert (same.returncode, then.returncode, now.returncode) == (0, 0, 1)
    assert (
        b"/model is the same as in the old result, byte for byte: files: 2, bytes: %d" % len(shell.name) in same.stderr
    )
    assert b"differs: /model/deep/x had %d bytes, and has 5\n" % len(shell.name) in now.stderr


def test_rerun_that_lacks_something_makes_nothing(shell: Shell) -> None:
    _trained(shell, "-Xd", "-e A_KEY=secret")
    image = shell.engine.images.inspect(parse_reference(f"{shell.name}-data:latest")).id
    before = shell.id_of(f"{shell.name}:latest-run")
    shell.engine.images.remove(image)
    ran = shell.jobber("rerun", f"{shell.name}:latest-run")

    assert ran.returncode == 125
    assert b"the value of A_KEY is not recorded, and A_KEY is not set" in ran.stderr
    assert f"image {shell.name}-data:latest ({image[7:19]}) is neither on the engine nor".encode() in ran.stderr
    assert shell.id_of(f"{shell.name}:latest-run") == before
    assert shell.containers() == []


def test_code_that_is_gone_is_pulled_by_its_digest(shell: Shell, registry_host: str) -> None:
    images = shell.engine.images
    remote = f"{registry_host}/{shell.name}"
    with (shell.folder / "Dockerfile").open("a") as file:
        file.write(f"ENV MARK={shell.name}\n")  # an image with the same layers and configuration would be as good
    assert shell.jobber("build").returncode == 0
    images.tag(images.inspect(parse_reference(f"{shell.name}:latest")).id, reference=parse_reference(f"{remote}:1"))
    assert shell.jobber("push", f"{remote}:1").returncode == 0
    ran = shell.jobber("run", "-o", "/model", f"{remote}:1", "sh", "-c", "mkdir /model; echo x >/model/x")
    assert ran.returncode == 0, ran.stderr
    code = images.inspect(parse_reference(f"{remote}:1")).id
    images.remove(images.inspect(parse_reference(f"{remote}:latest-run")).id)
    images.remove(code)
    again = shell.jobber("rerun", "--verify", "--no-push", f"{remote}:latest-run")
    made = images.inspect(parse_reference(f"{remote}:latest-run"))
    record = json.loads(made.labels["jobber.run"])
    images.remove(made.id)
    with suppress(JobberError):
        images.remove(record["image"]["id"])

    assert again.returncode == 0, again.stderr
    assert (record["image"]["id"], record["image"]["ref"]) == (code, f"{remote}:1")


def test_prune_tells_what_can_go_and_a_run_is_exported(shell: Shell) -> None:
    first, second = _trained(shell), _trained(shell)
    told = shell.jobber("prune", "--results", "--keep-last", "1", "--dry-run", "--json")
    asked = shell.jobber("prune", "--results", "--keep-last", "1")
    ours = [item for item in json.loads(told.stdout)["remove"] if item["name"].startswith(f"{shell.name}:")]
    exported = shell.jobber("export", "--format", "slsa", second.removeprefix("sha256:")[:12])

    assert first != second
    assert [(item["what"], item["size"] > 0) for item in ours] == [("result", True)]
    assert (asked.returncode, asked.stdout.startswith(b"WHAT")) == (2, True)
    assert b"There is no terminal to prompt on" in asked.stderr
    assert json.loads(exported.stdout)["subject"][-1]["digest"]["sha256"] == second.removeprefix("sha256:")
