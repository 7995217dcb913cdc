"""The sample frames, clips and point clouds of the practice workspace, with the files that list
them.

Promised to the seed: ``files`` gives every key with its bytes, small (some 150 kB in all) and the
same for a seed every time. What they show is in ``bot.sandbox.crowd.sample_scenes``.
"""

import io
import json
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

from bot.sandbox.crowd.sample_scenes import BELT_SIZE, belt, clip_kind, cloud_points
from bot.sandbox.crowd.sample_truth import outline
from bot.sandbox.workspace.webm import webm

__all__ = ["BELTS", "CLIPS", "CLOUDS", "ROWS", "files"]

BELTS, CLIPS, CLOUDS, ROWS = (
    "frames/belts.manifest",
    "clips/clips.manifest",
    "clouds/clouds.manifest",
    "clouds/rows.manifest",
)
_BELTS, _FRAMES = 2, 6
_ROWS, _CLOUDS = 2, 4
_CLIPS, _STEPS, _STEP = 6, 8, 120
_SKIN = {"apple": (196, 52, 44), "pear": (176, 186, 66), "orange": (238, 140, 40)}
_SKIN["lemon"] = (240, 214, 60)
_WALL, _BELT = (228, 224, 214), (96, 100, 108)
_BEGAN = 1_795_000_000  # when the first cloud was taken, in epoch seconds


def files(bucket: str, seed: int) -> Iterator[tuple[str, bytes]]:
    """Key and content of each sample; addresses in them are of this bucket."""
    yield from _belts(bucket, seed)
    yield from _clips(bucket, seed)
    yield from _clouds(bucket, seed)


def _belts(bucket: str, seed: int) -> Iterator[tuple[str, bytes]]:
    listed = []
    for number in range(1, _BELTS + 1):
        folder = f"frames/belt-s{seed}-{number:02d}"
        names = [f"frame-{at:03d}.jpg" for at in range(_FRAMES)]
        for name in names:
            yield f"{folder}/{name}", _jpeg(_frame(f"{folder}/{name}"))
        frames = [{"frame-no": at, "frame": name} for at, name in enumerate(names)]
        yield f"{folder}.json", _sequence(bucket, folder, number, frames)
        listed.append({"source-ref": f"s3://{bucket}/{folder}.json"})
    yield BELTS, _lines(listed)


def _clips(bucket: str, seed: int) -> Iterator[tuple[str, bytes]]:
    listed, made = [], dict[str, bytes]()
    for number in range(1, _CLIPS + 1):
        key = f"clips/clip-s{seed}-{number:02d}.webm"
        kind = clip_kind(key)
        if kind not in made:
            made[kind] = webm([_rolling(kind, step) for step in range(_STEPS)], _STEP)
        yield key, made[kind]
        listed.append({"source-ref": f"s3://{bucket}/{key}"})
    yield CLIPS, _lines(listed)


def _clouds(bucket: str, seed: int) -> Iterator[tuple[str, bytes]]:
    single, rows = [], []
    for number in range(1, _ROWS + 1):
        folder = f"clouds/row-s{seed}-{number:02d}"
        frames: list[dict[str, Any]] = []
        for at in range(_CLOUDS):
            name, moment = f"cloud-{at:03d}.txt", _BEGAN + 60 * number + at
            yield f"{folder}/{name}", _cloud(f"{folder}/{name}")
            described = {"format": "text/xyzi", "unix-timestamp": moment}
            uri = f"s3://{bucket}/{folder}/{name}"
            single.append({"source-ref": uri, "source-ref-metadata": described})
            frames.append({"frame-no": at, "frame": name, **described})
        yield f"{folder}.json", _sequence(bucket, folder, number, frames)
        rows.append({"source-ref": f"s3://{bucket}/{folder}.json"})
    yield CLOUDS, _lines(single)
    yield ROWS, _lines(rows)


def _sequence(bucket: str, folder: str, number: int, frames: list[dict[str, Any]]) -> bytes:
    content = {
        "seq-no": number,
        "prefix": f"s3://{bucket}/{folder}/",
        "number-of-frames": len(frames),
        "frames": frames,
    }
    return json.dumps(content).encode()


def _lines(entries: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()


def _cloud(key: str) -> bytes:
    rows = (f"{x:.3f} {y:.3f} {z:.3f} 0.5\n" for x, y, z in cloud_points(key))
    return "".join(rows).encode()


def _frame(key: str) -> Image.Image:
    picture = _table()
    for each in belt(key) or ():
        _put(picture, each.kind, (each.left, each.top, each.width, each.height))
    return picture


def _rolling(kind: str, step: int) -> Image.Image:
    picture = _table()
    _put(picture, kind, (20 + step * 28, 96, 72, 72))
    return picture


def _table() -> Image.Image:
    picture = Image.new("RGB", BELT_SIZE, _WALL)
    ImageDraw.Draw(picture).rectangle((0, BELT_SIZE[1] // 2 + 30, *BELT_SIZE), fill=_BELT)
    return picture


def _put(picture: Image.Image, kind: str, box: tuple[int, int, int, int]) -> None:
    left, top, width, height = box
    points = [(left + width * (1 + x) / 2, top + height * (1 + y) / 2) for x, y in outline(kind)]
    ImageDraw.Draw(picture).polygon(points, fill=_SKIN[kind])


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
