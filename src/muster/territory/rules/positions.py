"""Synthetic positions of towns and communities inside the real outline of their county.

No licensed coordinates exist below the county (data/SOURCES.md), so a point is a deterministic offset, always flagged
synthetic, good for a schematic plan and for distances of a drill, never for finding the way.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KM_PER_DEGREE = 111.32
TRIES = 16
# Kilometres from the centre of the town to its communities, by the kind of town. Ours: no coordinates are published.
REACH = {"道": 0.5, "镇": 1.5}
REACH_ELSEWHERE = 3.0

Point = tuple[float, float]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Outline:
    """A county or city: label point, edges of its rings (lon, lat, lon, lat), reach in kilometres, and the rings."""

    center: Point
    edges: FloatArray
    reach: float
    rings: tuple[tuple[Point, ...], ...]

    def holds(self, points: Sequence[Point]) -> list[bool]:
        """Which of the points lie inside, by crossings of a ray to the east: holes count themselves out."""
        lon, lat = np.array(points, dtype=np.float64).reshape(-1, 2).T
        lon1, lat1, lon2, lat2 = self.edges
        point, edge = np.nonzero((lat1 > lat[:, None]) != (lat2 > lat[:, None]))
        along = (lat[point] - lat1[edge]) / (lat2 - lat1)[edge]
        east = lon[point] < lon1[edge] + (lon2 - lon1)[edge] * along
        crossings = np.bincount(point[east], minlength=len(points))
        return [bool(count % 2) for count in crossings]


def outline_of(feature: dict[str, Any]) -> Outline:
    """The outline in one GeoJSON feature of data/shapes."""
    geometry = feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    edges = np.concatenate([_edges(ring) for polygon in polygons for ring in polygon], axis=1)
    lon, lat = feature["properties"]["center"]
    # The shoelace formula; rings of holes run the other way round and count negative.
    area = abs(float(np.sum(edges[0] * edges[3] - edges[2] * edges[1]))) / 2
    area *= KM_PER_DEGREE**2 * math.cos(math.radians(lat))
    rings = tuple(tuple((p[0], p[1]) for p in ring) for polygon in polygons for ring in polygon)
    return Outline((lon, lat), edges, math.sqrt(area / math.pi), rings)


def _edges(ring: list[list[float]]) -> FloatArray:
    points = np.array(ring, dtype=np.float64).T
    return np.concatenate([points[:2], np.roll(points[:2], -1, axis=1)])


def offset(center: Point, reach: float, key: str) -> Point:
    """A point within `reach` kilometres of `center` that depends on `key` only."""
    first, second = struct.unpack(">II", hashlib.sha256(key.encode()).digest()[:8])
    angle, distance = 2 * math.pi * first / 2**32, reach * math.sqrt(second / 2**32)
    lon = center[0] + distance * math.cos(angle) / (KM_PER_DEGREE * math.cos(math.radians(center[1])))
    return round(lon, 5), round(center[1] + distance * math.sin(angle) / KM_PER_DEGREE, 5)


def places_inside(wanted: Sequence[tuple[int, Point, float]], outline: Outline) -> list[Point]:
    """A point for each (code, center, reach): the first of a few offsets that lies inside; the center where none does."""
    found = [center for _, center, _ in wanted]
    left = list(range(len(wanted)))
    for attempt in range(TRIES):
        tried = [
            offset(center, reach, f"v1|place|{code}|{attempt}")
            for code, center, reach in (wanted[index] for index in left)
        ]
        held = outline.holds(tried)
        for index, point, is_inside in zip(left, tried, held, strict=True):
            if is_inside:
                found[index] = point
        left = [index for index, is_inside in zip(left, held, strict=True) if not is_inside]
        if not left:
            break
    return found


def community_reach(town_name: str) -> float:
    """How far the communities of a town lie from its centre, in kilometres."""
    return REACH.get(town_name[-1], REACH_ELSEWHERE)
