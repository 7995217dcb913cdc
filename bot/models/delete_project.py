"""Delete a project: with its models and datasets, a minute after somebody has said so, unless it is
undone.

Every look does what is next and can be repeated: models, then datasets, then the project itself. A
model that runs or is trained keeps all of it, also when it was started within the minute. What is
gone says so on its card, in whichever channel that stands, and each of these channels hears once
who did it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

import msgspec
from sqlmodel import Session

from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.base.log import about, redact
from bot.delivery.dead_letters import Asked
from bot.delivery.outbox import Outbox, Subject
from bot.models import going as rules
from bot.models.actions import DELETE_PROJECT
from bot.models.custom_labels import NoProject
from bot.models.delete import UNDO_SECONDS, TooLate
from bot.models.going import DELETED, DELETING, KEPT, WAITING, Going
from bot.models.going_records import Deletion, GoingRecords
from bot.models.projects import Contents, Projects
from bot.people.access import Access, Who
from bot.work.leases import LeaseGuard
from bot.work.tries import Tries

_LOOK_AGAIN = 5.0  # seconds: AWS deletes in the background


class StillBusy(Refusal):
    """A model of this project runs or is being trained."""


class OtherProject(Refusal):
    """This is not the project's name. Type it letter by letter."""

    field = rules.NAME_FIELD


class NoSuchDeletion(Refusal):
    """This deletion is not known any more."""


class PartsGone(Protocol):
    """Hears which models, or datasets, went with their project: their cards say so."""

    def __call__(  # noqa: PLR0913 - what is gone, and who did it
        self,
        team_id: str,
        project: str,
        project_arn: str,
        left: Collection[str],
        *,
        by: str,
        tell: Callable[[Subject, str], Callable[[Session], None]],
    ) -> None:
        """Of the project (`project_arn` tells it from a later one; "" is not known) all but those
        whose ARNs are `left` are gone, deleted by somebody of that name. What `tell` gives says so
        below a card of a channel, in the commit of the card; once to each channel. Can be repeated.

        Raises:
            Stale: one was changed meanwhile; those before it are told.

        """


