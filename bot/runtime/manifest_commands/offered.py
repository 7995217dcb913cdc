"""The commands of `labeljob manifest`, in the order in which help shows them."""

import argparse
import sys
from functools import partial

from bot.base.errors import LabeljobError
from bot.runtime.manifest_commands.build import BUILD
from bot.runtime.manifest_commands.check import CHECK
from bot.runtime.manifest_commands.command import UNUSABLE, Command
from bot.runtime.manifest_commands.convert import CONVERT
from bot.runtime.manifest_commands.diff import DIFF
from bot.runtime.manifest_commands.links import LINKS
from bot.runtime.manifest_commands.merge import MERGE
from bot.runtime.manifest_commands.relabel import RELABEL
from bot.runtime.manifest_commands.sample import SAMPLE
from bot.runtime.manifest_commands.summary import SUMMARY

COMMANDS = (SUMMARY, CHECK, BUILD, CONVERT, DIFF, SAMPLE, MERGE, RELABEL, LINKS)


def offer(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `labeljob manifest` its commands."""
    words = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        mine = words.add_parser(command.word, help=command.help, description=command.help)
        command.take(mine)
        mine.add_argument("--json", action="store_true", help="print one JSON object")
        mine.set_defaults(run=partial(_run, command))


def _run(command: Command, chosen: argparse.Namespace) -> int:
    try:
        return command.run(chosen)
    except LabeljobError as error:
        from bot.base.log import redact  # noqa: PLC0415 - as in bot.__main__

        print(redact(error.words), file=sys.stderr)  # noqa: T201 - this is a command
        return UNUSABLE
