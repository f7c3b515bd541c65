"""Validation of API arguments before any work starts; errors name the argument.

Error messages never contain the values of variables, because a value may be a password.
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
_PROGRESS_METHODS = ("note", "warn", "call", "step", "build_output")


def refusal(name: str, given: object, *, wanted: str, hint: str | None = None) -> UsageError:
    """Return the error for an argument that is not of the wanted kind."""
    return UsageError(f"{name} must be {wanted}, not {_shown(given)}", hint=hint)


def text(name: str, given: object, *, wanted: str = "a string") -> str:
    """Return the argument if it is a string. Raises `UsageError`."""
    if not isinstance(given, str):
        raise refusal(name, given, wanted=wanted)
    return given


def text_or_none(name: str, given: object) -> str | None:
    """Return the argument if it is a string or None. Raises `UsageError`."""
    return None if given is None else text(name, given)


def path(name: str, given: object) -> str:
    """Return a path as a string. Raises `UsageError`."""
    if isinstance(given, str | os.PathLike) and isinstance(found := os.fspath(given), str):
        return found
    raise refusal(name, given, wanted="a path")


def texts(name: str, given: object, *, or_one: bool = True) -> tuple[str, ...]:
    """Return a list of strings as a tuple; with `or_one`, accept a single string as well. Raises `UsageError`."""
    if or_one and isinstance(given, str):
        return (given,)
    return tuple(text(f"{name}[{place}]", item) for place, item in enumerate(items(name, given, or_text=or_one)))


def items(name: str, given: object, *, or_text: bool = False) -> tuple[Any, ...]:
    """Return the items of an iterable. Reject a single value, a string and a mapping. Raises `UsageError`."""
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        return tuple(given)
    inside = _shown(given) if isinstance(given, str) else "…"
    raise refusal(
        name, given, wanted="a string or a list of strings" if or_text else "a list", hint=f"{name}=[{inside}]"
    )


def words(name: str, given: object) -> tuple[str, ...]:
    """Return the arguments of a command; split a string as a shell does. Raises `UsageError`."""
    if not isinstance(given, str):
        return texts(name, given)
    try:
        return tuple(shlex.split(given))
    except ValueError as error:
        raise UsageError(
            f"{name} can't be split into words: {str(error).lower()}", hint=f"a list is not split: {name}=[…]"
        ) from None


def variables(name: str, given: object, *, none: str | None = None) -> Mapping[str, Any]:
    """Return a mapping of variable names to values.

    `none` is the hint for a value that is None; without it, None is an allowed value. Raises `UsageError`.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise refusal(name, _Kind(given), wanted="a mapping of names to strings", hint=f'{name}={{"NAME": "value"}}')
    for variable, value in given.items():
        if not isinstance(variable, str) or not variable or "=" in variable or "\0" in variable:
            raise refusal(f"a name in {name}", variable, wanted='a string without "="')
        if not isinstance(value, str) and not (value is None and none is None):
            hint = none if value is None else "convert it with str(…)"
            raise refusal(f"{name}[{variable!r}]", _Kind(value), wanted="a string", hint=hint)
    return given


def truths(**given: object) -> None:
    """Raise `UsageError` unless every argument is True, False or None."""
    for name, value in given.items():
        if value is not None and not isinstance(value, bool):
            raise refusal(name, value, wanted="True or False")


def seconds(name: str, given: object) -> str | None:
    """Return a number of seconds as a string, `none` for no limit, or None if not given. Raises `UsageError`."""
    if given is None or given == "none":
        return given if isinstance(given, str) else None
    if isinstance(given, bool) or not isinstance(given, Real):
        raise refusal(name, given, wanted='a number of seconds above 0, or "none"')
    return str(given)


def value(name: str, setting: Setting[T], given: object) -> dict[str, Value[Any]]:
    """Return the setting with the value of an argument; return an empty mapping for None. Raises `UsageError`."""
    if given is None:
        return {}
    word = text(name, given, wanted=setting.kind.expects)
    try:
        return {setting.name: Value(setting.kind.read_text(word, Origin(name)), Origin(name))}
    except InvalidValue as error:
        raise UsageError(f"{name} {error.why}".replace(" :", ":"), hint=error.hint) from None


def engine(given: object) -> None:
    """Raise `UsageError` unless the argument is an engine, the name of an engine, or None."""
    if given is not None and not isinstance(given, str) and not all(hasattr(given, role) for role in _ROLES):
        raise refusal("engine", given, wanted="an engine or its name", hint='engine="docker", "podman" or "auto"')


def listener(given: object) -> None:
    """Raise `UsageError` unless the argument is a progress listener or None."""
    if given is not None and not all(hasattr(given, method) for method in _PROGRESS_METHODS):
        methods = ", ".join(_PROGRESS_METHODS)
        raise refusal(
            "progress", given, wanted=f"an object with the methods {methods}", hint="quiet=True disables messages"
        )


class _Kind:
    """A value that error messages describe by its type alone."""

    def __init__(self, given: object) -> None:
        self.given = given


def _shown(given: object) -> str:
    """Return a plain value in Python notation, cut at 60 characters; for any other value, return its type name."""
    if isinstance(given, _Kind):
        return "None" if given.given is None else type(given.given).__name__
    if given is not None and not isinstance(given, str | int | float | os.PathLike):
        return type(given).__name__
    shown = repr(given)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
