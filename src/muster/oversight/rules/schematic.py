"""A schematic plan: places where they lie to each other, moved apart until each can be read.

It is no map: positions below the county are synthetic, and nobody finds the way by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

Point = tuple[float, float]
Rings = tuple[tuple[Point, ...], ...]

ROUNDS = 120
GAP = 6.0
# A place that needs nobody is a dot; the others grow with the root of the need, so that areas compare.
DOT, SMALLEST, LARGEST = 8.0, 17.0, 44.0
LEAST_DEGREES = 0.004  # a few hundred metres: a single place is not blown up to the frame


@dataclass(frozen=True)
class Node:
    """A place to be drawn: its name, where it lies (None where that is not known), and how many it needs."""

    key: int
    label: str
    lon: float | None
    lat: float | None
    needed: int


@dataclass(frozen=True)
class Frame:
    """The drawing: width, height and the size of its letters."""

    width: float
    height: float
    font: float
    scale: float = 1.0  # of the circles


@dataclass(frozen=True)
class Spot:
    """A circle with its name under it, in the units of the frame."""

    key: int
    x: float
    y: float
    radius: float
    label_y: float


@dataclass(frozen=True)
class Plan:
    """Spots by key, and the outline behind them as an SVG path ("" where none is known)."""

    spots: dict[int, Spot]
    outline: str


WIDE = Frame(width=1000, height=700, font=21, scale=1.15)
NARROW = Frame(width=360, height=400, font=13, scale=0.62)


@lru_cache(maxsize=128)
def plan(nodes: tuple[Node, ...], frame: Frame, rings: Rings = ()) -> Plan:
    """Every node as a spot that covers no other, in a frame that holds all of them."""
    project = _projection(nodes, frame, rings)
    boxes = [_box(node, position, frame, project) for position, node in enumerate(nodes)]
    for _ in range(ROUNDS):
        if not _separate(boxes):
            break
        for box in boxes:
            box.keep_inside(frame)
    return Plan(
        {box.key: box.spot(frame) for box in boxes},
        "".join(_path([project(point) for point in ring]) for ring in rings),
    )


def radius_of(needed: int) -> float:
    """The radius of the circle of a place that needs so many."""
    return DOT if needed <= 0 else min(LARGEST, SMALLEST + 1.7 * math.sqrt(needed))


class _Box:
    """What a spot covers with its name; moved about while the plan is made."""

    def __init__(self, key: int, label: str, at: Point, radius: float, font: float) -> None:
        self.key = key
        self.x, self.y = at
        self.radius = radius
        self.half_width = max(radius, len(label) * font * 0.52) + GAP
        self.half_height = radius + font * 0.75 + GAP

    def spot(self, frame: Frame) -> Spot:
        y = self.y - frame.font * 0.75
        return Spot(
            self.key,
            round(self.x, 1),
            round(y, 1),
            round(self.radius, 1),
            round(y + self.radius + frame.font * 1.1, 1),
        )

    def keep_inside(self, frame: Frame) -> None:
        self.x = min(max(self.x, self.half_width), frame.width - self.half_width)
        self.y = min(max(self.y, self.half_height), frame.height - self.half_height)


def _box(node: Node, position: int, frame: Frame, project: _Projection) -> _Box:
    if node.lon is None or node.lat is None:
        # Nobody knows where it lies: in rows, so that it is there.
        at = ((position % 6 + 0.5) * frame.width / 6, (position // 6 + 0.5) * frame.height / 6)
    else:
        at = project((node.lon, node.lat))
    box = _Box(node.key, node.label, at, radius_of(node.needed) * frame.scale, frame.font)
    box.keep_inside(frame)
    return box


def _separate(boxes: list[_Box]) -> bool:
    """Move every two that cover each other apart, along the shorter way. True if any moved."""
    moved = False
    for index, first in enumerate(boxes):
        for second in boxes[index + 1 :]:
            over_x = first.half_width + second.half_width - abs(first.x - second.x)
            over_y = first.half_height + second.half_height - abs(first.y - second.y)
            if over_x <= 0.5 or over_y <= 0.5:
                continue
            moved = True
            if over_x < over_y:
                step = math.copysign(over_x / 2, first.x - second.x or -1)
                first.x, second.x = first.x + step, second.x - step
            else:
                step = math.copysign(over_y / 2, first.y - second.y or -1)
                first.y, second.y = first.y + step, second.y - step
    return moved


class _Projection:
    """Degrees to the units of the frame, north up, both directions in one scale."""

    def __init__(self, points: list[Point], frame: Frame, *, fills: bool) -> None:
        lons, lats = [point[0] for point in points] or [0.0], [point[1] for point in points] or [0.0]
        self.west, self.north = min(lons), max(lats)
        self.shrink = math.cos(math.radians((min(lats) + max(lats)) / 2))
        width = max((max(lons) - self.west) * self.shrink, LEAST_DEGREES)
        height = max(self.north - min(lats), LEAST_DEGREES)
        # An outline may touch the frame; circles and names must not.
        margin = 0.03 if fills else 0.14
        self.scale = min(frame.width / width, frame.height / height) * (1 - 2 * margin)
        self.left = (frame.width - (max(lons) - self.west) * self.shrink * self.scale) / 2
        self.top = (frame.height - (self.north - min(lats)) * self.scale) / 2

    def __call__(self, point: Point) -> Point:
        lon, lat = point
        return (
            self.left + (lon - self.west) * self.shrink * self.scale,
            self.top + (self.north - lat) * self.scale,
        )


def _projection(nodes: tuple[Node, ...], frame: Frame, rings: Rings) -> _Projection:
    known = [(node.lon, node.lat) for node in nodes if node.lon is not None and node.lat is not None]
    outline = [point for ring in rings for point in ring]
    return _Projection(outline or known, frame, fills=bool(outline))


def _path(points: list[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"
