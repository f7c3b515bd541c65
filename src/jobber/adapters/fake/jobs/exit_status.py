"""The exit status of a Python program, and its error output if it fails."""

from __future__ import annotations

import inspect
import reprlib
from pathlib import Path
from traceback import StackSummary, TracebackException

FAILED = 1
"""Python's exit status after an exception, or after `sys.exit` with a text."""
STATUS = 0xFF
"""Bit mask of the part of an exit status that the kernel reports."""
_ENDS_THE_TEST = ("_pytest", "bdb")
"""Packages whose exceptions end the whole test run: `pytest.exit`, `q` in the debugger."""
_OWN_FOLDER = Path(__file__).parent.parent


def check_program(program: object) -> None:
    """Check that a call of the program executes its whole body. Raises `TypeError`."""
    if not callable(program):
        raise TypeError(f"a program is a function of a job, not {reprlib.repr(program)}")
    bodies = (program, type(program).__call__)
    if any(map(inspect.iscoroutinefunction, bodies)):
        raise TypeError(
            f"program {_name(program)} is an `async def`, which is never awaited: "
            "let a plain function call asyncio.run(…) in it"
        )
    if any(inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body) for body in bodies):
        raise TypeError(
            f"program {_name(program)} is a generator, whose body never runs: "
            "write output with job.say(…) instead of `yield`"
        )


def exit_status(returned: object, *, program: object) -> int:
    """Return the exit status for a program's return value. Raises `TypeError` for an invalid value."""
    if returned is None:
        return 0
    if isinstance(returned, int) and not isinstance(returned, bool):
        return returned & STATUS
    if inspect.iscoroutine(returned) or inspect.isgenerator(returned):
        returned.close()
    raise TypeError(
        f"program {_name(program)} returned {reprlib.repr(returned)}: "
        "a program returns its exit status, an int, or None for 0"
    )


def exit_status_of_exit(code: object) -> tuple[int, bytes]:
    """Return the exit status of `sys.exit(code)`, and its output on stderr."""
    if code is None:
        return 0, b""
    if isinstance(code, int):
        return code & STATUS, b""
    return FAILED, f"{code}\n".encode(errors="backslashreplace")


def ends_the_test(error: Exception) -> bool:
    """Return whether an exception is meant for the test run and not for the job."""
    return type(error).__module__.partition(".")[0] in _ENDS_THE_TEST


def error_output(error: Exception) -> bytes:
    """Return Python's traceback of an uncaught exception, limited to the program's own frames."""
    whole = TracebackException.from_exception(error)
    _leave_us_out(whole)
    return "".join(whole.format()).encode(errors="backslashreplace")


def _leave_us_out(whole: TracebackException) -> None:
    whole.stack = StackSummary.from_list(
        [frame for frame in whole.stack if _OWN_FOLDER not in Path(frame.filename).parents]
    )
    for before in filter(None, (whole.__cause__, whole.__context__)):
        _leave_us_out(before)


def _name(program: object) -> str:
    return str(getattr(program, "__qualname__", None) or reprlib.repr(program))
