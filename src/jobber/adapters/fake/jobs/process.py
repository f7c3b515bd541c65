"""The process of a container: its arguments, its environment, and the program that they select."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.errors import JobNotStarted
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.adapters.fake.filesystem.files import Files
    from jobber.adapters.fake.jobs.job import Program
    from jobber.adapters.fake.store import StoredContainer, StoredImage
    from jobber.domain.containers.container import ContainerSpecification
    from jobber.domain.images.image import ImageConfiguration

STAND_IN = "/bin/program"
"""Path of an image's Python program, unless the image or the container selects another command."""
NOT_FOUND = 127
NOT_EXECUTABLE = 126
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def words_of(specification: ContainerSpecification, image: StoredImage) -> tuple[str, ...]:
    """Return entry point and command, each from the image unless the container has its own."""
    configuration, overridden = image.configuration, specification.options.entrypoint
    entrypoint = configuration.entrypoint or ()
    command = specification.command
    if overridden is not None:
        entrypoint = (overridden,) if overridden else ()
    elif command is None:
        command = configuration.command
    return (*entrypoint, *(command or ()))


def environment_of(stored: StoredContainer, image: StoredImage) -> dict[str, str]:
    """Return the environment variables of the container's first process."""
    options = stored.specification.options
    changed: dict[str, str | None] = {"PATH": _PATH, "HOSTNAME": options.hostname or stored.id[:12]}
    for variable in image.configuration.environment:
        name, _, value = variable.partition("=")
        changed[name] = value
    changed.update(dict.fromkeys(stored.specification.unset))
    changed.update(options.environment)
    environment = {name: value for name, value in changed.items() if value is not None}
    if not environment.get("HOME"):
        environment["HOME"] = _home(stored.files, options.user or image.configuration.user or "0")
    return environment


def program_of(
    image: StoredImage, files: Files, argv: tuple[str, ...], environment: Mapping[str, str], workdir: str
) -> Program:
    """Return the program to execute, by default the image's stand-in. Raises `JobNotStarted` with status 127 or 126."""
    try:
        return find_program(files, argv, environment, workdir)
    except JobNotStarted:
        if image.program is None:
            raise
        return image.program


def with_path(configuration: ImageConfiguration) -> ImageConfiguration:
    """Return the configuration with the `PATH` that builders add to every image."""
    if any(variable.startswith("PATH=") for variable in configuration.environment):
        return configuration
    return replace(configuration, environment=(f"PATH={_PATH}", *configuration.environment))


def find_program(files: Files, argv: tuple[str, ...], environment: Mapping[str, str], workdir: str) -> Program:
    """Return the program to execute. Raises `JobNotStarted` with exit status 127 or 126."""
    for path in _places_to_look(argv[0], environment, workdir):
        node = files.node(files.resolve(path))
        if node is not None and node.program is not None:
            return node.program
        if node is not None or files.is_directory(path):
            raise JobNotStarted(why=f'exec: "{argv[0]}": permission denied', exit_status=NOT_EXECUTABLE)
    raise JobNotStarted(why=f'exec: "{argv[0]}": executable file not found in $PATH', exit_status=NOT_FOUND)


def _home(files: Files, user: str) -> str:
    """Return the home directory of a user, by name or number; `/` if the container has no such user."""
    try:
        known = files.read("/etc/passwd").decode(errors="replace")
    except OSError:
        return "/"
    for line in known.splitlines():
        name, _, number, _, _, home, *_ = [*line.split(":"), *[""] * 6]
        if user.partition(":")[0] in (name, number):
            return home
    return "/"


def _places_to_look(name: str, environment: Mapping[str, str], workdir: str) -> Iterator[str]:
    if "/" in name:
        yield normal_path(name if name.startswith("/") else f"{workdir}/{name}")
    elif name:
        yield from (f"{folder}/{name}" for folder in environment["PATH"].split(":"))
