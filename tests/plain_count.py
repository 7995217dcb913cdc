"""Counts a manifest with Python's own JSON and nothing of ours: what `summary` has to agree with.

Promises to tests, and to whoever has a manifest (`python -m tests.plain_count FILE …`): not one
line of code is shared with the reader that it judges.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

_FIGURES = {"object-detection": "class_id", "point_cloud_object_detection": "class-id"}
_COLOURS = {
    "semantic-segmentation": "internal-color-map",
    "point_cloud_single_frame_semantic_segmentation": "color-map",
}
_FILES = (
    "video-object-detection",
    "video-object-tracking",
    "point_cloud_object_detection",
    "point_cloud_object_tracking",
)


def counted(body: bytes) -> dict[str, Any]:
    """What `labeljob manifest summary` has to tell of the file, but for its findings."""
    rows = body.split(b"\n")
    if rows[-1] == b"":
        rows.pop()
    sources: list[str] = []
    attributes: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            line = json.loads(row.decode("utf-8-sig"))
        except ValueError:
            continue
        if not isinstance(line, dict):
            continue
        source = line.get("source-ref", line.get("source"))
        if isinstance(source, str):
            sources.append(source)
        for key in line:
            if key.endswith("-metadata") and isinstance(line[key], dict):
                _attribute(attributes, key[:-9], line.get(key[:-9]), line[key])
    return {
        "lines": len(rows),
        "bytes": len(body),
        "sources": len(set(sources)),
        "duplicates": len(sources) - len(set(sources)),
        "attributes": attributes,
    }


def _attribute(found: dict[str, dict[str, Any]], name: str, value: Any, said: Any) -> None:
    kind = str(said.get("type"))
    if not kind.startswith("groundtruth/"):
        return
    kind = kind[len("groundtruth/") :]
    mine = found.setdefault(
        name,
        {"type": "groundtruth/" + kind, "labeled": 0, "empty": 0, "boxes": 0}
        | {"labels": Counter(), "human": 0, "machine": 0},
    )
    if value is None:
        return
    labels = _labels(kind, value, said)
    mine["labeled"] += 1
    mine["human"] += said.get("human-annotated") == "yes"
    mine["machine"] += said.get("human-annotated") == "no"
    mine["labels"].update(labels)
    if kind == "object-detection":
        mine["boxes"] += len(labels)
    if kind != "custom":
        mine["empty"] += not labels


def _labels(kind: str, value: Any, said: Any) -> list[str]:
    names = said.get("class-map", said.get("class_map", {}))
    if kind in _FIGURES and isinstance(value, dict):
        return [_named(names, each[_FIGURES[kind]]) for each in value["annotations"]]
    if kind == "text-span":
        return [each["label"] for each in value["annotations"]["entities"]]
    if kind in _COLOURS:
        return _painted(said.get(_COLOURS[kind], {}))
    if kind in _FILES:
        return list(names.values())
    return _classes(kind, value, said, names)


def _painted(colours: dict[str, Any]) -> list[str]:
    return [
        one["class-name"]
        for at, one in colours.items()
        if one["class-name"] != "BACKGROUND"
        and (at, one["class-name"].upper()) != ("0", "BACKGROUND")
    ]


def _classes(kind: str, value: Any, said: Any, names: dict[str, str]) -> list[str]:
    if kind.endswith("multilabel"):
        return [_named(names, each) for each in value]
    if kind.endswith(("classification", "verification")):
        return [said.get("class-name") or _named(names, value)]
    return []


def _named(names: dict[str, str], at: Any) -> str:
    return str(names.get(str(at), at))


def main(files: list[str]) -> int:
    """Compare with the command's own answer, file by file; how many differ."""
    differ = 0
    for name in files:
        command = [sys.executable, "-m", "bot", "manifest", "summary", name, "--json"]
        asked = subprocess.run(command, capture_output=True, check=False)
        told = json.loads(asked.stdout)
        told.pop("findings")
        mine = json.loads(json.dumps(counted(Path(name).read_bytes())))
        if told != mine:
            differ += 1
            sys.stdout.write(f"{name}\n  theirs {json.dumps(told)}\n  plainly {json.dumps(mine)}\n")
    sys.stdout.write(f"{len(files)} files, {differ} differ\n")
    return differ


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
