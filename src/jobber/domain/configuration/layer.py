"""The settings and named configurations of one file, or of several files merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jobber.domain.configuration.kind import InvalidValue
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.configuration.settings import CONFIGS, CONFIGS_EXPECTS, SETTINGS, Rule
from jobber.domain.errors import ConfigurationInvalid, SettingInvalid, UnknownSetting
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.domain.configuration.node import Entry, Node

Values = dict[str, Value[Any]]
"""Values of the settings that are set, by name."""


class SettingsGroup(NamedTuple):
    """A configuration that is a mapping of settings."""

    values: Values
    starts_afresh: bool = False
    """True if a parent directory's file defines the name as a list, so that nothing from that file is merged."""


class NameList(NamedTuple):
    """A configuration that is a list of names of others."""

    names: tuple[Value[str], ...]


Configuration = SettingsGroup | NameList


class Layer(NamedTuple):
    """The settings and configurations of one file, or of several merged files."""

    values: Values
    configurations: dict[str, Configuration]


EMPTY = Layer({}, {})


def merge_files(shallow: Layer, deep: Layer) -> Layer:
    """Return two files merged. The deeper one takes precedence; some lists are concatenated."""
    configurations = dict(shallow.configurations)
    for name, configuration in deep.configurations.items():
        known = configurations.get(name)
        configurations[name] = configuration if known is None else merge_configurations(known, configuration)
    return Layer(_merge_values(shallow.values, deep.values), configurations)


def merge_configurations(shallow: Configuration, deep: Configuration) -> Configuration:
    """Return one configuration merged from two files."""
    match shallow, deep:
        case SettingsGroup(), SettingsGroup(starts_afresh=False):
            return SettingsGroup(_merge_values(shallow.values, deep.values), shallow.starts_afresh)
        case NameList(), SettingsGroup():
            return deep._replace(starts_afresh=True)
        case _:
            return deep


def apply_values(standing: Values, groups: Iterable[Values]) -> Values:
    """Return the values after applying those of active configurations, in order."""
    result = dict(standing)
    lists: dict[str, list[Any]] = {}
    for group in groups:
        for name, value in group.items():
            if SETTINGS[name].when_applied is Rule.CONCATENATE:
                first = result.get(name)
                lists.setdefault(name, [*first.content] if first else []).extend(value.content)
            result[name] = value
    for name, items in lists.items():
        result[name] = Value(tuple(items), result[name].origin)
    return result


def _combine(first: Value[Any] | None, second: Value[Any], *, rule: Rule) -> Value[Any]:
    if first is None or rule is Rule.REPLACE:
        return second
    return Value(first.content + second.content, second.origin)


def read_layer(node: Node, *, path: str, errors: list[ConfigurationInvalid]) -> Layer:
    """Read the tree of a file; invalid parts are left out and reported in `errors`."""
    if node.content is None:
        return EMPTY
    if not isinstance(node.content, dict):
        why = f"a configuration file is a mapping of settings, not {node.kind}"
        errors.append(ConfigurationInvalid(str(Origin(path, node.line)), why=why, hint="for example `timeout: 3600`"))
        return EMPTY
    values = _read_values(node.content, path=path, configuration=None, errors=errors)
    entry = node.content.get(CONFIGS)
    return Layer(values, {} if entry is None else _read_configurations(entry, path=path, errors=errors))


def _merge_values(shallow: Values, deep: Values) -> Values:
    result = dict(shallow)
    for name, value in deep.items():
        result[name] = _combine(shallow.get(name), value, rule=SETTINGS[name].between_files)
    return result


def _read_values(
    entries: Mapping[str, Entry], *, path: str, configuration: str | None, errors: list[ConfigurationInvalid]
) -> Values:
    values: Values = {}
    for name, (line, node) in entries.items():
        origin = Origin(path, line, configuration)
        setting = SETTINGS.get(name)
        if setting is None:
            if name != CONFIGS or configuration is not None:
                errors.append(_unknown(name, origin))
            continue
        try:
            values[name] = Value(setting.kind.read(node, origin), origin)
        except InvalidValue as error:
            point = origin.at(error.line or line).point
            errors.append(SettingInvalid(point, name=name, why=error.why, hint=error.hint))
    return values


def _unknown(name: str, origin: Origin) -> ConfigurationInvalid:
    if name == CONFIGS:
        return ConfigurationInvalid(
            origin.point,
            why="a configuration can't define others",
            hint="to combine configurations, use a list of names",
        )
    known = SETTINGS if origin.configuration else (*SETTINGS, CONFIGS)
    hint = did_you_mean(name, known=known) or "`jobber config` lists all settings"
    return UnknownSetting(origin.point, name=name, hint=hint)


def _read_configurations(entry: Entry, *, path: str, errors: list[ConfigurationInvalid]) -> dict[str, Configuration]:
    content = entry.node.content
    if content is None:
        return {}
    if not isinstance(content, dict):
        why = f"must be {CONFIGS_EXPECTS}, not {entry.node.kind}"
        errors.append(SettingInvalid(Origin(path, entry.line).point, name=CONFIGS, why=why))
        return {}
    configurations: dict[str, Configuration] = {}
    for name, (line, node) in content.items():
        try:
            configurations[name] = _read_configuration(name, node, path=path, errors=errors)
        except InvalidValue as error:
            point = Origin(path, error.line or line).point
            errors.append(SettingInvalid(point, name=f"configuration {name!r}", why=error.why, hint=error.hint))
    return configurations


def _read_configuration(name: str, node: Node, *, path: str, errors: list[ConfigurationInvalid]) -> Configuration:
    if not name.strip() or not name.isprintable():
        raise InvalidValue("has an unreadable name", line=node.line)
    match node.content:
        case None:
            return SettingsGroup({})
        case dict():
            return SettingsGroup(_read_values(node.content, path=path, configuration=name, errors=errors))
        case list():
            return NameList(tuple(_read_name(item, path=path, configuration=name) for item in node.content))
        case _:
            hint = f"a list of one name is written [{node.text}]" if isinstance(node.content, str) else None
            raise InvalidValue(f"must be a mapping of settings or a list of names, not {node.kind}", hint=hint)


def _read_name(node: Node, *, path: str, configuration: str) -> Value[str]:
    if node.content is None or isinstance(node.content, list | dict):
        raise InvalidValue(f"lists names of configurations; one of its items is {node.kind}", line=node.line)
    if not node.text.isprintable():
        raise InvalidValue(f"lists {node.text!r}, which is not a readable name", line=node.line)
    return Value(node.text, Origin(path, node.line, configuration))
