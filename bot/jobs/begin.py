"""Begin: what a form of a new labeling job stands on as it opens."""

import msgspec

from bot.brought.brought import Brought
from bot.jobs.draft import DATA_FROM, MADE_UP, Draft, begun_with, says_more
from bot.jobs.form.data_fields import FILES, placed
from bot.jobs.form.pages import Left, for_other_data
from bot.jobs.form.rules import free_name
from bot.jobs.held import HeldByUs
from bot.jobs.lifecycle import REFUSED
from bot.jobs.preset import LAST, NOTHING, PRESET, with_defaults
from bot.jobs.presets import NoSuchPreset
from bot.jobs.records import Job, Records


class Begin:
    """Begins forms, and keeps a draft for each."""

    def __init__(self, *, records: Records, held: HeldByUs) -> None:
        self._records = records
        self._held = held
        self.presets = records.presets

    def form(
        self, team_id: str, channel: str, user_id: str, brought: tuple[Brought, ...] = ()
    ) -> tuple[str, Draft]:
        """A new draft with what this person's last job of the channel was asked with; its id and
        content. `brought` are the files that it is about.

        It gets a new name (its own, to be mended, when it was refused). Who asked for none gets the
        results' place and the task type of the last that anybody asked for here.
        """
        draft = self._fresh(team_id, channel, user_id)
        if brought:
            more = {**draft.more, DATA_FROM: FILES}
            draft = placed(msgspec.structs.replace(draft, brought=brought, more=more))
        return self._records.start_draft(draft), draft

    def again(self, job: Job, user_id: str, *, mended: bool = False) -> tuple[str, Draft]:
        """A new draft of this person's with all that a job was asked with; its id and content.

        It gets a free name, its own where that is free. `mended`: the job was refused, and this is
        the same form once more.
        """
        near = {*self._held.near(job.name)} if not mended else set()
        name = free_name(job.name, near)
        draft = msgspec.structs.replace(
            begun_with(job.draft, name, user_id, mended=mended),
            team_id=job.team_id,
            channel=job.channel,
        )
        return self._records.start_draft(draft), draft

    def left(self, fresh: Draft) -> Left | None:
        """The newest form that the person of a fresh draft filled in this channel and did not
        submit; None if there is none that says more.
        """
        kept = self._records.left_drafts(fresh.team_id, fresh.channel, fresh.asked_by)
        for each in kept:
            if says_more(each.draft, fresh):
                return Left(each.id, each.draft.job_name, each.changed)
        return None

    def output_place(self, team_id: str, channel: str) -> str:
        """Where the channel's results go: as a manager has set it, else as the last job; "" where
        neither says it.
        """
        last = self._records.last_asked(team_id, channel)
        usual = self._records.presets.defaults(team_id, channel).output_uri
        return usual or (last.draft.output_uri if last else "")

    def anew(self, before: Draft, start: str) -> tuple[str, Draft]:
        """A new draft in the place of one, that begins with something else (see
        `Records.starts`); the one before is kept as it was filled.

        Raises:
            NoSuchPreset: it was deleted meanwhile.

        """
        where = (before.team_id, before.channel, before.asked_by)
        kind, _, preset_id = start.partition(":")
        if kind == PRESET:
            draft = self._of_preset(preset_id, before)
        elif kind == LAST:
            draft = self._fresh(*where)
        else:
            draft = self._usual(self._of_nothing(*where))
        draft = msgspec.structs.replace(draft, start=start, begun=before.begun + 1)
        return self._records.start_draft(draft), draft

    def _of_preset(self, preset_id: str, before: Draft) -> Draft:
        preset = self._records.presets.get(preset_id)
        if (preset.team_id, preset.channel) != (before.team_id, before.channel):
            raise NoSuchPreset
        name = preset.draft.job_name
        draft = begun_with(preset.draft, free_name(name, self._held.near(name)), before.asked_by)
        return self._usual(msgspec.structs.replace(draft, taken_from=preset.name))

    def _usual(self, draft: Draft) -> Draft:
        """The draft with what its channel begins with."""
        return with_defaults(draft, self._records.presets.defaults(draft.team_id, draft.channel))

    def _fresh(self, team_id: str, channel: str, user_id: str) -> Draft:
        """What a form of this person's begins with."""
        last = self._records.last_asked(team_id, channel, user_id)
        if last is not None:
            mended = last.state.state == REFUSED
            draft = begun_with(last.draft, self._free_name(last), user_id, mended=mended)
            if not mended:
                draft = for_other_data(draft)
            return self._usual(msgspec.structs.replace(draft, start=LAST))
        return self._usual(self._of_nothing(team_id, channel, user_id))

    def _of_nothing(self, team_id: str, channel: str, user_id: str) -> Draft:
        """The draft of somebody who says everything anew."""
        draft = Draft(
            team_id=team_id,
            channel=channel,
            asked_by=user_id,
            made_up=MADE_UP,
            start=NOTHING,
            asks_output=True,
            workers_per_object=self._records.presets.defaults(team_id, channel).workers_per_object,
        )
        others = self._records.last_asked(team_id, channel)
        if others is None:
            return draft
        return msgspec.structs.replace(
            draft,
            output_uri=self.output_place(team_id, channel),
            category=others.draft.category,
            task_type=others.draft.task_type,
            asks_output=False,
        )

    def _free_name(self, job: Job) -> str:
        """A name like the job's that no job of its channel holds; its own when it gave it back."""
        jobs = self._records.in_channel(job.team_id, job.channel)
        return free_name(job.name, [each.name for each in jobs if each.state.state != REFUSED])
