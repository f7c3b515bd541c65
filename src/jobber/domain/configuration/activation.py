"""The active configurations, and the order in which they are applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.configuration.layer import NameList
from jobber.domain.configuration.settings import DEFAULT_CONFIGURATION
from jobber.domain.errors import ConfigurationCycle, UnknownConfiguration
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.configuration.layer import Configuration
    from jobber.domain.configuration.origin import Value

_MOST_NAMED = 10
_MOST_CIRCLES = 50


def active_names(configurations: Mapping[str, Configuration], *, given: Sequence[Value[str]]) -> tuple[str, ...]:
    """Return the names of the configurations to apply: the given ones, else `default` if it is defined.

    A list is replaced by its names. Each name is returned once, at its first position. The time is proportional to the
    size of the lists. Raises `UnknownConfiguration`, `ConfigurationCycle`.
    """
    if not given:
        return _expanded(configurations, [DEFAULT_CONFIGURATION]) if DEFAULT_CONFIGURATION in configurations else ()
    for name in given:
        if name.content not in configurations:
            raise _unknown(name, configurations, chain=())
    return _expanded(configurations, [name.content for name in given])


def check_lists(configurations: Mapping[str, Configuration]) -> tuple[UnknownConfiguration | ConfigurationCycle, ...]:
    """Return the errors in all lists of names, active or not: every unknown name and every cycle."""
    errors: list[UnknownConfiguration | ConfigurationCycle] = []
    sound: dict[str, Configuration] = dict(configurations)
    for name, configuration in configurations.items():
        if isinstance(configuration, NameList):
            unknown = [item for item in configuration.names if item.content not in configurations]
            errors.extend(_unknown(item, configurations, chain=(name,)) for item in unknown)
            sound[name] = NameList(tuple(item for item in configuration.names if item.content in configurations))
    for _ in range(_MOST_CIRCLES):
        try:
            _expanded(sound, [*sound])
        except ConfigurationCycle as circle:
            errors.append(circle)
            last = circle.chain[-2]  # the list that closes the cycle: without that name, others can be found
            sound[last] = _without(sound[last], circle.chain[-1])
        else:
            break
    return tuple(errors)


def _without(configuration: Configuration, name: str) -> Configuration:
    names = configuration.names if isinstance(configuration, NameList) else ()
    return NameList(tuple(item for item in names if item.content != name))


def _expanded(configurations: Mapping[str, Configuration], names: Sequence[str]) -> tuple[str, ...]:
    expansion = _Expansion(configurations)
    for name in names:
        expansion.add(name)
    return tuple(expansion.applied)


class _Expansion:
    """An iterative expansion of lists of names, without a limit on the length of a chain."""

    def __init__(self, configurations: Mapping[str, Configuration]) -> None:
        self._configurations = configurations
        self._seen: set[str] = set()
        self._chain: dict[str, Iterator[Value[str]]] = {}
        """The lists that are being expanded, each with the iterator over its remaining names."""
        self.applied: dict[str, None] = {}

    def add(self, start: str) -> None:
        self._enter(start)
        while self._chain:
            last = next(reversed(self._chain))
            item = next(self._chain[last], None)
            if item is None:
                del self._chain[last]
                continue
            if item.content in self._chain:
                chain = [*self._chain]
                circle = chain[chain.index(item.content) :]
                raise ConfigurationCycle(item.origin.point, chain=[*circle, item.content])
            self._enter(item.content)

    def _enter(self, name: str) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        configuration = self._configurations[name]
        if isinstance(configuration, NameList):
            for item in configuration.names:
                if item.content not in self._configurations:
                    raise _unknown(item, self._configurations, chain=(*self._chain, name))
            self._chain[name] = iter(configuration.names)
        else:
            self.applied[name] = None


def _unknown(
    name: Value[str], configurations: Mapping[str, Configuration], *, chain: tuple[str, ...]
) -> UnknownConfiguration:
    hint = did_you_mean(name.content, known=configurations) or _defined(configurations)
    return UnknownConfiguration(name.origin.point, name=name.content, chain=(*chain, name.content), hint=hint)


def _defined(configurations: Mapping[str, Configuration]) -> str:
    if not configurations:
        return "no jobber-config.yml in this or a parent directory defines a configuration"
    more = ", …" if len(configurations) > _MOST_NAMED else ""
    return f"defined are {', '.join([*configurations][:_MOST_NAMED])}{more}"