class DeleteProject:
    """Deletes projects, for managers."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: GoingRecords,
        projects: Projects,
        gone: Sequence[PartsGone],
        outbox: Outbox,
        access: Access,
        tries: Tries,
    ) -> None:
        self._db = db
        self._records = records
        self._projects = projects
        self._parts_gone = gone
        self._outbox = outbox
        self._access = access
        self._tries = tries

    def deletable(self, project: str, who: Who) -> Contents:
        """What goes with the project, if this person may delete it now. Runs while they wait.

        Raises: NoProject, StillBusy, NotAllowed: with words.

        """
        self._access.require(DELETE_PROJECT, who)
        contents = self._projects.contents(project, hurried=True)
        _check(contents)
        return contents

    def delete(self, project: str, who: Who, channel: str, typed: str, request_key: str) -> None:
        """Write down that it is to be deleted in a minute; once per request.

        Raises: OtherProject, and as `deletable`.

        """
        self._access.require(DELETE_PROJECT, who)
        if typed.strip() != project:
            raise OtherProject
        contents = self.deletable(project, who)
        going = Going(
            project=project,
            channel=channel,
            by=who.user_id,
            by_name=who.name,
            models=len(contents.versions),
            sets=len(contents.sets),
            arn=contents.arn,
        )
        due = self._tries.due_in(UNDO_SECONDS)
        team_id = self._access.team_id
        deletion = Deletion(id=request_key, team_id=team_id, going=going, next_try_at=due)
        with self._db.write() as session:
            if self._records.add(session, deletion):
                card = rules.live_card(going, deletion.id)
                self._outbox.show(session, _subject(deletion), channel, card)

    def undo(self, deletion_id: str, who: Who) -> None:
        """It stays.

        Raises: NoSuchDeletion, TooLate, NotAllowed: with words.

        """
        deletion = self._records.get(deletion_id)
        if deletion is None:
            raise NoSuchDeletion
        self._access.require(DELETE_PROJECT, who)
        if deletion.going.state != WAITING:
            raise TooLate
        self._kept(deletion, f"{who.name} undid it; nothing was deleted.")

    def of(self, deletion_id: str) -> Going:
        """The deletion of that id.

        Raises: NoSuchDeletion: there is none.

        """
        deletion = self._records.get(deletion_id)
        if deletion is None:
            raise NoSuchDeletion
        return deletion.going

    def asker(self, deletion_id: str) -> Asked | None:
        """Who is to hear of a deletion whose channel cannot be reached."""
        deletion = self._records.get(deletion_id)
        if deletion is None:
            return None
        going = deletion.going
        stage = going.state if going.ended else ""
        stands = rules.live_card(going, deletion_id).text
        return Asked(going.by, "project", going.project, "deletion", stage, stands)

    def round(self) -> None:
        """Take every deletion whose time has come one look further."""
        for deletion in self._records.due():
            with about():
                self._tries.take_up(
                    f"delete project:{deletion.id}",
                    deletion,
                    self._records.get,
                    self._go_on,
                    what=f"deleting project {deletion.going.project}",
                    refused=self._refused,
                    failed=self._again,
                )

    def _go_on(self, deletion: Deletion, hold: LeaseGuard) -> None:
        """What is next; the end where the project is gone."""
        try:
            contents = self._projects.contents(deletion.going.project)
        except NoProject:
            self._gone(deletion)
            return
        if deletion.going.arn and contents.arn != deletion.going.arn:  # made since, of this name
            self._gone(deletion)
            return
        if deletion.going.state == DELETING:
            self._tell_gone(deletion, contents.arns | {""})  # "": what AWS has no ARN of yet
        _check(contents)
        hold.confirm()
        if deletion.going.state == WAITING:  # from here on nothing can be undone
            deletion = self._change(deletion, state=DELETING)
        self._delete(contents)
        due = self._tries.due_in(_LOOK_AGAIN)
        self._change(replace(deletion, fails=0, next_try_at=due), state=DELETING)

    def _delete(self, contents: Contents) -> None:
        """What can be deleted now: models, then datasets, then the project."""
        for version in contents.versions:
            if not version.is_going:
                self._projects.delete_version(version.arn)
        if not contents.versions:
            for arn, changing in contents.sets:
                if not changing:
                    self._projects.delete_set(arn)
        if not contents.versions and not contents.sets:
            self._projects.delete_project(contents.arn)

    def _gone(self, deletion: Deletion) -> None:
        """It is deleted, with all that was in it."""
        self._tell_gone(deletion, frozenset())
        self._change(replace(deletion, fails=0), state=DELETED)

    def _tell_gone(self, deletion: Deletion, left: frozenset[str]) -> None:
        """The cards of its models and datasets say that they are gone, but for those whose ARNs are
        `left`.
        """
        going = deletion.going

        def tell(about: Subject, channel: str) -> Callable[[Session], None]:
            """In the thread of the first card of a channel."""
            line, key = rules.gone_line(going), f"project:{deletion.id}:{channel}"
            return lambda session: self._outbox.say(
                session, about, channel, line, key=key, priority=3
            )

        project = (deletion.team_id, going.project, going.arn)
        for parts_gone in self._parts_gone:
            parts_gone(*project, left, by=going.by_name, tell=tell)

    def _refused(self, deletion: Deletion, refusal: Refusal) -> None:
        """AWS will not, or a model runs: what is still there stays."""
        current = self._records.get(deletion.id) or deletion
        begun = ""
        if current.going.state == DELETING:
            begun = " Some of what was in it is deleted already."
        self._kept(current, f"{redact(refusal.words)}{begun}")

    def _again(self, deletion: Deletion, pause: Transient) -> None:
        """Another try later; after too many it stays, and that is said."""
        current = self._records.get(deletion.id) or deletion
        after = self._tries.paused(current, pause.words)
        if after.set_aside is not None:
            why = f"{pause.words.partition('. ')[0].rstrip('.')}."  # the rest promises another try
            self._refused(replace(after, set_aside=None), Refusal(why))
            return
        self._change(after, state=after.going.state)

    def _kept(self, deletion: Deletion, cause: str) -> None:
        self._change(deletion, state=KEPT, cause=cause)

    def _change(self, deletion: Deletion, *, state: str, cause: str = "") -> Deletion:
        """The row and its card, in one commit; the row as it is then.

        Raises:
            Stale: it was changed meanwhile, by an undo for example.

        """
        going = msgspec.structs.replace(deletion.going, state=state, cause=cause)
        after = replace(deletion, going=going, seq=deletion.seq + 1)
        with self._db.write() as session:
            saved = self._records.save(session, after)
            card = rules.live_card(going, after.id)
            self._outbox.show(session, _subject(after), going.channel, card)
        return saved


def _subject(deletion: Deletion) -> Subject:
    return Subject(deletion.team_id, "project", deletion.id)


def _check(contents: Contents) -> None:
    """Refuse while something in it runs or is trained."""
    busy = next((each for each in contents.versions if each.is_busy), None)
    if busy is not None:
        raise StillBusy(
            f"Version {busy.name} of this project is {busy.status.lower().replace('_', ' ')}. "
            "A project is deleted when none of its models runs, is trained or is copied."
        )
