"""The command `jobber doctor`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.output.json_text import as_json
from jobber.domain.checkup.findings import Configuration

if TYPE_CHECKING:
    from jobber.domain.checkup.check import Checkup
    from jobber.domain.configuration.in_force import Settings
    from jobber.domain.use_cases.checkup.check_setup import SetupCheck
    from jobber.session.session import Session

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
    session = _session(options, settings)
    with session.interruptions.abortable():
        checkup = _setup_check(session, configuration, settings).check()
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

    if not options.environment.reads_configuration:
        return Configuration(), options.settings
    files, problems = check_configuration(options, environment=os.environ)
    settings = settings_of_options(options) if problems else options.settings
    registry = settings.get(DEFAULT_REGISTRY)
    return Configuration(files, problems, settings.active, str(registry) if registry else ""), settings


def _session(options: GlobalOptions, settings: Settings) -> Session:
    """Return a session with messages under `--verbose` only: the report contains the others."""
    from jobber.domain.configuration.settings import CREDENTIALS, VERBOSE
    from jobber.domain.ports.progress import Silence
    from jobber.session.bootstrap import open_session
    from jobber.session.messages import messages

    environment = options.environment
    is_verbose = settings.get(VERBOSE)
    progress = (
        messages(verbose=True, log_format=options.log_format, environment=environment) if is_verbose else Silence()
    )
    return open_session(environment, progress, tuple(item.content for item in settings.get(CREDENTIALS)))


def _setup_check(session: Session, configuration: Configuration, settings: Settings) -> SetupCheck:
    from jobber.domain.configuration.settings import CREDENTIALS, ENGINE, HOST
    from jobber.domain.use_cases.checkup.check_setup import SetupCheck
    from jobber.session.bootstrap import run_finisher

    host = settings.value(HOST)
    return SetupCheck(
        machine=session.environment.machine(),
        search=session.environment.engines(
            host=host.content,
            origin=host.origin.point,
            choice=settings.get(ENGINE),
            environment=os.environ,
            progress=session.progress,
        ),
        configuration=configuration,
        entries=tuple(item.content for item in settings.get(CREDENTIALS)),
        run_finisher=lambda engine: run_finisher(session, engine),
        host_is_option=host.origin.is_option,
    )


def _facts(checkup: Checkup) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "can-run": checkup.can_run,
        "checks": [check.facts() for check in checkup.checks],
        **checkup.facts,
    }
