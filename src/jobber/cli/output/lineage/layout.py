"""The layout of a graph: layers from left to right, with few crossing lines.

The layout takes linear time. Longest paths determine the layers, means of neighbours the order in each layer, and an
isotonic regression the positions. Cycles, which no valid record has, are cut where they are found.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BOX_WIDTH = 216.0
BOX_HEIGHT = 58.0
_GAP_X = 68.0
_GAP_Y = 22.0
_LINE_GAP = 14.0
"""The distance between a line and its neighbours above and below, where the line passes a layer."""
_MARGIN = 28.0
_SWEEPS = 6
_MOST_BENDS = 4000
"""The maximum number of bends. Above it, lines are not routed around the boxes of the layers that they pass."""

Pair = tuple[str, str]
_Place = str | tuple[str, str, int]
"""The key of a box, or the point where a line passes a layer."""


@frozen
class Layout:
    """The positions of a drawing: the upper left corners of the boxes, and the points of the lines."""

    width: float
    height: float
    boxes: Mapping[str, tuple[float, float]]
    lines: Mapping[Pair, Sequence[tuple[float, float]]]
    """The lines by the keys of both ends, from the right of the first box to the left of the second."""


def lay_out(keys: Sequence[str], pairs: Iterable[Pair]) -> Layout:
    """Lay out a graph; pairs lead from left to right and name only the given keys."""
    forward = _without_cycles(keys, list(dict.fromkeys(pairs)))
    layer_of = _layers(keys, forward)
    layers, neighbours, bends = _places(keys, forward, layer_of)
    _order(layers, neighbours)
    y = _vertical(layers, neighbours)
    lowest = min(y.values(), default=0.0) - BOX_HEIGHT / 2
    boxes = {key: (_x(layer_of[key]), y[key] - BOX_HEIGHT / 2 - lowest + _MARGIN) for key in keys}
    lines = {}
    for start, end in forward:
        points = [(boxes[start][0] + BOX_WIDTH, boxes[start][1] + BOX_HEIGHT / 2)]
        for bend in bends.get((start, end), ()):
            x, middle = _x(layer_of[start] + bend[2]), y[bend] - lowest + _MARGIN
            points += [(x, middle), (x + BOX_WIDTH, middle)]
        lines[start, end] = [*points, (boxes[end][0], boxes[end][1] + BOX_HEIGHT / 2)]
    right = max((x for x, _ in boxes.values()), default=0.0) + BOX_WIDTH + _MARGIN
    bottom = max((*(top + BOX_HEIGHT for _, top in boxes.values()), *(p[1] for line in lines.values() for p in line)))
    return Layout(right, bottom + _MARGIN, boxes, lines)


def _x(layer: int) -> float:
    return _MARGIN + layer * (BOX_WIDTH + _GAP_X)


def _without_cycles(keys: Sequence[str], pairs: list[Pair]) -> list[Pair]:
    """Return the pairs except those that close a cycle."""
    following: dict[str, list[str]] = defaultdict(list)
    for start, end in pairs:
        following[start].append(end)
    open_: set[str] = set()
    done: set[str] = set()
    back: set[Pair] = set()
    for key in keys:
        stack = [(key, iter(following[key]))] if key not in done else []
        open_.update(key for key, _ in stack)
        while stack:
            here, rest = stack[-1]
            end = next(rest, "")
            if not end:
                stack.pop()
                open_.discard(here)
                done.add(here)
            elif end in open_:
                back.add((here, end))
            elif end not in done:
                open_.add(end)
                stack.append((end, iter(following[end])))
    return [pair for pair in pairs if pair not in back]


def _layers(keys: Sequence[str], pairs: list[Pair]) -> dict[str, int]:
    """Return the layer of each box: after all boxes that lead to it; sources are next to their first target."""
    following: dict[str, list[str]] = defaultdict(list)
    waiting_for = dict.fromkeys(keys, 0)
    for start, end in pairs:
        following[start].append(end)
        waiting_for[end] += 1
    sources = [key for key in keys if not waiting_for[key]]
    layer = dict.fromkeys(keys, 0)
    ready = list(sources)
    while ready:
        here = ready.pop()
        for end in following[here]:
            layer[end] = max(layer[end], layer[here] + 1)
            waiting_for[end] -= 1
            if not waiting_for[end]:
                ready.append(end)
    for key in sources:
        layer[key] = min((layer[end] for end in following[key]), default=1) - 1
    return layer


def _places(
    keys: Sequence[str], pairs: list[Pair], layer_of: dict[str, int]
) -> tuple[list[list[_Place]], dict[_Place, list[list[_Place]]], dict[Pair, list[tuple[str, str, int]]]]:
    """Return the places of each layer, the neighbours of each place on both sides, and the bends of each line."""
    layers: list[list[_Place]] = [[] for _ in range(max(layer_of.values(), default=0) + 1)]
    for key in keys:
        layers[layer_of[key]].append(key)
    neighbours: dict[_Place, list[list[_Place]]] = defaultdict(lambda: [[], []])
    bends: dict[Pair, list[tuple[str, str, int]]] = {}
    has_room = sum(layer_of[end] - layer_of[start] - 1 for start, end in pairs) <= _MOST_BENDS
    for start, end in pairs:
        passed = range(1, layer_of[end] - layer_of[start]) if has_room else range(0)
        bends[start, end] = [(start, end, step) for step in passed]
        way: list[_Place] = [start, *bends[start, end], end]
        for left, right in pairwise(way):
            neighbours[left][1].append(right)
            neighbours[right][0].append(left)
        for bend in bends[start, end]:
            layers[layer_of[start] + bend[2]].append(bend)
    return layers, neighbours, bends


def _order(layers: list[list[_Place]], neighbours: dict[_Place, list[list[_Place]]]) -> None:
    """Sort each layer by the mean positions of its neighbours, in alternating directions."""
    position = {place: float(number) for layer in layers for number, place in enumerate(layer)}
    for sweep in range(_SWEEPS):
        side = sweep % 2
        for layer in layers if side == 0 else reversed(layers):
            means = {place: _mean([position[it] for it in neighbours[place][side]], position[place]) for place in layer}
            layer.sort(key=lambda place: means[place])
            position.update((place, float(number)) for number, place in enumerate(layer))


def _vertical(layers: list[list[_Place]], neighbours: dict[_Place, list[list[_Place]]]) -> dict[_Place, float]:
    """Return the vertical middle of each place: near its neighbours, without overlaps."""
    y: dict[_Place, float] = {}
    for layer in layers:
        y.update(zip(layer, _spread(layer, [0.0] * len(layer)), strict=True))
    for sweep in range(_SWEEPS):
        sides = (0,) if sweep % 3 == 0 else (1,) if sweep % 3 == 1 else (0, 1)
        for layer in reversed(layers) if sides == (1,) else layers:
            wanted = [_mean([y[it] for side in sides for it in neighbours[place][side]], y[place]) for place in layer]
            y.update(zip(layer, _spread(layer, wanted), strict=True))
    return y


def _spread(layer: list[_Place], wanted: list[float]) -> list[float]:
    """Return the positions nearest to the wanted ones that keep order and distance (pool adjacent violators)."""
    offsets = [0.0]
    for above, below in pairwise(layer):
        offsets.append(offsets[-1] + (_half(above) + _half(below)))
    pools: list[tuple[float, int]] = []
    for number, place in enumerate(wanted):
        total, count = place - offsets[number], 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    bases = [total / count for total, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(bases, offsets, strict=False)]


def _half(place: _Place) -> float:
    return (BOX_HEIGHT + _GAP_Y) / 2 if isinstance(place, str) else _LINE_GAP


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
