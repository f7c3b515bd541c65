"""The messages of jobber: events and errors formatted as text or as JSON, in one place."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from jobber.domain.display import printable
from jobber.session.humanize import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from jobber.domain.errors import JobberError
    from jobber.domain.ports import Clock
    from jobber.domain.ports.progress import Progress
    from jobber.session.environment import Environment

_SENTENCES: Mapping[str, str] = {
    "built": "built {tags} {id}",
    "built-before": "nothing is built: {tags} {id} has the same context, Dockerfile, arguments and bases",
    "built-not-pulled": "building although the registry has {reference}: {why}",
    "key-not-shared": "others cannot find the image by {tag}: {why}",
    "registry-unknown": "{reference} is unknown: {why}",
    "build-warning": "{text}",
    "pushed": "pushed {reference} {digest}",
    "not-pushed": "{why}",
    "result": "result {tags} {id}",
    "reused": "nothing is run: the same run succeeded at {when}, run {run}",
    "would-be-reused": "nothing would be run: the same run succeeded at {when}, run {run}, {tags} {id}",
    "reused-is-gone": "the result of run {run} was removed meanwhile: running it again",
    "not-reusable": "no result can be reused for this run: {why}",
    "rerun": "repeating run {run} of {when}",
    "rerun-mounts": "the content of mounts may have changed since: {mounts}",
    "differs": "differs: {path} {what}",
    "differs-more": "and {count} more",
    "not-identical": "{out} is not the same as in the old result: differences: {count}",
    "identical": "{out} is the same as in the old result, byte for byte: files: {files}, bytes: {size}",
    "both-without-out": "neither result has {out}: there is nothing to compare",
    "prune-nothing": "there is nothing to remove",
    "prune-total": "{count} can be removed, which frees {size}",
    "prune-waiting": "{count} runs have ended but are not finished: `jobber recover` creates their results",
    "prune-kept": "keeping {name}: {why}",
    "prune-cancelled": "nothing was removed",
    "pruned": "removed {count}, which freed {size}",
    "named-after-directory": "the image is named {name}, after the directory {directory!r}",
    "revision-unknown": "the image's labels do not contain its full revision: {why}",
    "volumes-lost": (
        "files that the job writes to {volumes} are not part of the result: the image declares a volume there"
    ),
    "host-of-other-kind": "{host} (from {origin}) is {kind}, not {wanted}; trying the next one",
    "misnamed-configuration": "ignoring {path}: configuration files are named jobber-config.yml",
    "configurations": "active configurations: {names}",
    "engine": "{name} {version} at {host}",
    "engine-call": "{call}",
    "checked": "no problems found in {files}",
    "recovered": "recovered run {run} of {image}",
    "nothing-to-recover": "nothing to recover",
    "variables-left-blank": (
        "the engine's image store cannot remove variables: the result has {names} with an empty value;"
        " jobber removes them from runs of the result"
    ),
    "no-out-digest": "the result has no digest of {out}, so that later runs compare its layers: {why}",
    "metrics-not-kept": "the result has no metrics because {path} can't be used: {why}",
    "metrics-left-out": "not all of {path} is kept as metrics: {why}",
    "not-copied": "{path} is not copied: {why}",
    "sparse-files": (
        "the result takes {gigabytes} GB more than its container: engines do not preserve the holes of sparse files:"
        " {files}"
    ),
    "never-started": "run {run} of {image} never started: its container is removed",
    "connection-lost": "lost the connection to the engine ({why}); the job continues, reconnecting",
    "connection-restored": "reconnected to the engine",
    "passed-on": (
        "{signal} is forwarded to the job; a second one kills it, a third detaches from it (see `jobber recover`)"
    ),
    "killed": "{signal} again: killing the job",
    "out-of-time": "the job timed out: sending SIGTERM, then SIGKILL after {seconds} s",
    "still-there": "the job did not stop within {seconds} s: sending SIGKILL",
    "killed-by-others": "the job was killed (SIGKILL), but not by jobber and not because it ran out of memory",
    "out-of-memory": "the job ran out of memory: the kernel killed one of its processes; its limit is {limit}",
    "perhaps-out-of-memory": (
        "the job was killed (SIGKILL), but not by jobber: it may have run out of memory; its limit is {limit}"
    ),
    "job-failed": "the job failed after {took} with exit status {exit_status}",
    "job-timed-out": "the job timed out after {took} and ended with exit status {exit_status}",
    "log-may-be-cut": "the engine limits the size of logs: the beginning of the output of run {run} may be missing",
    "log-cut": "the engine limits the size of logs: some output of the job is lost",
    "log-emptied": "the engine empties the log of this job at its size limit: some output may be missing",
    "log-not-kept": "the engine's log lacks some output of the job, and it could not be stored locally either",
    "log-unreadable": "the engine keeps no log of this job, so output is lost while jobber is disconnected: {why}",
    "input-cut": "the connection broke while jobber sent input to the job: the job received an early end of file",
    "output-refused": (
        "{stream} does not accept the job's output ({why}): the run continues, and its log has all output"
    ),
    "finished-by-another": "run {run} of {image} was finished by another jobber process: {id}",
    "being-finished": "{why}",
    "perhaps-watched": (
        "skipping run {run} of {image}: the jobber process on {owner} that started it may still be watching it"
    ),
    "listed-remote": "no such result on the engine: listing those in the registry, {repository}",
    "none-anywhere": "no such result on the engine or in the registry, {repository}",
    "name-unknown": "no image on the engine is named {name}",
    "none-in-registry": "no such result is in the registry, {repository}",
    "tag-unreadable": "{why}",
    "registry-unread": "{why}",
    "swept": "removed leftovers of jobber processes that have ended: {count}",
    "pipeline-started": "{job}: started",
    "pipeline-ended": "{job}: {how}",
    "pipeline-stopping": "{effect}",
    "pipeline-message": "{job}: {text}",
    "pipeline-unfinished": "run {run}, which was started before, can't be finished now: {why}",
    "pipeline-attached": "attached to run {run}, which was started before",
    "still-running": "run {run} of {image} is still running",
}

_WORDS: Mapping[str, Callable[[Any], str]] = {"took": duration_in_words}
"""The facts that text messages show in words; JSON messages show their plain values."""


class ConsoleMessages:
    """Text messages: notes, warnings and, on a terminal, a progress line that is overwritten."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._overwrites = not verbose and sys.stderr.isatty()
        self._step_shown = False

    def note(self, event: str, /, **facts: object) -> None:
        """Print a note for the user."""
        self._event(sentence(event, facts), facts)

    def warn(self, event: str, /, **facts: object) -> None:
        """Print a warning about a condition that may surprise the user later."""
        self._event(f"warning: {sentence(event, facts)}", facts)

    def call(self, event: str, /, **facts: object) -> None:
        """Print an engine call or a step, with `--verbose` only."""
        if self._verbose:
            self._line(f"  {sentence(event, facts)}")

    def step(self, text: str, /) -> None:
        """Show the progress of a long operation."""
        if self._verbose:
            self._line(text)
        elif self._overwrites:
            sys.stderr.write(f"\r\x1b[K{printable(text)[: _width() - 1]}")
            sys.stderr.flush()
            self._step_shown = True

    def build_output(self, chunk: bytes, /) -> None:
        """Print the output of a build on stdout, with `--verbose` only."""
        if self._verbose:
            sys.stderr.flush()
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()

    def fail(self, error: JobberError) -> None:
        """Print an error with its hint, and the output of a build's failing step."""
        log = getattr(error, "log", b"")
        if log and not self._verbose:
            self.clear()
            sys.stderr.flush()
            sys.stderr.buffer.write(log if log.endswith(b"\n") else log + b"\n")
        self._line(f"error: {error.what}")
        if error.hint:
            self._line(f"hint: {error.hint}")

    def clear(self) -> None:
        """Remove the progress line before other output is written to the terminal."""
        if self._step_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._step_shown = False

    def _event(self, text: str, facts: Mapping[str, object]) -> None:
        """Print a line, followed by its hint if there is one."""
        self._line(text)
        if "hint" in facts:
            self._line(f"hint: {facts['hint']}")

    def _line(self, text: str) -> None:
        self.clear()
        # File names, metric names and text from engines and registries may contain any characters.
        lines = map(printable, text.split("\n"))
        end = "\r\n" if _is_raw() else "\n"
        print(end.join(lines), file=sys.stderr, flush=True, end=end)


