"""The check of `jobber config --check`: reports every error in the files that apply here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.configuration.files import check_file
from jobber.domain.configuration.activation import check_lists
from jobber.domain.configuration.layer import Layer, SettingsGroup, merge_files
from jobber.domain.configuration.settings import XDOCKER
from jobber.domain.errors import JobberError
from jobber.session.run_request import container_options
from jobber.session.settings import configuration_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.cli.command_line.global_options import GlobalOptions
    from jobber.domain.configuration.layer import Values


def check_configuration(
    options: GlobalOptions, *, environment: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[JobberError, ...]]:
    """Return the files that apply here, and all errors in them and in the resulting settings."""
    try:
        files = configuration_files(environment, around=options.environment)
    except JobberError as error:
        return (), (error,)
    errors: list[JobberError] = []
    merged = Layer({}, {})
    for path in files:
        layer, wrong = check_file(path)
        errors.extend((*wrong, *_wrong_options(layer)))
        merged = merge_files(merged, layer)
    errors.extend(check_lists(merged.configurations))
    if not errors:
        try:
            _ = options.settings
        except JobberError as error:
            errors.append(error)
    return files, tuple(errors)


def _wrong_options(layer: Layer) -> Iterator[JobberError]:
    groups = (group.values for group in layer.configurations.values() if isinstance(group, SettingsGroup))
    for values in (layer.values, *groups):
        yield from _wrong_options_of(values)


def _wrong_options_of(values: Values) -> Iterator[JobberError]:
    if XDOCKER.name in values:
        try:
            container_options(values[XDOCKER.name].content)
        except JobberError as error:
            yield error
