"""The effective settings of a command: files, active configurations, environment, and command-line options."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jobber.adapters.configuration.files import current_directory, find_files, misnamed_files, read_files
from jobber.domain.configuration.in_force import Settings, read_option, settings_in_force
from jobber.domain.configuration.origin import DEFAULT, Origin, Value
from jobber.domain.configuration.settings import DEFAULT_REGISTRY, ENGINE, HOST, VERBOSE, EngineName
from jobber.domain.errors import JobberError
from jobber.domain.images.reference import parse_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.configuration.settings import Setting
    from jobber.session.environment import Environment

T = TypeVar("T")


class ChosenOptions(Protocol):
    """The global options that settings depend on."""

    @property
    def verbose(self) -> bool:
        """The option `-v`."""

    @property
    def host(self) -> str | None:
        """The option `-H`."""

    @property
    def reg(self) -> str | None:
        """The option `-r`."""

    @property
    def config(self) -> tuple[str, ...]:
        """The values of all options `-c`."""

    @property
    def engine(self) -> str | None:
        """The option `--engine`."""


def _plugin_engines() -> Sequence[str]:
    from jobber.adapters.discovery.plugins import brought_names

    return brought_names()


EngineName.others = staticmethod(_plugin_engines)


def configuration_files(environment: Mapping[str, str], *, around: Environment) -> tuple[str, ...]:
    """Return the configuration files that apply to the current directory. Raises `JobberError`."""
    return find_files(environment, directory=current_directory(), top=around.top)


def misnamed_configurations(environment: Mapping[str, str], *, around: Environment) -> tuple[str, ...]:
    """Return the files that would apply to the current directory if they had the right name. Raises `JobberError`."""
    if not around.reads_configuration:
        return ()
    return misnamed_files(environment, directory=current_directory(), top=around.top)


def load_settings(options: ChosenOptions, *, environment: Mapping[str, str], around: Environment) -> Settings:
    """Return the effective settings of a command with these options. Raises `JobberError`."""
    if around.reads_configuration:
        layers = read_files(configuration_files(environment, around=around))
    else:
        layers, environment = (), {}
    names = tuple(Value(name, Origin(f"-c {name}")) for name in options.config)
    return _with_options(settings_in_force(layers, names=names, variables=environment), options)


def is_verbose(names: Sequence[str], *, environment: Mapping[str, str], around: Environment) -> bool:
    """Return whether messages are verbose with these configurations active; never fail, for an error is to be told.

    Where the configuration is broken, its variable alone counts.
    """
    if not around.reads_configuration:
        return False
    variables = {name: value for name, value in environment.items() if name == VERBOSE.variable}
    active = tuple(Value(name, Origin(f"-c {name}")) for name in names)
    with suppress(Exception):
        layers = read_files(configuration_files(environment, around=around))
        return settings_in_force(layers, names=active, variables=variables).get(VERBOSE)
    with suppress(Exception):
        return settings_in_force((), variables=variables).get(VERBOSE)
    return False


def settings_of_options(options: ChosenOptions) -> Settings:
    """Return the settings of the command line alone, for use when files are invalid. Raises `JobberError`."""
    return _with_options(Settings(), options)


def _with_options(settings: Settings, options: ChosenOptions) -> Settings:
    registry = {DEFAULT_REGISTRY.name: Value(None, Origin("-r"))} if options.reg == "" else {}
    return settings.replaced(
        {
            **given(VERBOSE, options.verbose or None),
            **given(HOST, options.host),
            **given(DEFAULT_REGISTRY, parse_registry(options.reg) if options.reg else None),
            **registry,
            **({ENGINE.name: read_option(ENGINE, options.engine)} if options.engine is not None else {}),
        }
    )


def given(setting: Setting[T], content: T | None) -> dict[str, Value[Any]]:
    """Return a setting with the value of an option; return an empty mapping if the option is missing."""
    return {} if content is None else {setting.name: Value(content, Origin(setting.option or setting.name))}


@contextmanager
def naming_origin(value: Value[Any]) -> Iterator[None]:
    """Add the origin of a value to errors raised inside the context, unless it comes from the command line."""
    try:
        yield
    except JobberError as error:
        if value.origin != DEFAULT and not value.origin.is_option:
            error.what = f"{value.origin.point}: {error.what}"
        raise
