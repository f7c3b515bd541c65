"""Arguments of Python's calls, looked at before anything begins: what is wrong with one is told by its name.

Values of variables are not told: one may be a password.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

from jobber.domain.configuration.kind import InvalidValue
from jobber.domain.configuration.origin import Origin, Value
from jobber.domain.errors import UsageError

if TYPE_CHECKING:
    from jobber.domain.configuration.settings import Setting

T = TypeVar("T")
_LONGEST = 60
_ROLES = ("images", "registry", "containers", "runs", "inputs", "builder")
_TOLD = ("note", "warn", "call", "step", "build_output")


def refusal(name: str, given: object, *, wanted: str, hint: str | None = None) -> UsageError:
    """The error about an argument that is something else than what is wanted."""
    return UsageError(f"{name} must be {wanted}, not {_shown(given)}", hint=hint)


def text(name: str, given: object, *, wanted: str = "a text") -> str:
    """A text. Raises `UsageError`."""
    if not isinstance(given, str):
        raise refusal(name, given, wanted=wanted)
    return given


def text_or_none(name: str, given: object) -> str | None:
    """A text, or nothing. Raises `UsageError`."""
    return None if given is None else text(name, given)


def path(name: str, given: object) -> str:
    """A path as a text. Raises `UsageError`."""
    if isinstance(given, str | os.PathLike) and isinstance(found := os.fspath(given), str):
        return found
    raise refusal(name, given, wanted="a path")


def texts(name: str, given: object, *, or_one: bool = True) -> tuple[str, ...]:
    """Texts, of which one alone needs no list where that is said. Raises `UsageError`."""
    if or_one and isinstance(given, str):
        return (given,)
    return tuple(text(f"{name}[{place}]", item) for place, item in enumerate(items(name, given, or_text=or_one)))


def items(name: str, given: object, *, or_text: bool = False) -> tuple[Any, ...]:
    """What is in a list. One thing alone is none, and a text is not taken apart. Raises `UsageError`."""
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        return tuple(given)
    inside = _shown(given) if isinstance(given, str) else "…"
    raise refusal(name, given, wanted="a text or a list of texts" if or_text else "a list", hint=f"{name}=[{inside}]")


def words(name: str, given: object) -> tuple[str, ...]:
    """The words of a command; a text is split as a shell does. Raises `UsageError`."""
    if not isinstance(given, str):
        return texts(name, given)
    try:
        return tuple(shlex.split(given))
    except ValueError as error:
        raise UsageError(
            f"{name} can't be split into words: {str(error).lower()}", hint=f"a list is taken word for word: {name}=[…]"
        ) from None


def variables(name: str, given: object, *, none: str | None = None) -> Mapping[str, Any]:
    """Names and values of variables; `none` is what to do about a None, where it is no value. Raises `UsageError`."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise refusal(name, _Kind(given), wanted="a mapping of names to texts", hint=f'{name}={{"NAME": "value"}}')
    for variable, value in given.items():
        if not isinstance(variable, str) or not variable or "=" in variable or "\0" in variable:
            raise refusal(f"a name in {name}", variable, wanted='a text without "="')
        if not isinstance(value, str) and not (value is None and none is None):
            hint = none if value is None else "str(…) makes a text of it"
            raise refusal(f"{name}[{variable!r}]", _Kind(value), wanted="a text", hint=hint)
    return given


def truths(**given: object) -> None:
    """Look whether these are True, False or None. Raises `UsageError`."""
    for name, value in given.items():
        if value is not None and not isinstance(value, bool):
            raise refusal(name, value, wanted="True or False")


def seconds(name: str, given: object) -> str | None:
    """A number of seconds as a text, or `none` for no limit; None where nothing is said. Raises `UsageError`."""
    if given is None or given == "none":
        return given if isinstance(given, str) else None
    if isinstance(given, bool) or not isinstance(given, Real):
        raise refusal(name, given, wanted='a number of seconds above 0, or "none"')
    return str(given)


def value(name: str, setting: Setting[T], given: object) -> dict[str, Value[Any]]:
    """A setting as an argument gives it; nothing for None. Raises `UsageError`."""
    if given is None:
        return {}
    word = text(name, given, wanted=setting.kind.expects)
    try:
        return {setting.name: Value(setting.kind.read_text(word, Origin(name)), Origin(name))}
    except InvalidValue as error:
        raise UsageError(f"{name} {error.why}".replace(" :", ":"), hint=error.hint) from None


def engine(given: object) -> None:
    """Look whether this is the name of an engine, or an engine. Raises `UsageError`."""
    if given is not None and not isinstance(given, str) and not all(hasattr(given, role) for role in _ROLES):
        raise refusal("engine", given, wanted="an engine or its name", hint='engine="docker", "podman" or "auto"')


def listener(given: object) -> None:
    """Look whether this can be told of progress. Raises `UsageError`."""
    if given is not None and not all(hasattr(given, told) for told in _TOLD):
        methods = ", ".join(_TOLD)
        raise refusal("progress", given, wanted=f"an object with the methods {methods}", hint="quiet=True tells nobody")


class _Kind:
    """A value that is not told, only of what type it is."""

    def __init__(self, given: object) -> None:
        self.given = given


def _shown(given: object) -> str:
    """A plain value as it is written in Python, cut short; of anything else its type."""
    if isinstance(given, _Kind):
        return "None" if given.given is None else type(given.given).__name__
    if given is not None and not isinstance(given, str | int | float | os.PathLike):
        return type(given).__name__
    shown = repr(given)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
