"""Errors in configuration files, with their location."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ConfigurationUnreadable(JobberError):
    """A configuration file that exists but can't be read."""

    def __init__(self, path: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{path} can't be read: {why}", hint=hint)
        self.path = path
        self.why = why


class ConfigurationInvalid(UsageError):
    """An invalid value in a configuration file or an environment variable."""

    def __init__(self, place: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{place}: {why}", hint=hint)
        self.place = place
        """The place of the value: `FILE:LINE`, or the name of the variable."""
        self.why = why


class UnknownSetting(ConfigurationInvalid):
    """A key that is not a setting."""

    def __init__(self, place: str, *, name: str, hint: str | None) -> None:
        super().__init__(place, why=f"unknown setting {name!r}", hint=hint)
        self.name = name


class SettingInvalid(ConfigurationInvalid):
    """A setting whose value has the wrong type or is not allowed."""

    def __init__(self, place: str, *, name: str, why: str, hint: str | None = None) -> None:
        super().__init__(place, why=f"{name}{'' if why.startswith(':') else ' '}{why}", hint=hint)
        self.name = name


class UnknownConfiguration(ConfigurationInvalid):
    """A configuration name, given by `-c` or in a list of names, that no file defines."""

    def __init__(self, place: str, *, name: str, chain: Sequence[str], hint: str | None) -> None:
        through = f" ({_arrows(chain)})" if len(chain) > 1 else ""
        super().__init__(place, why=f"unknown configuration {name!r}{through}", hint=hint)
        self.name = name
        self.chain = tuple(chain)


class ConfigurationCycle(ConfigurationInvalid):
    """A cycle of lists of configuration names."""

    def __init__(self, place: str, *, chain: Sequence[str]) -> None:
        super().__init__(
            place,
            why=f"configurations form a cycle: {_arrows(chain)}",
            hint="remove one of these names from its list",
        )
        self.chain = tuple(chain)


def _arrows(names: Sequence[str]) -> str:
    """Return a chain of names joined by arrows, without the middle of a chain of more than 8 names."""
    most = 8
    shown = names if len(names) <= most else (*names[: most // 2], "…", *names[-most // 2 :])
    return " → ".join(shown)
