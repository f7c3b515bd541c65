"""The effective settings: files, active configurations, variables and options, in ascending precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from jobber.domain.configuration.activation import active_names
from jobber.domain.configuration.kind import InvalidValue
from jobber.domain.configuration.layer import Layer, SettingsGroup, Values, apply_values, merge_files
from jobber.domain.configuration.origin import DEFAULT, Origin, Value
from jobber.domain.configuration.settings import SETTINGS
from jobber.domain.errors import SettingInvalid, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobber.domain.configuration.layer import Configuration
    from jobber.domain.configuration.settings import Setting

T = TypeVar("T")


class Settings(NamedTuple):
    """The effective settings of a command."""

    values: Mapping[str, Value[Any]] = {}
    """The values of the settings that are set, by name."""
    active: tuple[str, ...] = ()
    """The names of the active configurations, in the order in which they were applied."""
    configurations: Mapping[str, Configuration] = {}
    """All configurations that are defined, by name."""

    def get(self, setting: Setting[T]) -> T:
        """Return a setting's value, or its default."""
        return self.value(setting).content

    def value(self, setting: Setting[T]) -> Value[T]:
        """Return a setting's value, or its default, with its origin."""
        return self.values.get(setting.name) or Value(setting.default, DEFAULT)

    def replaced(self, values: Mapping[str, Value[Any]]) -> Settings:
        """Return the settings with some values replaced, for example by command-line options."""
        return self._replace(values={**self.values, **values})


def settings_in_force(
    layers: Iterable[Layer], *, names: Sequence[Value[str]] = (), variables: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings after files (shallowest first), active configurations and environment variables.

    Raises `ConfigurationInvalid`.
    """
    merged = Layer({}, {})
    for layer in layers:
        merged = merge_files(merged, layer)
    active = active_names(merged.configurations, given=names)
    groups = [merged.configurations[name] for name in active]
    values = apply_values(merged.values, [group.values for group in groups if isinstance(group, SettingsGroup)])
    return Settings({**values, **read_variables(variables or {})}, active, merged.configurations)


def read_variables(environment: Mapping[str, str]) -> Values:
    """Return the settings set by `JOBBER_…` variables, ignoring empty ones. Raises `ConfigurationInvalid`."""
    values: Values = {}
    for setting in SETTINGS.values():
        variable = setting.variable
        text = environment.get(variable) if variable else None
        if variable and text:
            try:
                values[setting.name] = Value(setting.kind.read_text(text, Origin(variable)), Origin(variable))
            except InvalidValue as error:
                raise SettingInvalid(variable, name=setting.name, why=error.why, hint=error.hint) from None
    return values


def read_option(setting: Setting[T], text: str) -> Value[T]:
    """Return the value parsed from an option's text. Raises `UsageError`."""
    origin = Origin(setting.option or setting.name)
    try:
        return Value(setting.kind.read_text(text, origin), origin)
    except InvalidValue as error:
        raise UsageError(f"{setting.name} {error.why}".replace(" :", ":"), hint=error.hint) from None
