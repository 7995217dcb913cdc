"""`labeljob manifest relabel`: labels get other names, or become one."""

import argparse

from bot.base.blocks import count
from bot.manifests.formats.format import Findings
from bot.manifests.relabel import mapping, relabeled
from bot.runtime.manifest_commands.command import Command
from bot.runtime.manifest_commands.files import NoFile, pieces, write
from bot.runtime.manifest_commands.written import MANIFEST, Passing, check_out, report, take_out


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a manifest, s3://bucket/key, or - for input")
    parser.add_argument(
        "--rename", action="append", default=[], metavar="OLD=NEW", help="as often as you like"
    )
    parser.add_argument(
        "--merge", action="append", default=[], metavar="ONE,TWO=NEW", help="as often as you like"
    )
    parser.add_argument("--attribute", default="", help="in this label only (default: in all)")
    take_out(parser)


def _run(chosen: argparse.Namespace) -> int:
    check_out(chosen)
    names = mapping(chosen.rename, chosen.merge)
    if not names:
        raise NoFile("Say which label gets which name: --rename old=new, --merge one,two=new.")
    findings = Findings()
    lines = Passing(relabeled(pieces(chosen.file), names, findings, chosen.attribute))
    write(chosen.out, lines, MANIFEST)
    facts = {"lines": lines.count, "out": chosen.out, "labels": names}
    return report(chosen, facts, f"{count(lines.count, 'line')} written.", findings)


RELABEL = Command("relabel", "rename labels, or make one label of several", _take, _run)
