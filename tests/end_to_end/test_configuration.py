"""Configuration as a user lives with it, on Docker and on Podman."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from bash import completed

if TYPE_CHECKING:
    from user import Shell

NAME = "jobber-config.yml"


def record_of(shell: Shell) -> dict[str, object]:
    record: dict[str, object] = json.loads(shell.labels(f"{shell.name}:latest-run")["jobber.run"])
    return record


def test_a_team_s_files_make_a_run_what_they_say(shell: Shell) -> None:
    data = shell.data_image(x="from the input\n")
    (shell.folder.parent / NAME).write_text(
        "configs:\n"
        "  work:\n    Xdocker: -e LEVEL=1 -w /bin\n    result-image: success\n"
        "  noisy:\n    Xdocker: -e NOISE=2\n"
        "  default: [work, noisy]\n"
        "  quiet:\n    cmd: echo only 'a  word'\n    result-image: none\n"
    )
    (shell.folder / NAME).write_text(
        f"inputs: [{data}]\ncmd: sh -c 'cat /data/x; echo $LEVEL $NOISE; pwd'\nout: /tmp\n"
    )
    default = shell.jobber("run")
    record = record_of(shell)
    quiet = shell.jobber("run", "-c", "quiet", shell.name)
    own = shell.jobber("run", "-ri", "none", shell.name, "echo", "my own")

    assert (default.returncode, default.stdout) == (0, b"from the input\n1 2\n/bin\n"), default.stderr
    assert (record["configs"], record["out"]) == (["work", "noisy"], "/tmp")
    assert record["docker-args"] == ["-e", "LEVEL=1", "-w", "/bin", "-e", "NOISE=2"]
    assert (quiet.returncode, quiet.stdout, b"result" in quiet.stderr) == (0, b"only a  word\n", False)
    assert own.stdout == b"my own\n"


def test_paths_of_a_file_are_relative_to_it_and_those_of_the_command_line_to_where_one_stands(shell: Shell) -> None:
    project = shell.folder.parent
    for place in (project, shell.folder):
        (place / "data").mkdir()
        (place / "data" / "x").write_text(f"of {place.name}\n")
        (place / "env").write_text(f"PLACE={place.name}\n")
    (project / NAME).write_text(
        "cmd: sh -c 'cat /x/x /y/x; echo $PLACE'\n"
        "Xdocker: [-v, './data:/x', --mount, 'type=bind,source=./data,dst=/y', --env-file env]\n"
    )
    by_file = shell.jobber("run")
    recorded = record_of(shell)["docker-args"]
    by_option = shell.jobber("run", "-Xd", "-v ./data:/x -v ../data:/y --env-file ./env")
    shown = shell.jobber("config", "--origins")
    again = subprocess.run(
        [sys.executable, "-m", "jobber", "rerun", f"{shell.name}:latest-run"],
        cwd="/",
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert by_file.stdout == f"of {project.name}\nof {project.name}\n{project.name}\n".encode(), by_file.stderr
    assert recorded[:2] == ["-v", f"{project}/data:/x"]  # type: ignore[index]
    by_hand = f"of {shell.folder.name}\nof {project.name}\n{shell.folder.name}\n".encode()
    assert (by_option.stdout, again.stdout) == (by_hand, by_hand), by_option.stderr + again.stderr
    assert f"{project}/{NAME}:2".encode() in shown.stdout


def test_settings_for_time_and_results_hold(shell: Shell) -> None:
    (shell.folder / NAME).write_text("timeout: 1\nresult-image: success\nXdocker: [--stop-timeout 1]\ncmd: sleep 60\n")
    ran = shell.jobber("run")

    assert (ran.returncode, b"result" in ran.stderr) == (124, False)


def test_a_host_of_a_file_is_connected_to(shell: Shell) -> None:
    address = shell.environment.pop("DOCKER_HOST")
    (shell.folder / NAME).write_text(f"host: {address}\nresult-image: none\n")
    shell.environment["DOCKER_HOST"] = "unix:///nonexistent"
    ran = shell.jobber("run", shell.name, "echo", "here")

    assert (ran.returncode, ran.stdout) == (0, b"here\n"), ran.stderr


def test_verbose_of_a_file_says_what_is_done(shell: Shell) -> None:
    (shell.folder / NAME).write_text("verbose: true\nresult-image: none\n")

    assert b"POST " in shell.jobber("run", shell.name, "true").stderr


def test_two_configured_inputs_at_one_place_are_told_with_the_line(shell: Shell) -> None:
    data = shell.data_image(x="X")
    (shell.folder / NAME).write_text(f"inputs:\n- {data}\n- {data},src=/data\n")
    ran = shell.jobber("run", shell.name)
    first, *_ = ran.stderr.decode().splitlines()

    assert (ran.returncode, first.startswith(f"error: {shell.folder}/{NAME}:3: two inputs ")) == (125, True), first
    assert shell.containers() == []


def test_images_go_to_the_default_registry_of_a_file_unless_push_is_off(
    shell: Shell, registry_host: str | None
) -> None:
    if registry_host is None:
        pytest.skip("no registry: name it in JOBBER_TEST_REGISTRY")
    (shell.folder / NAME).write_text(
        f"default-registry: {registry_host}/team\npull: missing\ncmd: echo ran\nconfigs:\n  quiet:\n    push: false\n"
    )
    name = f"{registry_host}/team/{shell.name}"
    try:
        built = shell.jobber("build")
        ran = shell.jobber("run", "-ri", "success")
        quiet = shell.jobber("run", "-c", "quiet")
    finally:
        shell._remove_images(name)

    assert f"pushed {name}:latest ".encode() in built.stderr, built.stderr
    assert (ran.stdout, f"pushed {name}:latest-run ".encode() in ran.stderr) == (b"ran\n", True), ran.stderr
    assert (quiet.returncode, b"result " in quiet.stderr, b"pushed" in quiet.stderr) == (0, True, False)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_names_and_tags_of_images(shell: Shell) -> None:
    typed = tag = f"jobber run -i {shell.name}:lat"
    for _ in range(5):  # Podman can't list images while another one is removed: who is at a terminal presses again
        if tag.rstrip() == typed:
            tag = completed(typed, folder=shell.folder, environment=shell.environment)

    assert tag.rstrip() == f"jobber run -i {shell.name}:latest"
