"""`labeljob manifest merge`: several manifests become one, each label with where it comes from."""

import argparse
from functools import partial

from bot.base.blocks import count
from bot.manifests.formats.format import Findings
from bot.manifests.merge import merged
from bot.runtime.manifest_commands.command import Command
from bot.runtime.manifest_commands.files import NoFile, pieces, write
from bot.runtime.manifest_commands.written import MANIFEST, Passing, check_out, report, take_out


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a manifest, here or in S3")
    take_out(parser)


def _run(chosen: argparse.Namespace) -> int:
    check_out(chosen)
    if "-" in chosen.files:
        raise NoFile("Every file is read twice, which the input cannot be: name files.")
    findings = Findings()
    lines = Passing(merged([(file, partial(pieces, file)) for file in chosen.files], findings))
    write(chosen.out, lines, MANIFEST)
    facts = {"lines": lines.count, "out": chosen.out}
    many = count(len(chosen.files), "manifest")
    return report(chosen, facts, f"{count(lines.count, 'line')} of {many}.", findings)


MERGE = Command("merge", "make one manifest of parts, or of chained jobs", _take, _run)
