"""Check the options of a run that conflict with its image, platform or policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image

_STOP_SECONDS = 10.0
_ALL_THE_TIME = 20 * 86_400.0
_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm"}


def chosen_runtime(runtime: str | None, *, options: ContainerOptions) -> str | None:
    """Return jobber's own `--runtime`, or that of Xdocker; None if neither is given.

    Raises `UsageError` if the two differ.
    """
    if runtime and options.runtime and runtime != options.runtime:
        raise UsageError(
            f"two runtimes: {runtime} for the run, and {options.runtime} in Xdocker", hint="omit one of them"
        )
    return runtime or options.runtime


def grace_seconds(options: ContainerOptions) -> float:
    """Return the seconds between the request to stop a job and its end by force; default 10.

    A negative `--stop-timeout` gives the job 20 days, in effect no limit.
    """
    if options.stop_timeout is None:
        return _STOP_SECONDS
    return float(options.stop_timeout) if options.stop_timeout >= 0 else _ALL_THE_TIME


def check_platform(options: ContainerOptions, *, image: Image) -> None:
    """Check that the image matches the platform of `--platform`, as far as both name it. Raises `UsageError`.

    Podman reports no variant of an image, so a variant that the image does not name is not a conflict.
    """
    if options.platform is None or not image.platform:
        return
    wanted = [_ARCHITECTURES.get(part, part) for part in options.platform.split("/")]
    found = image.platform.split("/")
    if len(wanted) == 1 and wanted[0] in found:
        return
    if any(part != own for part, own in zip(wanted, found, strict=False)):
        raise UsageError(
            f"the image is for {image.platform}, not for {options.platform}", hint="pull or build it for that platform"
        )
