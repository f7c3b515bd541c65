"""What is wrong with configuration files, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors.base import JobberError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ConfigurationUnreadable(JobberError):
    """A configuration file that is there and can't be read."""

    def __init__(self, path: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{path} can't be read: {why}", hint=hint)
        self.path = path
        self.why = why


class ConfigurationInvalid(UsageError):
    """A place in a configuration file, or an environment variable, whose value can't be understood."""

    def __init__(self, place: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"{place}: {why}", hint=hint)
        self.place = place
        """`FILE:LINE`, or the variable's name."""
        self.why = why


class UnknownSetting(ConfigurationInvalid):
    """A key that is no setting."""

    def __init__(self, place: str, *, name: str, hint: str | None) -> None:
        super().__init__(place, why=f"unknown setting {name!r}", hint=hint)
        self.name = name


class SettingInvalid(ConfigurationInvalid):
    """A setting whose value has the wrong type, or is none that it can have."""

    def __init__(self, place: str, *, name: str, why: str, hint: str | None = None) -> None:
        super().__init__(place, why=f"{name}{'' if why.startswith(':') else ' '}{why}", hint=hint)
        self.name = name


class UnknownConfiguration(ConfigurationInvalid):
    """A name, given by `-c` or in a list of names, that no file defines."""

    def __init__(self, place: str, *, name: str, chain: Sequence[str], hint: str | None) -> None:
        through = f" ({_arrows(chain)})" if len(chain) > 1 else ""
        super().__init__(place, why=f"unknown configuration {name!r}{through}", hint=hint)
        self.name = name
        self.chain = tuple(chain)


class ConfigurationCycle(ConfigurationInvalid):
    """Lists of names that lead back to themselves."""

    def __init__(self, place: str, *, chain: Sequence[str]) -> None:
        super().__init__(
            place,
            why=f"configurations go in a circle: {_arrows(chain)}",
            hint="take one of these names out of its list",
        )
        self.chain = tuple(chain)


def _arrows(names: Sequence[str]) -> str:
    """A chain of names; the middle of a long one is left out."""
    most = 8
    shown = names if len(names) <= most else (*names[: most // 2], "…", *names[-most // 2 :])
    return " → ".join(shown)
