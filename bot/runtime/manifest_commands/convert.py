"""`labeljob manifest convert`: labels from one format into another."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bot.base.blocks import count
from bot.manifests.formats import FORMATS
from bot.manifests.formats.format import Files, Findings, Naming, NoPlace, Unusable
from bot.manifests.formats.guess import guessed
from bot.manifests.shapes import Line
from bot.runtime.manifest_commands.command import Command
from bot.runtime.manifest_commands.files import NoFile, address
from bot.runtime.manifest_commands.folders import opened
from bot.runtime.manifest_commands.masks import with_masks
from bot.runtime.manifest_commands.written import Passing, check_out, report, take_out, write_format


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
        form = FORMATS[chosen.form or _guessed(files)]
        naming = Naming(
            attribute=chosen.named,
            pictures=_folder(chosen.pictures),
            job=chosen.named,
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        )
        lines = Passing(_placed(form.read(files, naming, findings)))
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


def _placed(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines.

    Raises:
        NoFile: nobody said where the pictures lie, with how to say it.

    """
    try:
        yield from lines
    except NoPlace as error:
        words = f"{error.words.partition('. ')[0]}. Say it: --pictures s3://bucket/folder/."
        raise NoFile(words) from None


def _guessed(files: Files) -> str:
    """The format that files look like.

    Raises:
        NoFile: it is not clear, with how to say it.

    """
    try:
        return guessed(files)
    except Unusable:
        words = f"It is not clear which format this is: say --from {'|'.join(FORMATS)}."
        raise NoFile(words) from None


def _folder(typed: str) -> str:
    """The S3 folder that was typed, with its slash; "" for none."""
    if not typed:
        return ""
    return str(address(typed if typed.endswith("/") else f"{typed}/"))


CONVERT = Command("convert", "write labels in another tool's format", _take, _run)
