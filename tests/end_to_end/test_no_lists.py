"""One result by a tag or by its whole ID: no image is listed, for that takes Podman 4.3 a minute where it has 600."""

from __future__ import annotations

import subprocess

from user import Shell

from jobber.domain.images.reference import ImageId, parse_reference

_COMMANDS = (
    ("show", "{}"),
    ("logs", "{}"),
    ("cp", "{}:/model", "copy"),
    ("cp", "{}:/model", "-"),
    ("diff", "{}", "{}"),
    ("diff", "{}", "{}", "--file", "w"),
    ("export", "--format", "slsa", "{}"),
    ("rerun", "--dry-run", "{}"),
    ("rerun", "--verify", "{}"),
    ("run", "-ri", "none", "-i", "{},dest=/in", "{}", "ls", "/in"),
)


def _lists(ran: subprocess.CompletedProcess[bytes]) -> list[str]:
    """The calls of a command that list images, without those that choose by one label's value."""
    assert ran.returncode == 0, ran.stderr
    calls = [line for line in ran.stderr.decode().splitlines() if "/images/json" in line]
    return [call for call in calls if "jobber.run%3D" not in call]


def _run(shell: Shell) -> str:
    ran = shell.jobber("run", "-o", "/model", shell.name, "sh", "-c", "mkdir /model; echo w >/model/w; echo said")
    assert ran.returncode == 0, ran.stderr
    return f"{shell.name}:latest-run"


def test_result_by_tag_and_by_id_is_found_without_a_list(shell: Shell) -> None:
    tag = _run(shell)
    names = (tag, shell.id_of(tag))
    listing = {
        (command[0], name): lists
        for command in _COMMANDS
        for name in names
        if (lists := _lists(shell.jobber("-v", *(word.format(name) for word in command))))
    }

    assert listing == {}


def test_result_without_the_tag_of_its_run_is_found_among_the_images_with_its_record(shell: Shell) -> None:
    result = shell.id_of(_run(shell))
    (shell.folder / "Dockerfile").write_text(f"FROM {shell.name}:latest-run\nLABEL more=1\n")
    assert shell.jobber("build").returncode == 0
    for tag in shell.engine.images.inspect(ImageId(result)).references:
        if not tag.endswith(":latest-run"):
            shell.engine.images.remove(parse_reference(tag))
    shown = shell.jobber("-v", "show", result)
    built = shell.jobber("-v", "show", shell.name)

    assert (_lists(shown), _lists(built)) == ([], [])
    assert b"outcome     succeeded" in shown.stdout
    assert f"built from  the result {shell.name}:latest-run" in built.stdout.decode()
