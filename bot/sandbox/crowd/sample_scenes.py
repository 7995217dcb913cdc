"""What the sample frames, clips and point clouds of the practice workspace show.

Promised to their painter and to the simulated workers: as with pictures (see ``sample_truth``), the
name of a file tells what is in it, so that no sidecar file gives it away: fruit that rolls along a
belt (pixels), trees and crates of an orchard row (meters), and clips of one fruit.
"""

import re
from dataclasses import dataclass
from random import Random

from bot.sandbox.crowd.sample_truth import KINDS

__all__ = ["Cuboid", "Rolling", "belt", "clip_kind", "cloud_points", "cloud_things"]

BELT_SIZE = (320, 240)
_FRAME = re.compile(r"belt-s(\d+)-(\d{2})/frame-(\d{3})\.jpg$")
_CLOUD = re.compile(r"row-s(\d+)-(\d{2})/cloud-(\d{3})\.txt$")
_CLIP = re.compile(r"clip-s(\d+)-(\d{2})\.webm$")
_GROUND = 260


@dataclass(frozen=True)
class Rolling:
    """A fruit on the belt: which one of its kind, and its box in pixels."""

    kind: str
    number: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Cuboid:
    """A tree or a crate: its middle and its size in meters, its turn in radians."""

    kind: str
    number: int
    center: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float


def belt(key: str) -> tuple[Rolling, ...] | None:
    """The fruit in a frame, by its key; None for a frame that is not one of the samples."""
    found = _FRAME.search(key)
    if not found:
        return None
    chance = Random(f"belt {found[1]} {found[2]}")
    return tuple(_rolled(chance, at, int(found[3])) for at in range(2))


def _rolled(chance: Random, at: int, frame: int) -> Rolling:
    kind, size = KINDS[(at + chance.randrange(2)) % 2], chance.randint(44, 60)
    left = 20 + chance.randrange(30) + at * 110 + frame * chance.randint(6, 10)
    return Rolling(kind, 1 if at == 0 else 2, left, 90 + at * 30, size, size)


def clip_kind(key: str) -> str:
    """The fruit that a sample clip shows; "" for any other clip."""
    found = _CLIP.search(key)
    return KINDS[int(found[2]) % 2] if found else ""


def cloud_things(key: str) -> tuple[Cuboid, ...] | None:
    """What stands in a cloud, by its key; None for a cloud that is not one of the samples."""
    found = _CLOUD.search(key)
    if not found:
        return None
    chance, frame = Random(f"row {found[1]} {found[2]}"), int(found[3])
    tree = (4.0 + chance.uniform(-1, 1), 6.0 - 0.8 * frame, 1.5)
    crate = (-3.0 + chance.uniform(-1, 1), 5.0 - 0.8 * frame, 0.4)
    return (
        Cuboid("tree", 1, tree, (1.6, 1.6, 3.0), 0.0),
        Cuboid("crate", 1, crate, (1.2, 0.8, 0.8), round(chance.uniform(0, 1.5), 3)),
    )


def cloud_points(key: str) -> list[tuple[float, float, float]]:
    """The points of a sample cloud: the ground, then the surface of each thing."""
    chance = Random(f"points {key.rpartition('/')[2]} {key}")
    points = [(chance.uniform(-10, 10), chance.uniform(-10, 10), -0.05) for _ in range(_GROUND)]
    for thing in cloud_things(key) or ():
        points += [_inside(thing, chance) for _ in range(70)]
    return points


def _inside(thing: Cuboid, chance: Random) -> tuple[float, float, float]:
    """A point within the thing whatever its turn: within the circle that fits its footprint."""
    reach = min(thing.size[0], thing.size[1]) / 2.2
    across, along = chance.uniform(-0.7, 0.7) * reach, chance.uniform(-0.7, 0.7) * reach
    x, y, z = thing.center
    return x + across, y + along, z + chance.uniform(-0.48, 0.48) * thing.size[2]
