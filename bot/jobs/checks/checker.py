"""Asks the checks: at the form with 1.5 s for all of them together, in the worker while the review
stands, and before the launch as long as it takes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec

from bot.base.errors import Fault, Refusal, Transient
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.base.storage import NoBucket, Storage
from bot.delivery.slack_files import SlackFiles
from bot.engines.protocol import Engine
from bot.jobs.checks.check import (
    FORM_OBJECTS,
    REVIEW_PAGE,
    Check,
    Known,
    Look,
    Seen,
    Sight,
)
from bot.jobs.checks.missing_bucket import no_bucket
from bot.jobs.draft import Draft
from bot.jobs.finding import Finding, Kind
from bot.jobs.form.pages import JobForm
from bot.manifests.texts import TextsRead
from bot.work.leases import LeaseLost

ALL = Look()


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a page found: faults block; `unread` are, in words, those that nobody
    answered in time; `fine` those that found nothing.
    """

    seen: Mapping[str, Seen]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]
    fine: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What blocks or is to be looked at, what blocks first."""
        every = [one for seen in self.seen.values() for one in seen.findings]
        found = list(dict.fromkeys(every))  # a bucket that is missing hinders several checks
        blocking = [one for one in found if one.kind is Kind.BLOCKS]
        return (*blocking, *(one for one in found if one.kind is Kind.LOOK_AT))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be looked at, in words."""
        return tuple(each.words for each in self.findings if each.kind is Kind.LOOK_AT)

    @property
    def objects(self) -> int | None:
        """How many objects there are, if anybody counted."""
        return next((one.objects for one in self.seen.values() if one.objects is not None), None)

    @property
    def texts(self) -> TextsRead:
        """How files of texts were read."""
        read = [one.texts for one in self.seen.values() if one.texts.endings]
        return read[0] if read else TextsRead()

    @property
    def names(self) -> dict[str, str]:
        """The names of those who are mentioned, by id."""
        return {key: name for one in self.seen.values() for key, name in one.names.items()}

    @property
    def name(self) -> str:
        """A free name in place of one that was made up and is taken; "" for none."""
        return next((one.name for one in self.seen.values() if one.name), "")

    @property
    def skipped(self) -> int:
        """How many files were left out."""
        return sum(one.skipped for one in self.seen.values())


