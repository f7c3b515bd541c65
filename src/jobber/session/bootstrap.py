"""Connect use cases to the session of a call: its clock, streams, signals, messages and credentials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber._version import __version__
from jobber.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobber.domain.images.credentials import CredentialEntry
    from jobber.domain.images.reference import Registry
    from jobber.domain.ports import Console, Engine, Keyring
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.images.build import BuildImage
    from jobber.domain.use_cases.images.find_built import FindBuiltImage
    from jobber.domain.use_cases.repeat.rerun import RepeatRun
    from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.domain.use_cases.run.run import RunJob
    from jobber.domain.use_cases.unfinished.attach import AttachToRun
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher
    from jobber.session.environment import Environment


def open_session(environment: Environment, progress: Progress, entries: Sequence[CredentialEntry]) -> Session:
    """Return the session of a command, which receives the signals to this process from now on.

    Args:
        environment: The environment of the command.
        progress: The receiver of the messages.
        entries: The entries of the setting `credentials`.

    """
    return Session(environment, progress, keyring(entries, environment), environment.interruptions())


def keyring(entries: Sequence[CredentialEntry], environment: Environment) -> Keyring:
    """Return the registry credentials: from the setting `credentials`, else from the logins of Docker and Podman."""
    from jobber.adapters.credentials import MachineKeyring

    return MachineKeyring(tuple(entries), environment=environment.login_variables())


def shell_console(session: Session, *, attaches: bool = False) -> Console:
    """Return the console of the environment for the job; with `attaches`, for a job that runs already."""

    def refused(stream: str, why: str) -> None:
        session.progress.warn("output-refused", stream=stream, why=why)

    clear = getattr(session.progress, "clear", _nothing)
    return session.environment.console(before_output=clear, on_refused=refused, attaches=attaches)


def runner(session: Session, engine: Engine, *, console: Console | None = None) -> RunJob:
    """Return the use case of `jobber run`, with the shell's streams unless a console is given."""
    from jobber.domain.use_cases.run.run import RunJob

    return RunJob(
        engine=engine,
        clock=session.environment.clock(),
        console=console or shell_console(session),
        interruptions=session.interruptions,
        keyring=session.keyring,
        kept_logs=session.environment.kept_logs(),
        progress=session.progress,
        version=__version__,
        new_id=_new_id(),
        owner=session.environment.owner(),
    )


def image_build(session: Session, engine: Engine, folder: str, *, by_context_key: bool = False) -> BuildImage:
    """Return the use case of `jobber build` for a context directory, for requests by context key or for others."""
    from jobber.domain.use_cases.images.build import BuildImage

    return BuildImage(
        engine=engine,
        clock=session.environment.clock(),
        interruptions=session.interruptions,
        keyring=session.keyring,
        tree=session.environment.source_tree(folder),
        progress=session.progress,
        version=__version__,
        built=built_images(session, engine) if by_context_key else None,
    )


def built_images(session: Session, engine: Engine) -> FindBuiltImage:
    """Return the search for images that need not be built again."""
    from jobber.domain.use_cases.images.find_built import FindBuiltImage

    return FindBuiltImage(engine, session.environment.remote_images(), session.keyring, session.progress)


def run_finisher(session: Session, engine: Engine) -> RunFinisher:
    """Return the use case that finishes runs of other processes, for `recover`, `attach` and `stop`."""
    from jobber.adapters.host.console import Spool
    from jobber.adapters.host.process_identity import is_alive
    from jobber.domain.use_cases.unfinished.unfinished_runs import RunFinisher

    return RunFinisher(
        engine=engine,
        clock=session.environment.clock(),
        interruptions=session.interruptions,
        keyring=session.keyring,
        kept_logs=session.environment.kept_logs(),
        progress=session.progress,
        version=__version__,
        spool=Spool,
        is_alive=is_alive,
    )


def attach_to_run(session: Session, engine: Engine) -> AttachToRun:
    """Return the use case of `jobber attach`."""
    from jobber.domain.use_cases.unfinished.attach import AttachToRun

    return AttachToRun(run_finisher(session, engine), shell_console(session, attaches=True))


def result_finder(session: Session, engine: Engine, *, registry: Registry | None) -> ResultFinder:
    """Return the finder of results by name or ID, on the engine or in a registry."""
    from jobber.domain.use_cases.results.find_result import ResultFinder

    return ResultFinder(engine, session.environment.remote_images(), session.keyring, registry)


def rerun(
    session: Session, engine: Engine, *, registry: Registry | None, console: Console | None = None
) -> tuple[RepeatRun, VerifyOutput]:
    """Return the use case of `jobber rerun`, and the use case that compares its result with the old one."""
    from jobber.adapters.archives.file_tree import read_tree
    from jobber.domain.use_cases.repeat.rerun import RepeatRun
    from jobber.domain.use_cases.repeat.verify_output import VerifyOutput
    from jobber.domain.use_cases.results.find_recorded import RecordedImages
    from jobber.session.run_request import read_options

    remote, keys, progress = session.environment.remote_images(), session.keyring, session.progress
    return (
        RepeatRun(
            finder=result_finder(session, engine, registry=registry),
            images=RecordedImages(engine, remote, keys, session.interruptions, progress),
            runner=runner(session, engine, console=console),
            read_options=read_options,
            environment=os.environ,
        ),
        VerifyOutput(engine, remote, keys, progress, read_tree),
    )


def _new_id() -> str:
    """Return a random UUID (RFC 9562, version 4)."""
    # `uuid.uuid4` does the same, but the import takes 4 ms, as long as three engine calls: it imports `platform`.
    data = bytearray(os.urandom(16))
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _nothing() -> None:
    """Do nothing: a listener without a line on the terminal has nothing to clear."""
