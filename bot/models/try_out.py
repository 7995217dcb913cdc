"""Try it: a running model looks at a picture, and what it finds is posted below its card.

Promises: what was asked is written down and done, also after a kill (then a picture may come
twice); a picture comes from a file that somebody shared or from a place that is open to the
channel; without Pillow the words come alone. Where another company is in the channel, the result
goes to whoever asked, alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from bot.base.db import Database
from bot.base.errors import Refusal, Refused, Transient
from bot.base.open_places import OpenPlaces
from bot.base.pool import Start, at_once
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.delivery.slack_files import SlackFiles
from bot.delivery.uploads import File, NotUploaded, Uploads
from bot.models import trial_cards, trial_form
from bot.models.actions import TRY
from bot.models.detections import Detection, found_words
from bot.models.detector import BYTES_MOST, OBJECT_MOST, Detector, LargePicture, NotRunning
from bot.models.drawn import drawn, made_sendable
from bot.models.run_records import Run, RunRecords
from bot.models.run_state import RUNNING
from bot.models.run_store import subject
from bot.models.trial import FILE_BYTES_MOST, FILES_MOST, Picture, Trial, is_picture
from bot.models.trial_records import TrialRecords, Wanted
from bot.people.access import Access, Who
from bot.pictures.limits import NO_PILLOW, can_draw
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries
from bot.work.wishes import Wishes


class NothingRuns(Refusal):
    """No model runs in this channel. /dataset run starts one that was trained."""


class NoPictures(Refusal):
    """This message has no picture that a model could look at. JPEG and PNG files can be tried."""


class NotPostedYet(Transient):
    """The card of the model is not posted yet."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Takes pictures in, has them looked at, tells."""

    records: TrialRecords
    runs: RunRecords
    detector: Detector
    storage: Storage
    files: SlackFiles
    open_places: OpenPlaces
    uploads: Uploads
    outbox: Outbox
    access: Access
    tries: Tries
    db: Database

    def blank(self, team_id: str, channel: str, run_id: str = "", said: str = "") -> Trial:
        """What the form begins with; `said` are words of the model's name.

        Raises:
            NothingRuns: there is no model to show a picture.

        """
        there = self.there(team_id, channel)
        words = said.lower().replace("/", " ").split()
        fitting = [each.id for each in there if all(one in each.called.lower() for one in words)]
        chosen = run_id
        if not run_id and len(fitting) == 1:
            chosen = fitting[0]
        return Trial(
            run_id=chosen,
            channel=channel,
            runs=tuple((each.id, each.called) for each in there),
            may_read=self.files.may_read,
        )

    def there(self, team_id: str, channel: str) -> list[Run]:
        """The models that run in the channel now.

        Raises:
            NothingRuns: there is none.

        """
        found = [
            each
            for each in self.runs.in_channel(team_id, channel)
            if each.state.state == RUNNING and not each.stop_wanted
        ]
        if not found:
            raise NothingRuns
        return found

    def with_files(self, trial: Trial, files: Iterable[Picture]) -> Trial:
        """The trial with the pictures of a message to choose from.

        Raises:
            NoPictures: there are none.

        """
        found = tuple(each for each in files if is_picture(each.name))[:FILES_MOST]
        if not found:
            raise NoPictures
        return msgspec.structs.replace(trial, files=found)

    def accept(self, trial: Trial, who: Who, request_key: str) -> bool:
        """Take a picture in, once per request; whether it was taken in now.

        Raises:
            Refused: what was asked has faults; each with its field.

        """
        found = trial_form.faults(trial, self.open_places.of(trial.channel))
        if found:
            raise Refused(found)
        return self.records.want(request_key, who.user_id, trial)

    def called(self, trial: Trial) -> str:
        """What people call the model that is tried."""
        run = self.runs.get(trial.run_id)
        return run.called if run else ""

    def round(self, start: Start = at_once) -> None:
        """Look at everything that is wanted; what takes long does not stop the others."""
        Wishes(
            name="try",
            what="trying a model",
            records=self.records,
            of=lambda one: {"run": one.trial.run_id},
            tries=self.tries,
        ).round(self._look, self._tell, start)

    def _look(self, one: Wanted, hold: LeaseGuard) -> None:
        trial, run = one.trial, self.runs.get(one.trial.run_id)
        if run is None or run.state.state != RUNNING:
            raise NotRunning
        who = self.access.who(run.team_id, one.user_id, run.channel)
        self.access.require(TRY.right, who)
        alone = not self.access.is_ours_alone(run.channel)
        root = self.outbox.root_ts(subject(run), run.channel)
        if root is None:
            raise NotPostedYet
        allowed = self.open_places.of(run.channel)
        storage = self.storage.limited_to(allowed).attended(hold.keep)
        body, picture = self._picture(trial, storage)
        found = self.detector.found(run.arn, picture, trial.least)
        hold.confirm()
        words = trial_cards.result_words(run.called, trial, found, one.user_id)
        why_not = self._posted(one, run, body, found, words, "" if alone else root)
        if not why_not:
            self._over(one)
            return
        message = trial_cards.result_message(words, why_not)
        self._over(one, message, one.user_id if alone else run.channel)

    def _picture(self, trial: Trial, storage: Storage) -> tuple[bytes, bytes | S3Uri]:
        """The bytes to draw on, and what the model is shown.

        Raises:
            LargePicture, and what reading a file or an object raises.

        """
        if trial.file is None:
            uri = S3Uri.parse(trial.address)
            if storage.head(uri).size > OBJECT_MOST:
                raise LargePicture
            return storage.part(uri, 0, OBJECT_MOST) if can_draw() else b"", uri
        body = bytearray()
        for piece in self.files.pieces(trial.file.id, trial.file.name):
            body += piece
            if len(body) > FILE_BYTES_MOST:
                raise LargePicture
        sent = bytes(body)
        if can_draw():
            sent = made_sendable(sent, BYTES_MOST)
        if len(sent) > BYTES_MOST:
            raise LargePicture
        return sent, sent

    def _posted(  # noqa: PLR0913, PLR0917 - a picture, what it shows, and for whom
        self,
        one: Wanted,
        run: Run,
        body: bytes,
        found: tuple[Detection, ...],
        words: str,
        root: str,
    ) -> str:
        """Post the picture with what was found; "" or why there is none. Without `root` it goes to
        whoever asked, alone.
        """
        if not can_draw():
            return NO_PILLOW
        if not self.uploads.may:
            return (
                f"Slack takes no files from Labeljob. An administrator can add {Uploads.scope} to "
                "its scopes."
            )
        trial = one.trial
        try:
            picture = drawn(body, trial.called, found, found_words(found, trial.least))
        except Refusal as undrawable:
            return f"The picture was not drawn: {undrawable.words}."
        title = f"{trial.called} as {run.called} sees it"[:100]
        file = File(
            f"{_stem(trial.called)}.jpg", picture, title, trial_cards.alt_words(trial, found)
        )
        try:
            if root:
                self.uploads.post(run.channel, root, file, words)
            else:
                self.uploads.give(one.user_id, [file], words)
        except NotUploaded as error:
            return error.words
        return ""

    def _tell(self, one: Wanted, why: str) -> None:
        """It cannot be looked at: whoever asked is told why."""
        message = trial_cards.not_tried(self.called(one.trial), one.trial, why)
        self._over(one, message, one.user_id)

    def _over(self, one: Wanted, message: Message | None = None, where: str = "") -> None:
        """It is done; the last words about it, if any, in the same commit."""
        with self.db.write() as session:
            self.records.over(session, one)
            if message is not None:
                self.outbox.say(
                    session,
                    Subject(self.access.team_id, "run", one.trial.run_id),
                    where,
                    message,
                    key=f"try:{one.id}",
                    in_thread=where == one.trial.channel,
                    priority=1,
                )


def _stem(name: str) -> str:
    """A file's name without its ending."""
    return name.rpartition(".")[0] or name
