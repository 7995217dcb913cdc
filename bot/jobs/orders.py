"""Orders: what an engine gets of an accepted job, checked once more and with its manifest in
place.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from bot.base.errors import Refusal, Refused
from bot.base.open_places import OpenPlaces
from bot.base.s3_uri import S3Uri
from bot.base.storage import Storage
from bot.brought.brought import Stored
from bot.brought.storing import BadInput, Storing
from bot.engines.protocol import Engine, Order, TeamGone
from bot.engines.task_type import TaskType
from bot.jobs.checks.check import Look
from bot.jobs.checks.checker import Checked, Checker
from bot.jobs.data.takes import takes_of
from bot.jobs.draft import Draft, final_attribute, without_source
from bot.jobs.facts import instructions_of
from bot.jobs.inputs import Input, Inputs, in_several, too_much_at_once
from bot.jobs.records import Job
from bot.manifests.looked import Looked
from bot.people.access import Access
from bot.people.teams import Teams


class LargeZip(Refusal):
    """A zip of more than 100 MB is unpacked as the job is launched; until then there is no object
    to show.
    """


_ZIP_PREVIEWED = 100_000_000  # bytes of a zip of Slack's that is fetched for one object; ours


class NothingYet(Refusal):
    """A preview shows the first object of the data that a job begins with. This streaming job
    begins without any.
    """


class Progress(Protocol):
    """Hears how far it is."""

    def alive(self) -> None:
        """A step of something long."""

    def looked(self, looked: Looked) -> None:
        """How far the look at the objects is."""

    def stored(self, stored: Stored) -> None:
        """How far the storing of files is."""


class Orders:
    """Makes orders in the worker. `storage` has the worker's patience."""

    def __init__(  # noqa: PLR0913 - what an order is checked against
        self,
        *,
        engine: Engine,
        checker: Checker,
        storage: Storage,
        open_places: OpenPlaces,
        access: Access,
        teams: Teams,
        storing: Storing,
    ) -> None:
        self._engine = engine
        self._checker = checker
        self._storage = storage
        self._open = open_places
        self._access = access
        self._teams = teams
        self._storing = storing

    def of(self, job: Job, steps: Progress) -> tuple[Draft, Order]:
        """The draft with what was read of its data, and the order; `steps` hears how far the look
        at the objects is, which goes on from where the job's state says, and the storing of files.

        Raises:
            Refused: something blocks; each with its field.
            NotAllowed: whoever asked may not ask any more.
            TeamGone, TeamClosed, BadInput, BadZip, FileGone, FileShut: with words.

        """
        alive = steps.alive
        look = Look(begun=job.state.looked, told=steps.looked)
        checked, draft = self._check(job, alive, look), job.draft
        folder = S3Uri.parse(draft.output_uri).join(draft.job_name, "labeljob")
        kind = self._engine.task_types[draft.task_type]
        of_files, draft = self._with_files(draft, kind, steps)
        read, manifest = self._manifest(draft, kind, folder, alive)
        of_data = [words for words in (read.notes, self._several(read, kind, draft)) if words]
        draft = msgspec.structs.replace(
            draft,
            notes=(*of_files, *of_data, *checked.notes),
            names={**draft.names, **checked.names},
        )
        return draft, self._order(draft, manifest, job.request_key, read.objects)

    def first(self, draft: Draft, alive: Callable[[], None]) -> tuple[Order, Mapping[str, Any]]:
        """The order that a draft without faults would become, and its first object; nothing is
        made, and the manifest is what the form names. Of files that are brought the first is put
        where the launch will find it.

        Raises:
            LargeZip: nobody waits until it is unpacked.
            BadInput, MissingObject, AwsRefused, AwsBusy: see `Inputs`.
            BadZip, FileGone, FileShut, FilesSilent: see `Storing`.

        """
        if draft.begins_empty:
            raise NothingYet
        kind = self._engine.task_types[draft.task_type]
        storage = self._storage.attended(alive)
        if draft.brought:
            draft = self._with_first(draft, kind, alive)
        line = Inputs(storage, self._open.of(draft.channel)).first(draft, kind)
        return self._order(draft, S3Uri.parse(draft.input_uri), "", 1), line

    def _with_first(self, draft: Draft, kind: TaskType, alive: Callable[[], None]) -> Draft:
        """The draft as if the first of its files were all."""
        if any(one.is_zip and one.id and one.size > _ZIP_PREVIEWED for one in draft.brought):
            raise LargeZip
        folder = S3Uri.parse(draft.input_uri)
        self._storing.put_first(draft.brought, folder, takes_of(kind), alive=alive)
        return msgspec.structs.replace(draft, brought=())

    def _order(self, draft: Draft, manifest: S3Uri | None, request_key: str, objects: int) -> Order:
        kind = self._engine.task_types[draft.task_type]
        output = S3Uri.parse(draft.output_uri)
        return Order(
            request_key=request_key,
            name=draft.job_name,
            label_attribute=final_attribute(draft, kind),
            task_type=kind,
            manifest=manifest,
            output=output,
            folder=output.join(draft.job_name, "labeljob"),
            workteam=draft.workteam_arn,
            instructions=instructions_of(draft),
            workers_per_object=draft.workers_per_object,
            task_time_limit_s=draft.task_time_limit_s,
            availability_s=draft.availability_s,
            allowed=self._open.of(draft.channel),
            particulars=draft.particulars,
            extras=draft.extras,
            objects=objects,
        )

    def _check(self, job: Job, alive: Callable[[], None], look: Look) -> Checked:
        """Everything that the form could check (or had no time for), checked again."""
        who = self._access.who(job.team_id, job.asked_by, job.channel)
        # what was taken in outlives the account of whoever asked: a manager is told
        if not who.gone:
            self._access.require("create", who)
        found = self._checker.before_launch(job.draft, alive, look)
        if found.faults:
            raise Refused(list(found.faults))
        if self._teams.get(job.team_id, job.draft.workteam_arn) is None:
            raise TeamGone
        self._teams.check_open(job.team_id, job.draft.workteam_arn, job.channel)
        return found

    def _with_files(
        self, draft: Draft, kind: TaskType, steps: Progress
    ) -> tuple[tuple[str, ...], Draft]:
        """The draft whose files lie where it says, and what was left out of them."""
        if not draft.brought:
            return (), draft
        left_out = self._storing.put(
            draft.brought,
            S3Uri.parse(draft.input_uri),
            takes_of(kind),
            alive=steps.alive,
            told=steps.stored,
        )
        more = without_source(draft.more)
        draft = msgspec.structs.replace(draft, brought=(), more=more)
        return (left_out,) if left_out else (), draft

    def _manifest(
        self, draft: Draft, kind: TaskType, folder: S3Uri, alive: Callable[[], None]
    ) -> tuple[Input, S3Uri | None]:
        """What was read of the data, and the manifest that lists the objects; one that is
        made has the hash of its content in its key.
        """
        if draft.begins_empty:
            return Input(0, 0, ""), None
        storage = self._storage.attended(alive)
        manifest = S3Uri.parse(draft.input_uri)
        with Inputs(storage, self._open.of(draft.channel)).made(draft, kind, folder) as made:
            if made.body is not None:
                manifest = folder.join(f"{made.body.sha256}.manifest")
                storage.put_once(manifest, made.body, "application/x-ndjson")
            return made.input, manifest

    def _several(self, read: Input, kind: TaskType, draft: Draft) -> str:
        place = self._engine.names.place
        if draft.extras.streaming:
            if words := too_much_at_once(read.objects, kind, place):
                raise BadInput(words)
            return ""
        return in_several(read.objects, kind, place)
