"""Mistakes: what a trained model takes for what is counted in AWS's test results, and the pictures
are drawn for whoever may see them.

Promises: at the end of a training its thread tells the worst in words, with the pictures where the
channel wants results in its threads; a press is answered at once and gives the pictures to whoever
pressed, alone (or to that thread); what was asked is done also after a kill (then a picture may
come twice). Pictures come from places that are open to the model's channel. Where the files are
missing, closed or not to be read, that is said: then nothing is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from bot.base.aws import AwsRefused
from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.base.storage import MissingObject, NotAllowedPlace, Storage
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox
from bot.delivery.uploads import File, NotUploaded, Uploads
from bot.models import mistake_cards as cards
from bot.models import mistakes
from bot.models.custom_labels import Models
from bot.models.delete import NoSuchModel
from bot.models.mistake_records import MistakeRecords, Wanted
from bot.models.mistakes import Tally
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import TRAINED, TRAINING, ModelState
from bot.models.model_store import subject
from bot.people.access import Access, NotHere
from bot.pictures.drawn import captioned
from bot.pictures.limits import NO_PILLOW, TILES, can_draw
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries
from bot.work.wishes import Wishes

SEE = "see"  # the right to look at a model


class NotToldYet(Transient):
    """The end of the training is not told yet."""


class NotKnown(Refusal):
    """AWS names no file with the results of its test."""


class _Found(NamedTuple):
    """What the files hold: the counts, and the files to read once more."""

    tally: Tally
    files: Callable[[], Iterator[Iterator[bytes]]]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShowMistakes:
    """Counts, draws and gives. `shown_in` says whether a channel wants results in its threads."""

    wanted: MistakeRecords
    records: ModelRecords
    models: Models
    storage: Storage
    open_places: OpenPlaces
    uploads: Uploads
    outbox: Outbox
    access: Access
    tries: Tries
    db: Database
    shown_in: Callable[[str], bool]

    def want(self, model: Model, user_id: str) -> str:
        """Have a person shown a model's mistakes, or the thread where its channel wants that; what
        they are told meanwhile.

        Raises:
            NoSuchModel: it is not trained, or being deleted.

        """
        if model.state.state != TRAINED:
            raise NoSuchModel
        shown = self.shown_in(model.training.channel)
        self.wanted.want(model.id, "" if shown else user_id)
        return cards.on_their_way(model.training.called, shown=shown)

    def at_end(self, model: Model, _state: ModelState) -> None:
        """A training ends: its mistakes are told below its card. Written before the end is, so
        that a kill between the two costs nothing. Those of a copy were told of its source.
        """
        if not model.training.copy_of:
            self.wanted.want(model.id)

    def round(self, start: Start = at_once) -> None:
        """Give everything that is wanted; what takes long does not stop the others."""
        Wishes(
            name="mistakes",
            what="showing what a model takes for what",
            records=self.wanted,
            of=lambda one: {"model": one.model_id},
            tries=self.tries,
        ).round(self._give, self._tell, start)

    def _give(self, one: Wanted, hold: LeaseGuard) -> None:
        model = self.records.get(one.model_id)
        if model is not None and model.state.state == TRAINING:
            raise NotToldYet
        if model is None or model.state.state != TRAINED or not self._may(model, one):
            self._over(one)
            return
        allowed = self.open_places.of(model.training.channel)
        storage = self.storage.limited_to(allowed).attended(hold.keep)
        found = self._found(model, storage)
        hold.confirm()
        said = cards.words(model.training.called, found.tally)
        if one.user_id:
            note = self._drawn(one, model, found, storage, said)
            self._over(one, model, None if note is None else cards.mistakes_message(said, note))
            return
        root = self.outbox.root_ts(subject(model), model.training.channel)
        if root is None:
            raise NotToldYet
        if self.shown_in(model.training.channel):
            note = self._drawn(one, model, found, storage, said, root)
            self._over(one, model, None if note is None else cards.mistakes_message(said, note))
            return
        there = bool(found.tally.wrong) and not self._why_not_drawn()
        called = model.training.called
        self._over(one, model, cards.in_thread(said, called, model.id, pictures=there))

    def _may(self, model: Model, one: Wanted) -> bool:
        """Whether the person may see the model still."""
        if not one.user_id:
            return True
        home = model.training
        try:
            who = self.access.at_home(home.team_id, one.user_id, home.channel, "")
        except NotHere:
            return False
        return self.access.may(SEE, who)

    def _found(self, model: Model, storage: Storage) -> _Found:
        """What AWS's files of the test say.

        Raises:
            NotKnown: why they say nothing.

        """
        seen = self.models.version(model.project_arn, model.training.version_name)
        if seen is None or not seen.tested:
            raise NotKnown
        labels = frozenset(each.label for each in model.state.labels)
        files = partial(_files, storage, seen.tested)
        try:
            return _Found(mistakes.tally(files(), labels), files, labels)
        except MissingObject as error:
            raise NotKnown(
                "The file with the results of its test is not there any more."
            ) from error
        except NotAllowedPlace as error:
            raise NotKnown(
                "The file with the results of its test lies in a place that is not open to this "
                "channel."
            ) from error
        except AwsRefused as error:
            raise NotKnown(
                f"The bot may not read the file with the results of its test: {error.words}"
            ) from error

    def _drawn(  # noqa: PLR0913, PLR0917 - a sheet, what it shows, and for whom
        self,
        one: Wanted,
        model: Model,
        found: _Found,
        storage: Storage,
        said: str,
        root: str = "",
    ) -> str | None:
        """Give the sheet with the words; None where that was done, else why there is none ("" where
        there is nothing to draw).
        """
        chosen = found.tally.worth_a_look(TILES)
        if not chosen:
            return ""
        if why_not := self._why_not_drawn():
            return why_not
        judged = mistakes.pictures(found.files(), chosen, found.labels)
        shown = [(judged[number], pair) for number, pair in chosen.items() if number in judged]
        captions = [cards.caption(*each) for each in shown]
        lines = [cards.drawing(*each) for each in shown]
        names = cards.colour_names(chosen.values())
        body, undrawn = captioned(lines, captions, names, storage)
        called = model.training.called
        alt = cards.alt_words(called, captions, undrawn)
        file = File("mistakes.jpg", body, f"{called}: mistakes"[:100], alt)
        try:
            if root:
                self.uploads.post(model.training.channel, root, file, said)
            else:
                self.uploads.give(one.user_id, [file], said)
        except NotUploaded as error:
            return error.words
        return None

    def _why_not_drawn(self) -> str:
        if not can_draw():
            return NO_PILLOW
        if not self.uploads.may:
            return (
                f"Slack takes no files from Labeljob. An administrator can add {Uploads.scope} to "
                "its scopes."
            )
        return ""

    def _tell(self, one: Wanted, why: str) -> None:
        """It is not known: whoever waits is told why."""
        model = self.records.get(one.model_id)
        if model is None:
            self._over(one)
            return
        self._over(one, model, cards.not_known(model.training.called, why))

    def _over(
        self, one: Wanted, model: Model | None = None, message: Message | None = None
    ) -> None:
        """It is done; the last words about it, if any, in the same commit."""
        with self.db.write() as session:
            self.wanted.over(session, one)
            if model is not None and message is not None:
                self.outbox.say(
                    session,
                    subject(model),
                    one.user_id or model.training.channel,
                    message,
                    key=f"mistakes:{one.id}:{one.asked_at}",
                    in_thread=not one.user_id,
                    priority=1 if one.user_id else 3,
                )


def _files(storage: Storage, uris: tuple[S3Uri, ...]) -> Iterator[Iterator[bytes]]:
    """The pieces of each file."""
    for uri in uris:
        yield storage.chunks(uri)
