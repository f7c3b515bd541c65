"""HEALTHCHECK on the fake: the image stores the check, but the fake never executes it."""

from __future__ import annotations

from jobber.adapters.fake.building.dockerfile import split_flags
from jobber.adapters.fake.building.dockerfile_words import listed
from jobber.domain.docker_options.values import read_duration, read_whole
from jobber.domain.images.image import ImageHealthCheck

_TIMES = ("interval", "timeout", "start-period", "start-interval")
_OFF = "NONE"
_COMMAND = "CMD"


def parse_health_check(text: str) -> ImageHealthCheck:
    """Parse the arguments of HEALTHCHECK. Raises `ValueError`."""
    flags, rest = split_flags(text, known=(*_TIMES, "retries"))
    kind, _, command = rest.partition(" ")
    if kind.upper() == _OFF and not command and not flags:
        return ImageHealthCheck((_OFF,))
    if kind.upper() != _COMMAND or not command.strip():
        raise ValueError("expected HEALTHCHECK [OPTIONS] CMD COMMAND or HEALTHCHECK NONE")
    words = listed(command.strip())
    if words == ():
        raise ValueError("a command is missing")
    times = {name.replace("-", "_"): read_duration(flags[name]) for name in _TIMES if name in flags}
    return ImageHealthCheck(
        ("CMD-SHELL", command.strip()) if words is None else (_COMMAND, *words),
        retries=read_whole(flags.get("retries", "0")),
        **times,
    )
