"""`labeljob manifest convert`: labels from one format into another."""

import argparse
from datetime import UTC, datetime
from itertools import islice

from bot.base.blocks import count
from bot.manifests.formats import FORMATS
from bot.manifests.formats.format import Files, Findings, Naming
from bot.manifests.json_words import BadLine
from bot.manifests.told import told_line
from bot.runtime.manifest_commands.command import Command
from bot.runtime.manifest_commands.files import NoFile, address
from bot.runtime.manifest_commands.folders import opened
from bot.runtime.manifest_commands.masks import with_masks
from bot.runtime.manifest_commands.written import Passing, check_out, report, take_out, write_format

_ENDINGS = {".csv": "csv", ".xml": "voc", ".yaml": "yolo", ".yml": "yolo"}
_JSON = ".json"
_CLASSES = ("classes.txt", "obj.names")  # of YOLO, where no data.yaml names the classes


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, folder or zip, here or in S3")
    names = list(FORMATS)
    parser.add_argument("--to", required=True, choices=names, help="the format to write")
    parser.add_argument(
        "--from", dest="form", choices=names, help="the format of FILE (default: by its look)"
    )
    take_out(parser, "a file, s3://bucket/key; a folder or a .zip for formats of many files")
    parser.add_argument(
        "--attribute", default="", help="the label to write (default: the newest that fits)"
    )
    parser.add_argument(
        "--as",
        dest="named",
        default="labels",
        metavar="NAME",
        help="the label attribute for labels of another tool (default: labels)",
    )
    parser.add_argument(
        "--pictures",
        default="",
        metavar="S3_FOLDER",
        help="where the pictures lie, where the file does not say it",
    )
    parser.add_argument(
        "--masks",
        default="",
        metavar="FOLDER",
        help="where the files of masks lie (default: where the lines say), or in S3, where those "
        "painted for a manifest are kept",
    )


def _run(chosen: argparse.Namespace) -> int:
    check_out(chosen)
    findings = Findings()
    wanted = FORMATS[chosen.to]
    with opened(chosen.file) as files:
        form = FORMATS[chosen.form or guessed(files)]
        naming = Naming(
            attribute=chosen.named,
            pictures=_folder(chosen.pictures),
            job=chosen.named,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        )
        lines = Passing(form.read(files, naming, findings))
        shown = with_masks(lines, wanted, chosen.masks, findings)
        write_format(wanted.write(shown, chosen.attribute, findings), wanted, chosen.out)
    said = f"{count(lines.count, 'object')} from {form.title} to {wanted.title}."
    if wanted.unheld:
        said += f" {wanted.title} does not keep {wanted.unheld}."
    facts = {
        "lines": lines.count,
        "from": form.name,
        "to": wanted.name,
        "out": chosen.out,
        "unheld": wanted.unheld,
    }
    return report(chosen, facts, said, findings)


def _folder(typed: str) -> str:
    """The S3 folder that was typed, with its slash; "" for none."""
    if not typed:
        return ""
    return str(address(typed if typed.endswith("/") else f"{typed}/"))


def guessed(files: Files) -> str:
    """The format that files look like: by their names, a JSON file by its first sign."""
    paths = list(files.paths())
    if any(path.rpartition("/")[2] in _CLASSES for path in paths):
        return "yolo"
    for path in paths:
        ending = path[path.rfind(".") :].lower()
        if ending in _ENDINGS:
            return _ENDINGS[ending]
        if ending == _JSON:
            return _of_json(files, path)
    if len(paths) > 1:
        raise NoFile(f"It is not clear which format this is: say --from {'|'.join(FORMATS)}.")
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


CONVERT = Command("convert", "write labels in another tool's format", _take, _run)
