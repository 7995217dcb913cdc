"""`labeljob manifest diff`: what became of every object of a job's input."""

import argparse
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from bot.base.blocks import count
from bot.manifests.formats.format import Findings
from bot.manifests.ledger import STATES, Entry, State, ledger, newest, said, table
from bot.runtime.manifest_commands.command import FINDINGS, Command
from bot.runtime.manifest_commands.files import NoFile, pieces, write
from bot.runtime.manifest_commands.written import report


def _take(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", help="the manifest that the job was given")
    parser.add_argument("output", metavar="OUTPUT", help="the manifest that came of it")
    parser.add_argument(
        "--attribute", default="", help="the job's label attribute (default: OUTPUT's newest)"
    )
    parser.add_argument("--out", metavar="PLACE", help="write the ledger as CSV there")
    parser.add_argument("--all", action="store_true", help="list the labeled objects too")


def _run(chosen: argparse.Namespace) -> int:
    if chosen.output == "-" and not chosen.attribute:
        raise NoFile("OUTPUT is read twice unless you name the label: --attribute NAME.")
    if chosen.json and chosen.out == "-":
        raise NoFile("With --json the output is the report: name a file for the CSV.")
    attribute = chosen.attribute or newest(pieces(chosen.output))
    findings = Findings()
    counts: Counter[State] = Counter()
    found = ledger(pieces(chosen.input), pieces(chosen.output), attribute, findings)
    listed: Iterable[Entry] = _listed(found, counts, everything=chosen.all)
    if chosen.json:
        listed = list(listed)
    if chosen.out:
        write(chosen.out, table(listed), "text/csv")
    else:
        deque(listed, maxlen=0)
    facts = {
        "attribute": attribute,
        "objects": counts.total(),
        "states": {state: counts[state] for state in STATES},
        "entries": [entry._asdict() for entry in listed],
    }
    words = f"{counts['labeled']:,} of {count(counts.total(), 'object')} labeled as {attribute}."
    code = report(chosen, facts, f"{words} {said(counts, 'object')}".rstrip(), findings)
    return FINDINGS if counts.total() > counts["labeled"] else code


def _listed(found: Iterable[Entry], counts: Counter[State], *, everything: bool) -> Iterator[Entry]:
    """The entries that are listed; all are counted."""
    for entry in found:
        counts[entry.state] += 1
        if everything or entry.state != "labeled":
            yield entry


DIFF = Command("diff", "say what became of every object of a job's input", _take, _run)
