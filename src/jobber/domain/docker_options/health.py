"""Health checks: `--health-*`, `--no-healthcheck`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.containers.options import HealthCheck
from jobber.domain.docker_options.values import read_duration, read_whole
from jobber.domain.errors import InvalidOption

if TYPE_CHECKING:
    from jobber.domain.docker_options.option_reader import OptionReader, PartialOptions

_PREFIX = "--health-"


def read_health(reading: OptionReader) -> None:
    """Read a time in Go's syntax, or the number of retries of `--health-retries`."""
    name = reading.option.removeprefix(_PREFIX).replace("-", "_")
    try:
        value = read_whole(reading.value) if name == "retries" else read_duration(reading.value)
    except ValueError as error:
        raise reading.wrong(str(error)) from None
    reading.draft.fields.setdefault("health_settings", {})[name] = value


def read_health_command(reading: OptionReader) -> None:
    """Read `--health-cmd`: a command for a shell."""
    reading.draft.fields.setdefault("health_settings", {})["command"] = reading.value


def settle_health(draft: PartialOptions) -> None:
    """Combine the `--health-*` options into one health check.

    Raises `InvalidOption` for settings of a disabled check, and for negative values.
    """
    settings = draft.fields.pop("health_settings", {})
    is_off = draft.fields.pop("health_off", False)
    given = {name: value for name, value in settings.items() if value}
    if is_off and given:
        raise InvalidOption("--no-healthcheck", why=f"it contradicts {_spelling(next(iter(given)))}")
    if is_off:
        draft.fields["health"] = HealthCheck(is_disabled=True)
    elif settings:
        below = [name for name, value in settings.items() if name != "command" and value < 0]
        if below:
            raise InvalidOption(_spelling(below[0]), why="it can't be negative")
        draft.fields["health"] = HealthCheck(**settings)


def _spelling(name: str) -> str:
    return "--health-cmd" if name == "command" else _PREFIX + name.replace("_", "-")
