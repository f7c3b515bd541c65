"""Connect use cases to the environment of a call: clock, streams, signals, credentials.

The argument `around` is the environment of a call that does not use the environment of the process.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber._version import __version__
from jobber.session.environment import surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.images.reference import Registry
    from jobber.domain.ports import Console, Engine, Interruptions, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.images.build import BuildImage
    from jobber.domain.use_cases.repeat.rerun import RepeatRun
    from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.domain.use_cases.run.run import RunJob
    from jobber.domain.use_cases.unfinished.attach import AttachToRun
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher
    from jobber.session.environment import Surroundings


def keyring(entries: Sequence[CredentialEntry], *, around: Surroundings | None = None) -> Keyring:
    """Return the registry credentials: from the setting `credentials`, else from the logins of Docker and Podman."""
    from jobber.adapters.credentials import MachineKeyring

    return MachineKeyring(tuple(entries), environment=(around or surroundings()).login_variables())


def shell_console(progress: Progress, *, around: Surroundings | None = None, attaches: bool = False) -> Console:
    """Return the console of the environment for the job; with `attaches`, for a job that runs already."""

    def refused(stream: str, why: str) -> None:
        progress.warn("output-refused", stream=stream, why=why)

    around = around or surroundings()
    clear = getattr(progress, "clear", _nothing)
    return around.console(before_output=clear, on_refused=refused, attaches=attaches)


def runner(
    engine: Engine,
    interruptions: Interruptions,
    progress: Progress,
    keys: Keyring,
    *,
    console: Console | None = None,
    around: Surroundings | None = None,
) -> RunJob:
    """Return the use case of `jobber run`, with the shell's streams unless a console is given."""
    from jobber.domain.use_cases.run.run import RunJob

    around = around or surroundings()
    return RunJob(
        engine=engine,
        clock=around.clock(),
        console=console or shell_console(progress, around=around),
        interruptions=interruptions,
        keyring=keys,
        kept_logs=around.kept_logs(),
        progress=progress,
        version=__version__,
        new_id=_new_id(),
        owner=around.owner(),
    )


def image_build(
    engine: Engine,
    interruptions: Interruptions,
    progress: Progress,
    keys: Keyring,
    folder: str,
    *,
    around: Surroundings | None = None,
) -> BuildImage:
    """Return the use case of `jobber build` for a context directory."""
    from jobber.domain.use_cases.images.build import BuildImage

    around = around or surroundings()
    return BuildImage(
        engine=engine,
        clock=around.clock(),
        interruptions=interruptions,
        keyring=keys,
        tree=around.source_tree(folder),
        progress=progress,
        version=__version__,
    )


def run_finisher(engine: Engine, interruptions: Interruptions, progress: Progress, keys: Keyring) -> RunFinisher:
    """Return the use case that finishes runs of other processes, for `recover`, `attach` and `stop`."""
    from jobber.adapters.host.console import Spool
    from jobber.adapters.host.process_identity import is_alive
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher

    return RunFinisher(
        engine=engine,
        clock=surroundings().clock(),
        interruptions=interruptions,
        keyring=keys,
        kept_logs=surroundings().kept_logs(),
        progress=progress,
        version=__version__,
        spool=Spool,
        is_alive=is_alive,
    )


def attach_to_run(engine: Engine, interruptions: Interruptions, progress: Progress, keys: Keyring) -> AttachToRun:
    """Return the use case of `jobber attach`."""
    from jobber.domain.use_cases.unfinished.attach import AttachToRun

    console = shell_console(progress, attaches=True)
    return AttachToRun(run_finisher(engine, interruptions, progress, keys), console)


def result_finder(
    engine: Engine, keys: Keyring, *, registry: Registry | None, around: Surroundings | None = None
) -> ResultFinder:
    """Return the finder of results by name or ID, on the engine or in a registry."""
    from jobber.domain.use_cases.results.find_result import ResultFinder

    return ResultFinder(engine, (around or surroundings()).remote_images(), keys, registry)


def rerun(
    engine: Engine,
    interruptions: Interruptions,
    progress: Progress,
    keys: Keyring,
    *,
    registry: Registry | None,
    console: Console | None = None,
    around: Surroundings | None = None,
) -> tuple[RepeatRun, VerifyOutput]:
    """Return the use case of `jobber rerun`, and the use case that compares its result with the old one."""
    from jobber.adapters.archives.file_tree import read_tree
    from jobber.domain.use_cases.repeat.rerun import RepeatRun
    from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
    from jobber.domain.use_cases.results.find_recorded import RecordedImages
    from jobber.session.run_request import read_options

    around = around or surroundings()
    remote = around.remote_images()
    return (
        RepeatRun(
            finder=result_finder(engine, keys, registry=registry, around=around),
            images=RecordedImages(engine, remote, keys, interruptions, progress),
            runner=runner(engine, interruptions, progress, keys, console=console, around=around),
            read_options=read_options,
            environment=os.environ,
        ),
        VerifyOutput(engine, remote, keys, progress, read_tree),
    )


def _new_id() -> str:
    """Return a random UUID (RFC 9562, version 4); importing `uuid` takes as long as an engine call."""
    octets = bytearray(os.urandom(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _nothing() -> None:
    """Do nothing: a listener without a line on the terminal has nothing to clear."""