class JsonMessages:
    """JSON messages for programs: one JSON object per line."""

    def __init__(self, *, verbose: bool, clock: Clock, stream: TextIO | None = None) -> None:
        import structlog

        self._verbose = verbose
        self._clock = clock
        self._log: Any = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                self._stamp,
                structlog.processors.JSONRenderer(default=str),
            ],
            wrapper_class=structlog.BoundLogger,
        )

    def note(self, event: str, /, **facts: object) -> None:
        """Print a note for the user."""
        self._log.info(event, **facts)

    def warn(self, event: str, /, **facts: object) -> None:
        """Print a warning about a condition that may surprise the user later."""
        self._log.warning(event, **facts)

    def call(self, event: str, /, **facts: object) -> None:
        """Print an engine call or a step, with `--verbose` only."""
        if self._verbose:
            self._log.debug(event, **facts)

    def step(self, text: str, /) -> None:
        """Print the progress of a long operation, with `--verbose` only."""
        if self._verbose:
            self._log.debug("step", text=text)

    def build_output(self, chunk: bytes, /) -> None:
        """Print the output of a build on stdout, with `--verbose` only."""
        if self._verbose:
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()

    def fail(self, error: JobberError) -> None:
        """Print an error with its hint, and the output of a build's failing step."""
        log = getattr(error, "log", b"")
        output = {"output": log.decode(errors="replace")} if log else {}
        self._log.error(type(error).__name__, what=error.what, hint=error.hint, **output)

    def clear(self) -> None:
        """Do nothing: JSON messages are never overwritten."""

    def _stamp(self, _logger: object, _method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        from datetime import UTC

        moment = self._clock.now().astimezone(UTC).replace(tzinfo=None)
        facts["timestamp"] = f"{moment.isoformat(timespec='microseconds')}Z"
        return facts


Messages = ConsoleMessages | JsonMessages


def messages(*, verbose: bool, log_format: str, environment: Environment) -> Messages:
    """Return the messages in the format that the user selected; JSON messages have times of the environment's clock."""
    if log_format == "json":
        return JsonMessages(verbose=verbose, clock=environment.clock())
    return ConsoleMessages(verbose=verbose)


def sentence(event: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for an event."""
    template = _SENTENCES.get(event)
    if template is not None:
        words = {name: _WORDS[name](fact) if name in _WORDS else fact for name, fact in facts.items()}
        for name in (name for name, word in words.items() if word == ""):
            template = template.replace(f"{{{name}}} ", "")  # an image without tags, say; blanks of names are theirs
        return template.format(**words)
    return " ".join((event, *(f"{name}={value}" for name, value in facts.items() if name != "hint")))


def _is_raw() -> bool:
    """Return whether stderr is a raw terminal, used by a job, that does not return to the line's start."""
    if not sys.stderr.isatty():
        return False
    import termios

    try:
        return not termios.tcgetattr(sys.stderr.fileno())[1] & termios.OPOST
    except (termios.error, OSError, ValueError):
        return False


def _width() -> int:
    try:
        return os.get_terminal_size(2).columns
    except OSError:
        return 80


def _conforms(console: ConsoleMessages, json: JsonMessages) -> tuple[Progress, Progress]:
    return console, json
