"""Why objects of an ended job have no label: its output manifest is read, S3 is asked about those
for which it has no reason, and its log is asked about the first.

Promises to the watcher: it takes 20 s at most, memory stays flat, and whatever goes wrong becomes a
sentence, so that a job's end is told in any case.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.base.blocks import count, cut
from bot.base.errors import LabeljobError, Refusal, Transient
from bot.base.log import redact
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import BadAddress, S3Uri
from bot.base.storage import Storage
from bot.engines.protocol import Engine, Known
from bot.jobs.checks.objects import AT_ONCE, things_of
from bot.jobs.facts import Facts
from bot.jobs.lifecycle import COMPLETED, JobState
from bot.jobs.records import Job
from bot.manifests.looked import BLOCKING
from bot.manifests.unlabeled import Unlabeled, unlabeled, words
from bot.work.leases import LeaseLost

_OF_LOG = 300  # characters of its entry
_SECONDS = 20.0  # ours: people wait for the end of the job to be told

log = logging.getLogger(__name__)


class TooLong(Transient):
    """The output manifest is too long to be read in 20 seconds."""


class WhyUnlabeled:
    """Finds out; `storage` has the worker's patience, `clock` gives seconds and only goes on."""

    def __init__(
        self,
        *,
        engine: Engine,
        storage: Storage,
        open_places: OpenPlaces,
        facts: Facts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._storage = storage
        self._open = open_places
        self._facts = facts
        self._clock = clock

    def words(self, job: Job, state: JobState, step: Callable[[], None]) -> str:
        """How many objects have no label and why; "" where none failed. `step` is called as it
        goes on.

        Raises:
            LeaseLost: from `step`; somebody else tells of the job's end.

        """
        if not state.ended or not state.failed:
            return ""
        end = self._clock() + _SECONDS

        def in_time() -> None:
            step()
            if self._clock() > end:
                raise TooLong

        facts = self._facts.of(job)
        storage = self._storage.limited_to(self._open.of(job.channel)).attended(in_time)
        try:
            manifest = S3Uri.parse(state.output_uri or facts.output_uri)
            found = unlabeled(storage.chunks(manifest), facts.label_attribute)
        except LeaseLost:
            raise
        except (Refusal, Transient) as error:
            log.info("why objects of %s have no label is not known: %s", job.name, error.words)
            said = f"{count(state.failed, facts.noun)} failed at {facts.engine.place}"
            return f"{said}; which and why could not be read: {error.words}"

        def state_of(one: tuple[int, str]) -> str:
            if self._clock() > end:
                return ""
            most = facts.kind.file_bytes_max if facts.kind else 0
            return _state(storage, one, most, picture=facts.noun == "picture")

        states = _states(found, state_of)
        to_its_end = state.state == COMPLETED
        told = words(found, states, facts.noun, facts.engine.place, to_its_end=to_its_end)
        return f"{told} {self._of_log(job, found)}".rstrip()

    def _of_log(self, job: Job, found: Unlabeled) -> str:
        """What the job's log says of the first object without a label, in its own words.

        UNSURE: whether Ground Truth's log names objects; its form is documented nowhere.
        """
        name = next((source.rpartition("/")[2] for _line, source in found.first if source), "")
        if not name or self._engine.abilities.no_log:
            return ""
        try:
            entries = self._engine.log(Known(job.arn, job.name), (name,)).entries
        except (Refusal, Transient) as error:
            log.info("the log of %s could not be read: %s", job.name, error.words)
            return ""
        return f"Its log says: {cut(redact(entries[0].words), _OF_LOG)}" if entries else ""


def _states(found: Unlabeled, state_of: Callable[[tuple[int, str]], str]) -> dict[int, str]:
    """What is the matter with those that were kept, by line."""
    named = [one for one in found.first if one[1]]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look") as pool:
        return dict(zip((line for line, _ in named), pool.map(state_of, named), strict=True))


def _state(storage: Storage, one: tuple[int, str], most: int, *, picture: bool) -> str:
    """What is the matter with one of them, what Ground Truth fails it for first; "" for nothing, or
    where nobody says. `most` is how many bytes it may have.
    """
    try:
        things = things_of(storage, one, most=most, opened=picture, boxes=False)
        codes = [each.code for each in things]
    except (LabeljobError, BadAddress):
        return ""
    return next((code for code in codes if code in BLOCKING), codes[0] if codes else "")
