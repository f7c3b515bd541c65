"""A Python interpreter for images of the fake: it executes scripts of the documentation on the fake's files.

Only `open`, `print`, `sys.argv` and `time.sleep` are those of the job; all else is that of the test process.
"""

from __future__ import annotations

import io
import posixpath
import sys
import time
import traceback
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobber.testing import Job


class _Written(io.StringIO):
    """A file that is stored in the job's file system when it is closed."""

    def __init__(self, job: Job, path: str) -> None:
        super().__init__()
        self._job = job
        self._path = path

    def close(self) -> None:
        if not self.closed:
            self._job.files.write(self._path, self.getvalue())
        super().close()


def python(job: Job) -> int:
    """Run `python3 SCRIPT ARGS` or `python3 -c CODE ARGS`."""
    words = list(job.argv[1:])
    if words[0] == "-c":
        code, argv = words[1], ["-c", *words[2:]]
    else:
        code, argv = job.files.read(posixpath.join(job.workdir, words[0])).decode(), words

    def open_in_job(path: str, mode: str = "r", **_settings: object) -> Any:
        real = posixpath.join(job.workdir, path)
        return _Written(job, real) if "w" in mode else io.StringIO(job.files.read(real).decode())

    before, sys.argv = (sys.argv, time.sleep), argv
    said = io.StringIO()

    def sleep_in_job(seconds: Any) -> None:
        job.say(said.getvalue())
        said.seek(said.truncate(0))
        job.sleep(seconds)

    time.sleep = sleep_in_job
    try:
        with redirect_stdout(said):
            exec(compile(code, argv[0], "exec"), {"open": open_in_job, "__name__": "__main__"})
    except SystemExit as ended:
        return int(ended.code or 0)
    except Exception:
        job.complain(traceback.format_exc(limit=0))
        return 1
    finally:
        sys.argv, time.sleep = before
        job.say(said.getvalue())
    return 0
