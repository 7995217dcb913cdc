"""What a channel keeps for its next forms: the defaults that a manager set, and presets by name.

Promises to whoever begins a form: a preset is a whole draft as it was filled once, and two presets
of a channel never bear one name; defaults fill what nobody said.
"""

import msgspec
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, select

from bot.base.clock import Clock, NewId
from bot.base.db import Database
from bot.base.errors import Refusal
from bot.jobs.draft import Draft
from bot.jobs.preset import ChannelDefaults, Preset

PRESETS_MAX = 50  # ours, of a channel: a menu of more is read by nobody


class NoSuchPreset(Refusal):
    """This preset is not there any more. /labeljob presets shows those there are."""


class TooManyPresets(Refusal):
    """This channel has 50 presets already. Delete one first: /labeljob presets."""


# Made while modules are read, by one thread: msgspec 0.22 crashes when two threads decode a type
# for the first time.
_DRAFT = msgspec.json.Decoder(Draft)
_DEFAULTS = msgspec.json.Decoder(ChannelDefaults)


class DefaultsRow(SQLModel, table=True):
    """The defaults of a channel; `content` is a `ChannelDefaults` as JSON."""

    __tablename__ = "channel_defaults"

    team_id: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    content: str
    changed_by: str
    changed: float


class PresetRow(SQLModel, table=True):
    """A preset of a channel; `content` is a `Draft` as JSON, `name_key` the name in small
    letters.
    """

    __tablename__ = "preset"
    __table_args__ = (UniqueConstraint("team_id", "channel", "name_key"),)

    id: str = Field(primary_key=True)
    team_id: str
    channel: str
    name: str
    name_key: str
    content: str
    made_by: str
    made: float


class Presets:
    """Presets and defaults in the database."""

    def __init__(self, db: Database, clock: Clock, new_id: NewId) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id

    def defaults(self, team_id: str, channel: str) -> ChannelDefaults:
        """What forms of the channel begin with; nothing where nobody has set it."""
        with self._db.read() as session:
            row = session.get(DefaultsRow, (team_id, channel))
            return _DEFAULTS.decode(row.content) if row else ChannelDefaults()

    def set_defaults(
        self, team_id: str, channel: str, defaults: ChannelDefaults, user_id: str
    ) -> None:
        """Forms of the channel begin with this from now on."""
        row = DefaultsRow(
            team_id=team_id,
            channel=channel,
            content=msgspec.json.encode(defaults).decode(),
            changed_by=user_id,
            changed=self._clock().timestamp(),
        )
        with self._db.write() as session:
            session.merge(row)

    def of_channel(self, team_id: str, channel: str) -> list[Preset]:
        """The presets of a channel, by name."""
        with self._db.read() as session:
            rows = session.exec(
                select(PresetRow)
                .where(PresetRow.team_id == team_id, PresetRow.channel == channel)
                .order_by(col(PresetRow.name_key))
            ).all()
            return [_preset(row) for row in rows]

    def get(self, preset_id: str) -> Preset:
        """The preset of that id.

        Raises:
            NoSuchPreset: there is none.

        """
        with self._db.read() as session:
            row = session.get(PresetRow, preset_id)
            if row is None:
                raise NoSuchPreset
            return _preset(row)

    def save(self, name: str, draft: Draft, user_id: str) -> None:
        """Keep a draft as a preset of its channel, in place of one of the same name.

        Raises:
            TooManyPresets: the channel has 50 others.

        """
        key = name.casefold()
        with self._db.write() as session:
            known = session.exec(
                select(PresetRow).where(
                    PresetRow.team_id == draft.team_id, PresetRow.channel == draft.channel
                )
            ).all()
            same = next((row for row in known if row.name_key == key), None)
            if same is None and len(known) >= PRESETS_MAX:
                raise TooManyPresets
            row = same or PresetRow(
                id=self._new_id(),
                team_id=draft.team_id,
                channel=draft.channel,
                name=name,
                name_key=key,
                content="",
                made_by=user_id,
                made=0,
            )
            row.name, row.made_by, row.made = name, user_id, self._clock().timestamp()
            row.content = msgspec.json.encode(draft).decode()
            session.add(row)

    def drop(self, preset_id: str) -> None:
        """Forget a preset; the jobs that began with it stay as they are."""
        with self._db.write() as session:
            session.connection().execute(delete(PresetRow).where(col(PresetRow.id) == preset_id))


def _preset(row: PresetRow) -> Preset:
    draft = _DRAFT.decode(row.content)
    return Preset(row.id, row.team_id, row.channel, row.name, draft, row.made_by)
