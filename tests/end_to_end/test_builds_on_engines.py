"""`jobber build` on Docker and on Podman: what is built a second time, and what the builder has to say."""

from __future__ import annotations

from user import Shell

from jobber.domain.images.reference import parse_reference


def _random(shell: Shell, **files: str) -> None:
    """A Dockerfile with a step that never makes the same twice, and another that takes a while."""
    for name, text in files.items():
        (shell.folder / name).write_text(text)
    (shell.folder / "Dockerfile").write_text(
        f"FROM {shell.name}\nRUN head -c 16 /dev/urandom > /random\nWORKDIR /work\nCOPY . .\nHEALTHCHECK CMD true\n"
    )


def _build(shell: Shell) -> tuple[str, ...]:
    """The layers of the image that is built."""
    built = shell.jobber("build", "-t", f"{shell.name}-random")
    assert built.returncode == 0, built.stderr
    return shell.engine.images.inspect(parse_reference(f"{shell.name}-random:latest")).layers


def test_second_build_makes_nothing_anew(shell: Shell) -> None:
    _random(shell)
    layers = _build(shell), _build(shell)

    assert layers[0] == layers[1]


def test_steps_before_what_has_changed_are_kept(shell: Shell) -> None:
    _random(shell, file="one")
    before = _build(shell)
    (shell.folder / "file").write_text("other")
    after = _build(shell)

    assert (before[:-1], before[-1] == after[-1]) == (after[:-1], False)


def test_build_with_a_tag_of_its_own_is_the_same_image(shell: Shell) -> None:
    _random(shell)
    name = f"{shell.name}-random:1"
    ids = []
    for _ in range(2):
        assert shell.jobber("build", "-t", name).returncode == 0
        ids.append(shell.id_of(name))
    layers = [shell.engine.images.inspect(image).layers for image in ids]

    assert layers[0] == layers[1]


def test_warning_of_the_builder_is_passed_on_once(shell: Shell) -> None:
    built = shell.jobber("build", "--build-arg", "NOPE=hunter2")

    assert built.returncode == 0
    assert built.stderr.count(b"NOPE") == 1
    assert b"warning: " in built.stderr
    assert b"hunter2" not in built.stderr


def test_containerfile_is_taken_on_podman_and_named_on_docker(shell: Shell) -> None:
    (shell.folder / "Dockerfile").rename(shell.folder / "Containerfile")
    built = shell.jobber("build")
    is_podman = shell.engine.describe().name == "podman"

    assert built.returncode == (0 if is_podman else 2)
    assert is_podman or b"-f Containerfile" in built.stderr
