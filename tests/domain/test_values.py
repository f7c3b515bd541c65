"""Values behave as frozen dataclasses with slots do."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from typing import Any

import pytest

from jobber.domain.values import frozen


@frozen
class Point:
    """A value."""

    x: int
    y: int = 0
    names: tuple[str, ...] = ()
    seen: list[str] = field(default_factory=list, compare=False, repr=False)


@frozen
class Secret:  # noqa: PLW1641 - as in a dataclass, it is added
    """A value that defines some methods itself."""

    text: str
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.text))

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and len(self.text) == len(other.text)


@frozen
class Nothing:
    """A value without fields."""


class _Plain:
    x: int
    y: int = 0
    names: tuple[str, ...] = ()


def _made_by(decorator: Callable[[type], type]) -> Any:
    return decorator(type("_Plain", (), dict(_Plain.__dict__) | {"__qualname__": "_Plain"}))


@pytest.mark.parametrize(
    "use",
    [
        lambda kind: repr(kind(1)),
        lambda kind: repr(kind(1, names=("a",))),
        lambda kind: kind(1) == kind(1, 0, ()),
        lambda kind: kind(1) == kind(2),
        lambda kind: kind(1) == (1, 0, ()),
        lambda kind: {kind(1), kind(1), kind(2)} == {kind(2), kind(1)},
        lambda kind: asdict(kind(1)),
        lambda kind: repr(replace(kind(1), y=5)),
        lambda kind: kind.__match_args__,
        lambda kind: kind.__slots__,
        lambda kind: kind(),
        lambda kind: kind(1, 2, (), 4),
        lambda kind: kind(1, z=2),
        lambda kind: kind(1, x=2),
        lambda kind: replace(kind(1), z=5),
        lambda kind: setattr(kind(1), "x", 2),
        lambda kind: delattr(kind(1), "x"),
        lambda kind: hash(kind([])),
        lambda kind: kind(1).z,
    ],
)
def test_values_are_as_frozen_dataclasses(use: Callable[[Any], object]) -> None:
    def outcome(kind: Any) -> object:
        try:
            return use(kind)
        except (TypeError, AttributeError) as error:
            return type(error), str(error)

    assert outcome(_made_by(frozen)) == outcome(_made_by(dataclass(frozen=True, slots=True)))


def test_each_value_has_a_new_default() -> None:
    one, other = Point(1), Point(1)
    one.seen.append("a")

    assert (one.seen, other.seen, one == other, repr(one)) == (["a"], [], True, "Point(x=1, y=0, names=())")


def test_default_may_be_given() -> None:
    assert Point(1, seen=["b"]).seen == ["b"]


def test_value_matches_by_position() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_value_can_be_copied(again: Callable[[Point], Point]) -> None:
    copied = again(Point(1, 2, ("a",), ["b"]))

    assert (copied, copied.seen) == (Point(1, 2, ("a",)), ["b"])


def test_value_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]


def test_methods_of_the_class_stay() -> None:
    assert (repr(Secret("abc")), Secret("abc").length, Secret("abc") == Secret("xyz")) == ("***", 3, True)
    assert hash(Secret("abc")) == hash(Secret("abc"))


def test_values_without_fields_are_equal() -> None:
    assert (Nothing(), hash(Nothing()), repr(Nothing())) == (Nothing(), hash(Nothing()), "Nothing()")
