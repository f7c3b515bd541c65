"""The command `jobber diff`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option
from jobber.cli.command_line.result_session import finding
from jobber.domain.errors import UsageError


def diff(
    a: str,
    b: str,
    /,
    *,
    file: str | None = None,
    all_: Annotated[bool, Option("--all")] = False,
    no_files: bool = False,
    exit_code: bool = False,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Show the differences between two results: code, inputs, command, options, parameters, metrics, files.

    Parameters
    ----------
    a
        Result: a tag, an ID, a run, or a prefix of an ID.
    b
        The other result.
    file
        Show the differences in this file line by line; a relative path starts at the results' out directories.
    all_
        Compare all files of both images, not only their out directories and logs.
    no_files
        Do not compare files.
    exit_code
        Exit with 1 if the results differ, else with 0.
    json
        Print a JSON object.

    """
    from jobber.adapters.archives.file_tree import read_entries
    from jobber.adapters.archives.tar_reader import content_of
    from jobber.cli.output.diff import print_comparison, print_file
    from jobber.cli.output.stdout import reader_may_leave
    from jobber.domain.use_cases.results.compare import CompareResults, Comparison, Scope

    if file is not None and (all_ or no_files):
        raise UsageError("--file compares a single file", hint="omit --all and --no-files")
    if all_ and no_files:
        raise UsageError("--all and --no-files contradict each other", hint="omit one of them")
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
