"""Settings as plain values, for programs and for files, and their JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.domain.configuration.layer import NameList
from jobber.domain.configuration.settings import CONFIGS, CONFIGS_SUMMARY, SETTINGS

if TYPE_CHECKING:
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.configuration.layer import Configuration, Values
    from jobber.domain.configuration.settings import Setting


def facts_of(settings: Settings) -> dict[str, object]:
    """Every setting, as JSON has it; no password is in it."""
    facts = {name: setting.kind.plain(settings.get(setting)) for name, setting in SETTINGS.items()}
    definitions = {name: _definition(configuration) for name, configuration in settings.configurations.items()}
    return {**facts, CONFIGS: definitions}


def facts_with_origins(settings: Settings) -> dict[str, object]:
    """Every setting with its value and the places that it comes from."""
    facts = facts_of(settings)
    return {
        name: {"value": facts[name], "origins": list(origins_of(settings, setting))}
        for name, setting in SETTINGS.items()
    }


def origins_of(settings: Settings, setting: Setting[Any]) -> tuple[str, ...]:
    """Where a setting's value comes from; of a list, where each item does."""
    value = settings.value(setting)
    if setting.kind.is_list and value.content:
        return tuple(str(item.origin) for item in value.content)
    return (str(value.origin),)


def written_of(settings: Settings) -> dict[str, object]:
    """Every setting in force as a file has it: read again, it gives the same values (but for passwords)."""
    return {name: setting.kind.written(settings.get(setting)) for name, setting in SETTINGS.items()}


def schema() -> dict[str, object]:
    """The JSON Schema of a configuration file."""
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
