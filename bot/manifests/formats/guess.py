"""Which format files look like (pure)."""

from itertools import islice

from bot.manifests.formats.format import Files, Unusable
from bot.manifests.json_words import BadLine
from bot.manifests.told import told_line

_ENDINGS = {".csv": "csv", ".xml": "voc", ".yaml": "yolo", ".yml": "yolo"}
_JSON = ".json"
_CLASSES = ("classes.txt", "obj.names")  # of YOLO, where no data.yaml names the classes


def guessed(files: Files) -> str:
    """The format that files look like: by their names, a JSON file by its first sign.

    Raises:
        Unusable: it is not clear.

    """
    paths = list(files.paths())
    if any(path.rpartition("/")[2] in _CLASSES for path in paths):
        return "yolo"
    for path in paths:
        ending = path[path.rfind(".") :].lower()
        if ending in _ENDINGS:
            return _ENDINGS[ending]
        if ending == _JSON:
            return _of_json(files, path)
    if len(paths) != 1:
        raise Unusable("It is not clear which format this is. Say which one.")
    return "augmented"


def _of_json(files: Files, path: str) -> str:
    """A list is Label Studio's; COCO's file is one object of lists; else it is JSON Lines."""
    start = b"".join(islice(files.chunks(path), 1)).lstrip()
    if start.startswith(b"["):
        return "label-studio"
    try:
        line = told_line(1, start.partition(b"\n")[0])
    except BadLine:
        return "coco"
    return "augmented" if line.address or line.text else "coco"
