"""The entry point of `jobber`: exit statuses, and error messages."""

from __future__ import annotations

import os
import signal
import sys
from itertools import pairwise

from jobber._version import __version__
from jobber.cli.output.standard_streams import settle_streams

TYPE_CHECKING = False  # as in `jobber/__init__.py`
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from jobber.cli.command_line.split_arguments import CommandLine
    from jobber.domain.errors import JobberError

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
_COMPLETE = "__complete"
"""The hidden command that shell scripts call."""
_INSTALL_COMPLETION = "--install-completion"


def main() -> NoReturn:
    """Run the command line of this process and end it."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:  # acts like ^C until a command handles signals
                signal.signal(number, signal.default_int_handler)
        settle_streams()
        status = _reported(call(sys.argv[1:], environment=os.environ))
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    os._exit(status)  # everything is closed and flushed; freeing memory would take 20 ms


def _reported(status: int) -> int:
    """Flush stdout and return the exit status; an error of stdout changes 0 to a failure."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has closed the pipe
        return status or EXIT_FAILURE
    except Exception as error:
        from jobber.domain.errors import NotWritten

        if not isinstance(error, NotWritten):
            raise
        return status or _fail(error, command=None, log_format=_log_format(sys.argv[1:], os.environ))
    return status


def call(words: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run a command line in this process and return its exit status."""
    try:
        return _version() if list(words) == ["--version"] else _call(words, environment)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader has closed the pipe
        return EXIT_FAILURE


def _version() -> int:
    print(__version__)
    return 0


def _call(words: Sequence[str], environment: Mapping[str, str]) -> int:
    from jobber.domain.errors import JobberError

    if words and words[0] == _COMPLETE:
        from jobber.cli.command_line.complete import complete, end_soon

        end_soon(environment)
        return complete(words[1:], environment=environment)
    try:
        if words and words[0] == _INSTALL_COMPLETION:
            from jobber.cli.command_line.install_completion import install_completion

            return install_completion(words[1:], environment=environment)
        from jobber.cli.command_line.split_arguments import sort_words

        line = sort_words(words)
    except JobberError as error:
        return _fail(error, command=_command_of(words), log_format=_log_format(words, environment))
    try:
        from jobber.cli.command_line.dispatch import dispatch

        return dispatch(line)
    except JobberError as error:
        # Only the output of a build is shown or not by it; it is dear to find out.
        verbose = bool(getattr(error, "log", b"")) and _is_verbose(line, environment)
        log_format = _log_format(line.options, environment)
        return _fail(error, command=line.command, log_format=log_format, verbose=verbose)
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python raises a RuntimeError for it during class creation
            raise error.__cause__ from None
        if _is_verbose(line, environment):
            import traceback

            traceback.print_exc()
        unforeseen = JobberError(
            f"internal error: {type(error).__name__}: {error}",
            hint="run again with -v for a traceback, and please report it",
        )
        return _fail(unforeseen, command=line.command, log_format=_log_format(line.options, environment))


def exit_status_of(error: JobberError, *, command: str | None) -> int:
    """Return the exit status of a command for an error.

    An interruption gives 130. `run` and `rerun` use the status of the error. Other commands use 2 for a usage error,
    else 1.
    """
    from jobber.domain.errors import Interrupted, UsageError

    if isinstance(error, Interrupted):
        return EXIT_INTERRUPTED
    if command in ("run", "rerun"):
        return error.exit_status
    if command == "pipeline" and not isinstance(error, UsageError):
        return error.exit_status
    return EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILURE


def _fail(error: JobberError, *, command: str | None, log_format: str, verbose: bool = False) -> int:
    from jobber.session.environment import current_environment
    from jobber.session.messages import messages

    messages(verbose=verbose, log_format=log_format, environment=current_environment()).fail(error)
    return exit_status_of(error, command=command)


def _log_format(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the requested message format, even for a command line that could not be split."""
    log_format = environment.get("JOBBER_LOG_FORMAT", "console")
    for word, following in pairwise((*words, "")):
        name, equals, value = word.partition("=")
        if name == "--log-format":
            log_format = value if equals else following
    return log_format


def _is_verbose(line: CommandLine, environment: Mapping[str, str]) -> bool:
    if "--verbose" in line.options:
        return True
    from jobber.session.environment import current_environment
    from jobber.session.settings import is_verbose

    options = [option.partition("=") for option in line.options]
    return is_verbose(
        [value for name, _, value in options if name == "--config"],
        environment=environment,
        around=current_environment(),
    )


def _command_of(words: Sequence[str]) -> str | None:
    """Return the probable command of a command line that could not be split."""
    from jobber.cli.command_line.split_arguments import COMMANDS

    return next((word for word in words if word in COMMANDS), None)
