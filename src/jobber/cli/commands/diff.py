"""The command `jobber diff`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.result_session import finding
from jobber.domain.errors import UsageError


def diff(
    a: str,
    b: str,
    /,
    *,
    file: str | None = None,
    all_: Annotated[bool, Parameter(name="--all")] = False,
    no_files: bool = False,
    exit_code: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Tell what differs between two results: code, inputs, command, options, parameters, metrics, files.

    Parameters
    ----------
    a
        Result: a tag, an id, a run, or the beginning of an id.
    b
        The other one.
    file
        Show the difference of this file, line by line; a relative path begins at what the results give as inputs.
    all_
        Compare all files of both images, and not those in their out directories and their logs alone.
    no_files
        Compare no files.
    exit_code
        End with 1 where something differs, and with 0 where nothing does.
    json
        Print one JSON object.

    """
    from jobber.adapters.archives.file_tree import read_entries
    from jobber.adapters.archives.tar_reader import content_of
    from jobber.cli.output.diff import print_comparison, print_file
    from jobber.cli.output.stdout import reader_may_leave
    from jobber.domain.use_cases.results.compare import CompareResults, Comparison, Scope

    if file is not None and (all_ or no_files):
        raise UsageError("--file is about one file", hint="leave --all and --no-files out")
    if all_ and no_files:
        raise UsageError("--all and --no-files contradict each other", hint="leave one of them out")
    scope = Scope.ALL if all_ else Scope.NONE if no_files else Scope.RESULTS
    with finding(options or GlobalOptions()) as (finder, progress):
        comparing = CompareResults(finder, progress, read_entries, partial(content_of, path=file or "", of=a))
        found = comparing.compare_file(a, b, path=file) if file is not None else comparing.compare(a, b, scope=scope)
    with reader_may_leave():
        if isinstance(found, Comparison):
            print_comparison(found, json=json)
        else:
            print_file(found, a=a, b=b, json=json)
    return int(exit_code and not found.is_empty)
