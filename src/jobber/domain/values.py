"""Immutable values: frozen dataclasses with slots, as `dataclass(frozen=True, slots=True)` makes them.

The decorator of the standard library compiles six methods of each class when its module is imported. For the 60 values
of `jobber run` that is a quarter of its CPU time. Here, values share five of the methods, and `__init__` is compiled
when the first value of its class is created.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Return the class as a frozen dataclass with slots. Methods that the class defines itself stay.

    `field`, `fields`, `replace` and `asdict` of the standard library work with its values. They are hashable if the
    contents of their fields are.

    Examples:
        >>> @frozen
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1)
        Point(x=1, y=0)

    """
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for name, method in {**_SHARED, "__init__": _compiled_when_called(made)}.items():
        if cls.__dict__.get(name) is None:
            setattr(made, name, method)
    return made


def _compiled_when_called(cls: type) -> Any:
    def __init__(self: object, *arguments: object, **named: object) -> None:  # noqa: N807
        init = _compiled_init(cls)
        cls.__init__ = init  # type: ignore[misc]
        init(self, *arguments, **named)

    return __init__


def _compiled_init(cls: type) -> Any:
    """Compile `__init__`, which sets the slots below `__setattr__`, because that refuses."""
    names: dict[str, Any] = {"_MISSING": MISSING}
    parameters, body = [], []
    for one in fields(cls):
        names[f"_set_{one.name}"] = getattr(cls, one.name).__set__
        given, content = _parameter(one, names)
        parameters += [given] if one.init else []
        body += [f"_set_{one.name}(self, {content})"] if content else []
    ends = ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({', '.join(('self', *parameters))}):\n " + "\n ".join((*body, *ends, "return")), names)  # noqa: S102
    init = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _parameter(one: Field[Any], names: dict[str, Any]) -> tuple[str, str]:
    """Return the parameter of a field, and the expression of what it is set to, which is empty for nothing."""
    if one.default_factory is not MISSING:
        names[f"_new_{one.name}"] = one.default_factory
        new = f"_new_{one.name}()"
        return f"{one.name}=_MISSING", f"{new} if {one.name} is _MISSING else {one.name}" if one.init else new
    if one.default is not MISSING:
        names[f"_default_{one.name}"] = one.default
        return f"{one.name}=_default_{one.name}", one.name if one.init else f"_default_{one.name}"
    return one.name, one.name if one.init else ""


def _equal(self: Any, other: object) -> bool:
    return _content(self) == _content(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_content(self))


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set(_self: Any, name: str, _content: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, one.name) for one in fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for one, content in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, content)


def _content(of: Any) -> object:
    """Return the contents of the fields that are compared."""
    cls: Any = type(of)
    return _reader(cls)(of)


@cache
def _reader(cls: Any) -> Callable[[object], object]:
    names = [one.name for one in fields(cls) if one.compare]
    return attrgetter(*names) if names else lambda _: ()


_SHARED = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__getstate__": _state,
    "__setstate__": _restore,
}
