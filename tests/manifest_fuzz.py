"""Lines of manifests, broken at random, for every reader of them.

Promises to whoever is given a manifest by a stranger: no line crashes a reader, none takes a
second, and the fast reader counts what the slow one counts. `make long` tries a million
(`python -m tests.manifest_fuzz 1000000`); a thousand are among the tests.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from bot.jobs.results.counted import counted
from bot.jobs.results.wish import Wish, fits
from bot.manifests.convert import for_rekognition
from bot.manifests.json_lines import numbered, parse, parse_loosely
from bot.manifests.json_words import BadLine
from bot.manifests.known_lines import Shape
from bot.manifests.lines import check
from bot.manifests.shapes import Line
from bot.manifests.summary import Reading
from bot.manifests.told import told_line, told_object
from bot.pictures.words import is_labeled, labels_of, told_by

SECONDS = 1.0
_TOGETHER = 20  # lines of one manifest
_PIECES = (
    *rb'" \ { } [ ] , : null true -0 1e999 NaN 0.1 \ud800 \u0022 [[[[[ "class-map":{'.split(),
    *rb'"type":"groundtruth/object-detection" "annotations": -metadata":{ "objects":[]'.split(),
    *rb'"source-ref":"s3://b/k" "source":"x" "class_id":2 "class-name":"a"'.split(),
    *rb'"color-map":{ "class_map":{ "failure-reason":"x" "class-id":1 fruit-ref 1.0 2e0'.split(),
    *rb'"left":-0.0 "left":"1" "class-map":{"1":null} "class-name":"" [null] \ud83d'.split(),
    *(
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\t",
    ),
    *(b"9" * 30, b"[" * 2000, b'{"a":' * 200),
)


class Unsafe(AssertionError):
    """A line that a reader does not bear."""


class _Slow(Shape):
    def learn(self, *_told: Any) -> None:
        """Learn nothing, so that each line is read by itself."""


def whole_lines() -> list[bytes]:
    """A line of every kind, from which all others are made."""
    pair = {"1": "pear", "2": "plum"}
    box = {"class_id": 1, "left": 1, "top": 2.5, "width": 3, "height": 4}
    colours = {"1": {"class-name": "tree", "hex-color": "#2ca02c", "confidence": 0.5}}
    entity = {"label": "Person", "startOffset": 0, "endOffset": 3}
    cuboid = {"class-id": 1, "center-x": 1, "center-y": 2, "center-z": 3, "length": 1, "width": 1}
    answer = json.dumps({"p": {"polygons": [{"label": "a", "vertices": [{"x": 1, "y": 2}]}]}})
    workers = {"annotationsFromAllWorkers": [{"annotationData": {"content": answer}}]}
    drawn = {"image_size": [{"width": 8, "height": 6, "depth": 3}], "annotations": [box, box]}
    sure = [{"confidence": 0.5}, {"confidence": []}]
    kinds: list[tuple[str, Any, dict[str, Any]]] = [
        ("image-classification", 1, {"class-name": "ripe", "confidence": 0.9}),
        ("image-classification-multilabel", [1, 2], {"class-map": pair, "confidence-map": {}}),
        ("object-detection", drawn, {"objects": sure, "class-map": pair}),
        ("semantic-segmentation", "s3://b/m.png", {"internal-color-map": colours}),
        ("text-span", {"annotations": {"entities": [entity]}}, {"entities": sure[:1]}),
        ("label-verification", 1, {"class-name": "bad", "worker-feedback": [{"comment": "no"}]}),
        ("video-object-tracking", "s3://b/SeqLabel.json", {"class-map": pair}),
        ("point_cloud_object_detection", {"annotations": [cuboid]}, {"class_map": pair}),
        ("point_cloud_object_detection", "s3://b/SeqLabel.json", {"class-map": pair}),
        ("custom", workers, {}),
    ]
    common = {"human-annotated": "yes", "job-name": "labeling-job/a", "creation-date": "2026-07-02"}
    lines = [
        {
            "source-ref": f"s3://b/{number}.jpg",
            "fruit": value,
            "fruit-metadata": {**metadata, **common, "type": f"groundtruth/{kind}"},
        }
        for number, (kind, value, metadata) in enumerate(kinds)
    ]
    listed = {**lines[2], "cl-metadata": {"is_labeled": True}, "id": 7}
    return [json.dumps(line).encode() for line in [{"source": "a text"}, listed, *lines]]


def broken(chance: Random, whole: list[bytes]) -> bytes:
    """A line with a few things done to it; sometimes none."""
    line = chance.choice(whole)
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        at, to = sorted(chance.randrange(len(line) + 1) for _ in range(2))
        piece = chance.choice((b"", chance.choice(_PIECES), line[at:to], chance.choice(whole)[:to]))
        if chance.random() < 0.5:
            to = min(at + chance.randrange(12), len(line))
        line = line[:at] + piece + line[to:]
    return line


def cases(count: int, seed: int) -> Iterator[list[bytes]]:
    """So many lines, as manifests of a few."""
    chance, whole = Random(seed), whole_lines()
    for _ in range(count // _TOGETHER):
        yield [broken(chance, whole) for _ in range(_TOGETHER)]


def run(count: int, seed: int) -> float:
    """Try so many lines; the longest time that one manifest took, in seconds.

    Raises:
        Unsafe: with the lines that a reader does not bear.

    """
    longest = 0.0
    for lines in cases(count, seed):
        begin = time.perf_counter()
        try:
            _read(lines)
        except Exception as error:
            raise Unsafe(repr(lines)) from error
        longest = max(longest, time.perf_counter() - begin)
        if longest > SECONDS:
            raise Unsafe(f"{longest:.1f} s for {lines!r}")
    return longest


def _read(lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    found = []
    for shape in (Shape(), _Slow()):
        reading = Reading(shape=shape)
        reading.take(body)
        found.append(msgspec.to_builtins(reading.end()))
    assert found[0] == found[1]
    check([body], source_key="source-ref")
    for wish in (Wish(), Wish(below=0.6)):
        assert at_once(body, wish) == line_by_line(body, wish)
    for line in body.split(b"\n"):
        try:
            told_line(1, line)
            for_rekognition(parse(line))
        except BadLine as fault:
            fault.text()


def at_once(body: bytes, wish: Wish) -> list[Any]:
    """What the card of results counts: of the attribute “fruit”, for whoever wants these."""
    found = counted([body], "fruit", wish)
    return [
        *(found.labeled, found.empty, found.unreadable),
        Counter({name: each.objects for name, each in found.labels.items()}),
        Counter({name: each.times for name, each in found.labels.items()}),
        *(found.fitting, found.shown),
    ]


def line_by_line(body: bytes, wish: Wish) -> list[Any]:
    """The same the slow way: each line read whole."""
    labeled = empty = unreadable = 0
    objects, times, fitting = Counter[str](), Counter[str](), list[Line]()
    for number, one in numbered([body]):
        try:
            line = told_object(number, parse_loosely(one))
        except BadLine:
            unreadable += 1
            continue
        told = told_by(line, "fruit")
        if told is not None and is_labeled(told):
            labels = labels_of(told)
            labeled += 1
            empty += not labels
            objects.update(labels.keys())
            times.update(labels)
        if fits(line, "fruit", wish):
            fitting.append(line)
    return [
        labeled,
        empty,
        unreadable,
        objects,
        times,
        len(fitting),
        fitting[20 * (wish.page - 1) : 20 * wish.page],
    ]


def main(count: str = "1000000") -> None:
    """Try many, and tell."""
    begin = time.perf_counter()
    longest = run(int(count), seed=int(time.time()))
    took = time.perf_counter() - begin
    sys.stdout.write(
        f"{int(count):,} lines read in {took:,.0f} s; the slowest manifest of {_TOGETHER} took "
        f"{longest * 1000:,.0f} ms.\n"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
