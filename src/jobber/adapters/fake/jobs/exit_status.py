"""How a Python callable ends as a program: its exit status, and what it leaves to read where it fails."""

from __future__ import annotations

import inspect
import reprlib
from pathlib import Path
from traceback import StackSummary, TracebackException

FAILED = 1
"""What Python exits with after an exception, or a text for `sys.exit`."""
STATUS = 0xFF
"""As much of an exit status as the kernel hands on."""
_ENDS_THE_TEST = ("_pytest", "bdb")
"""Where exceptions come from that end a whole test run: `pytest.exit`, `q` in the debugger."""
_HERE = Path(__file__).parent.parent


def check_program(program: object) -> None:
    """Check that calling it does all that it does. Raises `TypeError`."""
    if not callable(program):
        raise TypeError(f"a program is a function of a job, not {reprlib.repr(program)}")
    bodies = (program, type(program).__call__)
    if any(map(inspect.iscoroutinefunction, bodies)):
        raise TypeError(
            f"program {_name(program)} is an `async def`, which nobody awaits: "
            "let a plain function call asyncio.run(…) in it"
        )
    if any(inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body) for body in bodies):
        raise TypeError(
            f"program {_name(program)} is a generator, whose body nobody runs: "
            "say things with job.say(…) instead of `yield`"
        )


def exit_status(returned: object, *, program: object) -> int:
    """What a program exits with that returned this. Raises `TypeError` for what is no exit status."""
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
    """What `sys.exit(code)` exits with, and what it says on stderr."""
    if code is None:
        return 0, b""
    if isinstance(code, int):
        return code & STATUS, b""
    return FAILED, f"{code}\n".encode(errors="backslashreplace")


def ends_the_test(error: Exception) -> bool:
    """Whether it isn't for the job, but for those who test."""
    return type(error).__module__.partition(".")[0] in _ENDS_THE_TEST


def told(error: Exception) -> bytes:
    """What Python says of an exception that nobody has caught, as far as the program's own lines go."""
    whole = TracebackException.from_exception(error)
    _leave_us_out(whole)
    return "".join(whole.format()).encode(errors="backslashreplace")


def _leave_us_out(whole: TracebackException) -> None:
    whole.stack = StackSummary.from_list([frame for frame in whole.stack if _HERE not in Path(frame.filename).parents])
    for before in filter(None, (whole.__cause__, whole.__context__)):
        _leave_us_out(before)


def _name(program: object) -> str:
    return str(getattr(program, "__qualname__", None) or reprlib.repr(program))
