"""The command `jobber doctor`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.output.json_text import as_json
from jobber.domain.checkup.findings import Configuration
from jobber.session.environment import surroundings

if TYPE_CHECKING:
    from jobber.domain.checkup.check import Checkup
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.ports import Interruptions
    from jobber.domain.use_cases.checkup.check_setup import SetupCheck

SCHEMA = 1
"""The version of the JSON format. It changes if a key is removed or changes its meaning, not if a key is added."""


def doctor(*, json: bool = False, options: GlobalOptions | None = None) -> int:
    """Check the installation and the engine, and print how to fix problems.

    The engine, its builder, GPUs, storage and free space, configuration files, registries and logins, unfinished runs.
    Nothing is changed, and nothing is started except a Podman service if a run would need one. Exit status: 0
    if a run could work, else 1.

    Parameters
    ----------
    json
        Print a JSON object with all findings.

    """
    from jobber.cli.output.checkup_lines import checkup_lines

    options = options or GlobalOptions()
    configuration, settings = _configuration(options)
    interruptions = surroundings().interruptions()
    with interruptions.abortable():
        checkup = _setup_check(options, configuration, settings, interruptions).check()
    if json:
        print(as_json(_facts(checkup)))
    else:
        for line in checkup_lines(checkup):
            print(line)
    return 0 if checkup.can_run else 1


def _configuration(options: GlobalOptions) -> tuple[Configuration, Settings]:
    """Return the configuration; if its files have an error, use the command line's settings alone."""
    from jobber.cli.commands.config_check import check_configuration
    from jobber.domain.configuration.settings import DEFAULT_REGISTRY
    from jobber.session.settings import settings_of_options

    if not surroundings().reads_configuration:
        return Configuration(), options.settings
    files, problems = check_configuration(options, environment=os.environ)
    settings = settings_of_options(options) if problems else options.settings
    registry = settings.get(DEFAULT_REGISTRY)
    return Configuration(files, problems, settings.active, str(registry) if registry else ""), settings


def _setup_check(
    options: GlobalOptions, configuration: Configuration, settings: Settings, interruptions: Interruptions
) -> SetupCheck:
    from jobber.domain.configuration.settings import CREDENTIALS, ENGINE, HOST, VERBOSE
    from jobber.domain.ports.progress import Silence
    from jobber.domain.use_cases.checkup.check_setup import SetupCheck
    from jobber.session.bootstrap import keyring, run_finisher
    from jobber.session.messages import messages

    is_verbose = settings.get(VERBOSE)
    # The report contains the messages of the search.
    progress = messages(verbose=True, log_format=options.log_format) if is_verbose else Silence()
    entries = tuple(item.content for item in settings.get(CREDENTIALS))
    host = settings.value(HOST)
    around = surroundings()
    return SetupCheck(
        machine=around.machine(),
        search=around.engines(
            host=host.content,
            origin=host.origin.point,
            choice=settings.get(ENGINE),
            environment=os.environ,
            progress=progress,
        ),
        configuration=configuration,
        entries=entries,
        run_finisher=lambda engine: run_finisher(engine, interruptions, progress, keyring(entries)),
        host_is_option=host.origin.is_option,
    )


def _facts(checkup: Checkup) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "can-run": checkup.can_run,
        "checks": [check.facts() for check in checkup.checks],
        **checkup.facts,
    }
