"""Asks the checks: at the form with 1.5 s for all of them together, and before the launch as long
as it takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.base.errors import Fault, Refusal
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.base.storage import Storage
from bot.engines.protocol import Engine
from bot.jobs.checks.check import Check, Finding, Held, Kind, Seen, Sight
from bot.jobs.checks.name import day
from bot.jobs.draft import Draft
from bot.jobs.form.pages import JobForm
from bot.jobs.form.rules import name_taken


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a page found: faults block; `unread` are, in words, those that nobody
    answered in time.
    """

    seen: Mapping[str, Seen]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be looked at, in words."""
        return tuple(each.words for each in _findings(self.seen) if each.kind is Kind.LOOK_AT)

    @property
    def objects(self) -> int | None:
        """How many objects there are, if anybody counted."""
        return next((one.objects for one in self.seen.values() if one.objects is not None), None)

    @property
    def skipped(self) -> int:
        """How many files were left out."""
        return sum(one.skipped for one in self.seen.values())


class Checker:
    """Walks over the checks and the fields' own rules. `storage` has a form's patience, `questions`
    its seconds.
    """

    def __init__(  # noqa: PLR0913 - what there is to look at
        self,
        checks: tuple[Check, ...],
        form: JobForm,
        *,
        engine: Engine,
        storage: Storage,
        held: Held,
        open_places: OpenPlaces,
        questions: Questions,
    ) -> None:
        self.form = form
        self._checks = checks
        self._engine = engine
        self._storage = storage
        self._held = held
        self._open = open_places
        self._questions = questions

    def at_form(self, page: int, draft: Draft) -> Checked:
        """The page's own rules, and its checks in so far as their fields have no fault."""
        allowed = self._open.of(draft.channel)
        rules = self.form.faults_one if page == 1 else self.form.faults_two
        faults = rules(draft, allowed)
        wrong = {fault.field for fault in faults}
        storage = self._storage.attended(self._questions.patience())
        sight = Sight(self._engine, storage, self._held, allowed)
        due = {
            check.name: check
            for check in self._checks
            if check.page == page
            and check.applies(draft, sight)
            and not wrong & {check.field, *check.needs}
        }
        asked = {name: partial(_answer, check, draft, sight) for name, check in due.items()}
        answers, _, silent = self._questions.ask(asked)
        return Checked(
            answers,
            (*faults, *_faults(answers, due)),
            tuple(due[name].words for name in silent),
        )

    def words_of_page(self, page: int) -> set[str]:
        """What the checks of a page are called where nobody answered them in time."""
        return {check.words for check in self._checks if check.page == page}

    def at_submit(self, draft: Draft) -> list[Fault]:
        """What blocks by our own records alone: nothing at AWS or Slack is asked."""
        found = self.form.faults(draft, self._open.of(draft.channel))
        wrong = {fault.field for fault in found}
        since = self._held.holder(draft.job_name)
        if since is not None:
            found.append(name_taken(draft.job_name, self._held.near(draft.job_name), day(since)))
        folder = self._held.folder_fault(draft)
        if folder and "output_uri" not in wrong:
            found.append(Fault("output_uri", folder))
        return found

    def before_launch(self, draft: Draft) -> Checked:
        """What blocks, of the whole draft, and what is to be looked at: the fields' own rules
        first, then what must be asked again.

        Raises:
            Transient: something was not answered; nothing is known.

        """
        allowed = self._open.of(draft.channel)
        faults = self.form.faults(draft, allowed)
        if faults:
            return Checked({}, tuple(faults), ())
        sight = Sight(self._engine, self._storage, self._held, allowed)
        due = {
            check.name: check
            for check in self._checks
            if check.before_launch and check.applies(draft, sight)
        }
        answers = {name: _answer(check, draft, sight) for name, check in due.items()}
        return Checked(answers, tuple(_faults(answers, due)), ())


def _answer(check: Check, draft: Draft, sight: Sight) -> Seen:
    """What the check saw; what it refuses with words blocks."""
    try:
        return check.ask(draft, sight)
    except Refusal as refusal:
        return Seen((Finding(Kind.BLOCKS, refusal.words, refusal.field or ""),))


def _findings(seen: Mapping[str, Seen]) -> list[Finding]:
    return [finding for one in seen.values() for finding in one.findings]


def _faults(seen: Mapping[str, Seen], due: Mapping[str, Check]) -> list[Fault]:
    return [
        Fault(finding.field or due[name].field, finding.words)
        for name, one in seen.items()
        for finding in one.findings
        if finding.kind is Kind.BLOCKS
    ]
