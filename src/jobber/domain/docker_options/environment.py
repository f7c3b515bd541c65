"""Variables and labels: `-e`, `--env-file`, `-l`, `--label-file`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.domain.docker_options.option_reader import OptionReader

_OWN = "jobber."
_BLANKS = " \t"


def read_variable(reading: OptionReader) -> None:
    """Read `--env`: `NAME=VALUE`, or `NAME` for the caller's value; a variable that the caller lacks is unset."""
    name, equals, value = reading.value.partition("=")
    if not name:
        raise reading.wrong("a variable has no name")
    found = value if equals else reading.draft.caller.environment.get(name)
    reading.draft.put("environment", name, found)


def read_variable_file(reading: OptionReader) -> None:
    """Read `--env-file`: lines `NAME=VALUE`; a line `NAME` is used only if the caller has that variable."""
    own = reading.draft.caller.environment
    for name, value in _lines(reading):
        found = own.get(name) if value is None else value
        if found is not None:
            reading.draft.env_files.append((name, found))


def read_label(reading: OptionReader) -> None:
    """Read `--label`: `NAME[=VALUE]`; jobber's own labels are errors."""
    name, _, value = reading.value.partition("=")
    bare = name.lstrip(_BLANKS)
    if not bare:
        raise reading.wrong(f"{reading.value!r} has no name")
    if any(blank in bare for blank in _BLANKS):
        raise reading.wrong(f"there is a blank in the name of label {name!r}")
    _check_label(reading, name)
    reading.draft.put("labels", name, value)


def read_label_file(reading: OptionReader) -> None:
    """Read `--label-file`: lines `NAME=VALUE`; like docker, ignore a line with a name alone."""
    for name, value in _lines(reading):
        _check_label(reading, name)
        if value is not None:
            reading.draft.label_files.append((name, value))


def _check_label(reading: OptionReader, name: str) -> None:
    if name.strip().startswith(_OWN):
        raise reading.wrong(f"label {name} is jobber's own")


def _lines(reading: OptionReader) -> Iterator[tuple[str, str | None]]:
    """Yield the names and values of a file. Errors name the line and never contain a value."""
    for number, line in enumerate(_text(reading).split("\n"), start=1):
        bare = line.removesuffix("\r").lstrip()
        if not bare or bare.startswith("#"):
            continue
        name, equals, value = bare.partition("=")
        if not equals:
            name = name.rstrip()
        if not name:
            raise reading.wrong(f"line {number} of {reading.value} has no name")
        if any(blank in name for blank in _BLANKS):
            raise reading.wrong(f"the name in line {number} of {reading.value} has a blank in it")
        yield name, value if equals else None


def _text(reading: OptionReader) -> str:
    try:
        content = reading.draft.caller.read_file(reading.draft.caller.expanded(reading.value))
    except OSError as error:
        raise reading.wrong(f"{reading.value} can't be read: {(error.strerror or str(error)).lower()}") from None
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise reading.wrong(f"{reading.value} is not in UTF-8") from None