class Checker:
    """Walks over the checks and the fields' own rules. `storage` has a form's patience, `questions`
    its seconds; `files` gives what was brought in Slack where somebody waits for that, else None.
    """

    def __init__(  # noqa: PLR0913 - what there is to look at
        self,
        checks: tuple[Check, ...],
        form: JobForm,
        *,
        engine: Engine,
        storage: Storage,
        known: Known,
        open_places: OpenPlaces,
        questions: Questions,
        files: SlackFiles | None = None,
    ) -> None:
        self.form = form
        self._checks = checks
        self._engine = engine
        self._storage = storage
        self._known = known
        self._open = open_places
        self._questions = questions
        self._files = files

    def at_form(self, draft: Draft) -> Checked:
        """The whole form's own rules, and its checks in so far as their fields have no fault; with
        them those of the review, whose findings are no faults of a field.
        """
        faults = self.form.faults(draft, self._open.of(draft.channel))
        return self._asked_now(draft, faults, self._checks)

    def of_more(self, draft: Draft) -> Checked:
        """The same for what stands behind [More…] alone."""
        faults = self.form.faults_of_more(draft, self._open.of(draft.channel))
        fields = self.form.names_of_more(draft)
        checks = [one for one in self._checks if one.page < REVIEW_PAGE and one.field in fields]
        return self._asked_now(draft, faults, checks)

    def _asked_now(self, draft: Draft, faults: list[Fault], checks: Iterable[Check]) -> Checked:
        """What these checks see within a form's seconds; where a field has a fault, they are not
        asked.
        """
        wrong = {fault.field for fault in faults}
        if not draft.input_uri:  # a place for files may not be known yet
            wrong.add("input_uri")
        storage = self._storage.attended(self._questions.patience())
        sight = self._sight(draft, storage, Look(FORM_OBJECTS))
        due = {
            check.name: check
            for check in checks
            if not wrong & {check.field, *check.needs} and check.applies(draft, sight)
        }
        asked = {name: partial(_answer, check, draft, sight) for name, check in due.items()}
        answers, _, silent = self._questions.ask(asked)
        of_fields = {name: one for name, one in answers.items() if due[name].page != REVIEW_PAGE}
        return Checked(
            answers,
            (*faults, *_faults(of_fields, due)),
            tuple(due[name].words for name in silent),
        )

    def sight(self, draft: Draft, step: Callable[[], None]) -> Sight:
        """What a fix may look at and write; `step` as for `preflight`."""
        return self._sight(draft, self._storage.attended(step), ALL)

    def preflight(self, draft: Draft, step: Callable[[], None], look: Look) -> Checked:
        """Every check of the whole draft, while its review stands; `step` is called as it goes on,
        and ends it by raising. What AWS does not answer is not known, and said so.
        """
        sight = self._sight(draft, self._storage.attended(step), look)
        answers: dict[str, Seen] = {}
        silent: list[str] = []
        due = {one.name: one for one in self._checks if _applies(one, draft, sight)}
        for name, check in due.items():
            try:
                step()
                seen = _answer(check, draft, sight)
            except LeaseLost:  # somebody else looks by now: what is not known here, they find out
                raise
            except Transient:
                silent.append(check.words)
                continue
            answers[name] = seen
            if seen.objects is not None:  # how many there are is what later checks go by
                draft = msgspec.structs.replace(draft, objects=seen.objects)
        fine = [_fine(due[name], one) for name, one in answers.items()]
        return Checked(
            answers,
            tuple(_faults(answers, due)),
            tuple(silent),
            tuple(words for words in fine if words),
        )

    def at_submit(self, draft: Draft) -> list[Fault]:
        """What blocks by our own records alone: nothing at AWS or Slack is asked."""
        found = self.form.faults(draft, self._open.of(draft.channel))
        wrong = {fault.field for fault in found}
        due = {check.name: check for check in self._checks if check.field not in wrong}
        seen = {
            name: check.at_submit(draft, self._known.held)
            for name, check in due.items()
            if check.at_submit is not None
        }
        return [*found, *_faults(seen, due)]

    def before_launch(self, draft: Draft, step: Callable[[], None], look: Look = ALL) -> Checked:
        """What blocks, of the whole draft, and what is to be looked at: the fields' own rules
        first, then what must be asked again. `step` is called as it goes on.

        Raises:
            Transient: something was not answered; nothing is known.

        """
        faults = self.form.faults(draft, self._open.of(draft.channel))
        if faults:
            return Checked({}, tuple(faults), ())
        sight = self._sight(draft, self._storage.attended(step), look)
        due = {
            check.name: check
            for check in self._checks
            if check.before_launch and _applies(check, draft, sight)
        }
        answers = {name: _answer(check, draft, sight) for name, check in due.items()}
        return Checked(answers, tuple(_faults(answers, due)), ())

    def _sight(self, draft: Draft, storage: Storage, look: Look) -> Sight:
        return Sight(
            self._engine,
            storage,
            self._known.held,
            self._known.teams,
            self._open.of(draft.channel),
            self._known.name_of,
            look,
            self._files,
        )


def _applies(check: Check, draft: Draft, sight: Sight) -> bool:
    """Whether the check has something to look at."""
    if draft.begins_empty and "input_uri" in {check.field, *check.needs}:
        return False
    return check.applies(draft, sight)


def _answer(check: Check, draft: Draft, sight: Sight) -> Seen:
    """What the check saw; what it refuses with words blocks."""
    try:
        return check.ask(draft, sight)
    except NoBucket as missing:
        return Seen((no_bucket(missing),))
    except Refusal as refusal:
        return Seen((Finding(Kind.BLOCKS, refusal.words, refusal.field or ""),))


def _fine(check: Check, seen: Seen) -> str:
    """What is said of a check that found nothing wrong; "" where something is, or nobody need read
    it.
    """
    kinds = {finding.kind for finding in seen.findings}
    if kinds - {Kind.FINE}:
        return ""
    return next((finding.words for finding in seen.findings), check.fine)


def _faults(seen: Mapping[str, Seen], due: Mapping[str, Check]) -> list[Fault]:
    return [
        Fault(finding.field or due[name].field, finding.words)
        for name, one in seen.items()
        for finding in one.findings
        if finding.kind is Kind.BLOCKS
    ]
