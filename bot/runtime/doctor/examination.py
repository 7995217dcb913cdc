"""The order of the probes, and what each may look at.

Promises to whoever reads the report: every probe is told of, no probe stops the others, and those
that could not be asked stand in one line at the end, each with what it waits for.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.base.aws import Aws
from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import LabeljobError
from bot.base.log import redact
from bot.base.settings import Settings, name_of
from bot.base.slack_failures import NO_ANSWER, slack_code


class Verdict(StrEnum):
    """How a thing is: well, worth a look, or such that the bot cannot work."""

    OK = "ok"
    LOOK = "look at"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found. `remedy` stands instead of the probe's own where it knows better; `of`
    names one of many.
    """

    verdict: Verdict
    found: str
    remedy: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. A thing that is well has no remedy."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


class NotAsked(Exception):
    """A probe has no way to find out; the words say what it waits for."""


@dataclass(slots=True)
class Learned:
    """What earlier probes found out for later ones."""

    slack_skew: float | None = None
    granted: frozenset[str] | None = None
    bot_name: str = "labeljob"
    aws_account: str = ""
    aws_skew: float | None = None
    has_jobs: bool = False
    portal: str = ""
    readable: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the probes look at. `clock` is this machine's time in seconds since 1970."""

    settings: Settings
    slack: WebClient
    aws: Aws
    db: Database
    clock: Callable[[], float]
    new_id: NewId
    learned: Learned = field(default_factory=Learned)


Probed = Callable[[Surroundings], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Probe:
    """A named probe; it is asked only when the probes and settings that it `needs` are well."""

    name: str
    needs: tuple[str, ...]
    ask: Probed
    remedy: str


PROBES: dict[str, Probe] = {}
_SETTINGS = frozenset(name_of(field) for field in Settings.model_fields)


def probe(name: str, *, needs: tuple[str, ...] = ()) -> Callable[[Probed], Probed]:
    """Register a probe under its name, behind the probes that it needs; its docstring must hold
    the remedy.
    """

    def register(ask: Probed) -> Probed:
        _subject, _, remedy = inspect.cleandoc(ask.__doc__ or "").partition("\n\n")
        unknown = [each for each in needs if each not in PROBES and each not in _SETTINGS]
        if not remedy or unknown or name in PROBES:
            raise ValueError(
                f"probe {name}: no remedy in its docstring, a name used twice, or unknown needs "
                f"{unknown}"
            )
        PROBES[name] = Probe(name, needs, ask, " ".join(remedy.split()))
        return ask

    return register


def examine(
    around: Surroundings,
    probes: Iterable[Probe],
    begins: Callable[[str], None],
    wrong: Iterable[str] = (),
) -> Iterator[Row]:
    """Ask the probes in this order, a row as soon as it is known; `begins` is told each probe's
    name before it. `wrong` are the settings that cannot be used.
    """
    unwell = {name: name for name in wrong}  # what is not well, and why
    left: dict[str, list[str]] = {}
    for each in probes:
        why = next((unwell[name] for name in each.needs if name in unwell), "")
        if not why:
            begins(each.name)
            try:
                for row in _rows(each, around):
                    if row.verdict is not Verdict.OK:
                        unwell[each.name] = each.name
                    yield row
            except NotAsked as reason:
                why = str(reason)
        if why:
            unwell[each.name] = why
            left.setdefault(why, []).append(each.name)
    if left:
        words = "; ".join(f"{', '.join(names)} ({why})" for why, names in left.items())
        yield Row("skipped", Verdict.LOOK, f"{words}.", _AGAIN)


_AGAIN = (
    "Each waits for what stands behind it in brackets. Put that right, then run the doctor again."
)


def _rows(each: Probe, around: Surroundings) -> Iterator[Row]:
    try:
        for finding in each.ask(around):
            name = f"{each.name}: {finding.of}" if finding.of else each.name
            remedy = "" if finding.verdict is Verdict.OK else finding.remedy or each.remedy
            yield Row(name, finding.verdict, redact(finding.found), redact(remedy))
    except LabeljobError as error:
        yield Row(each.name, Verdict.FAILS, redact(error.words), each.remedy)
    except SlackApiError as error:
        yield Row(each.name, Verdict.FAILS, f"Slack answers: {slack_code(error)}.", each.remedy)
    except NO_ANSWER as error:
        yield Row(
            each.name,
            Verdict.FAILS,
            redact(f"No answer that could be read ({error})."),
            each.remedy,
        )
