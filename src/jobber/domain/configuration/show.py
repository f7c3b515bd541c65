"""Settings as plain values for JSON and for files, and their JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.layer import NameList
from jobber.domain.configuration.settings import CONFIGS, CONFIGS_SUMMARY, SETTINGS

if TYPE_CHECKING:
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.configuration.layer import Configuration, Values
    from jobber.domain.configuration.settings import Setting


def facts_of(settings: Settings) -> dict[str, object]:
    """Return every setting for JSON output, without passwords."""
    facts = {name: setting.kind.plain(settings.get(setting)) for name, setting in SETTINGS.items()}
    definitions = {name: _definition(configuration) for name, configuration in settings.configurations.items()}
    return {**facts, CONFIGS: definitions}


def facts_with_origins(settings: Settings) -> dict[str, object]:
    """Return every setting with its value and its origins."""
    facts = facts_of(settings)
    return {
        name: {"value": facts[name], "origins": list(origins_of(settings, setting))}
        for name, setting in SETTINGS.items()
    }


def origins_of(settings: Settings, setting: Setting[Any]) -> tuple[str, ...]:
    """Return the origins of a setting's value; for a list, the origin of each item."""
    value = settings.value(setting)
    if setting.kind.is_list and value.content:
        return tuple(str(item.origin) for item in value.content)
    return (str(value.origin),)


def written_of(settings: Settings) -> dict[str, object]:
    """Return every effective setting for a file. Reading it gives the same values, except for passwords."""
    return {name: setting.kind.written(settings.get(setting)) for name, setting in SETTINGS.items()}


def schema() -> dict[str, object]:
    """Return the JSON Schema of a configuration file."""
    properties = {name: {"description": row.summary, **row.kind.schema} for name, row in SETTINGS.items()}
    group = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
    names = {"type": "array", "items": {"type": "string"}}
    configs = {
        "description": CONFIGS_SUMMARY,
        "type": ["object", "null"],
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/settings"}, names]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jobber-config.yml",
        "type": ["object", "null"],
        "properties": {
            **{name: {"$ref": f"#/$defs/settings/properties/{name}"} for name in SETTINGS},
            CONFIGS: configs,
        },
        "additionalProperties": False,
        "$defs": {"settings": group},
    }


def _definition(configuration: Configuration) -> object:
    if isinstance(configuration, NameList):
        return [name.content for name in configuration.names]
    return _plain(configuration.values)


def _plain(values: Values) -> dict[str, object]:
    return {name: SETTINGS[name].kind.plain(value.content) for name, value in values.items()}
