"""The people of one's own labeling teams: who is in which, and how a manager changes that.

The engine is asked while the manager waits; each change may be asked for again. Whoever joins or
leaves is told by direct message, where it is known who they are in Slack.
"""

from collections.abc import Callable, Sequence

from bot.base.blocks import section, typed
from bot.base.clock import NewId
from bot.base.db import Database
from bot.base.errors import Refusal, Transient
from bot.delivery.message import Message
from bot.delivery.outbox import Outbox, Subject
from bot.engines.protocol import Engine
from bot.engines.workforce import (
    BadMember,
    NotManaged,
    Roster,
    Workforce,
    check_email,
    check_team_name,
)
from bot.jobs.cards import member_words
from bot.jobs.queue import Queue
from bot.jobs.records import Records
from bot.people.teams import Teams
from bot.people.work_team import WorkTeam
from bot.people.workers import Workers

AT_ONCE = 10  # people of one command: more would not be done within Slack's three seconds


class TeamBusy(Refusal):
    """This labeling team has running jobs. Stop them, or wait until they have ended."""


class Members:
    """Changes teams, for managers."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        db: Database,
        records: Records,
        outbox: Outbox,
        teams: Teams,
        queue: Queue,
        workers: Workers,
        engine: Engine,
        new_id: NewId,
    ) -> None:
        self._db = db
        self._records = records
        self._outbox = outbox
        self._teams = teams
        self._queue = queue
        self._workers = workers
        self._engine = engine
        self._new_id = new_id

    def roster(self, team_id: str, name: str) -> Message:
        """Who is in the team.

        Raises:
            NoSuchTeam, NotManaged: with words.

        """
        team = self.managed(team_id, name)
        found = self._workforce().roster(team.name)
        people = [self._workers.person(team_id, member.email) for member in found.people]
        return member_words.roster_message(team, found, people)

    def create(self, team_id: str, name: str, who: Sequence[str], by: str) -> str:
        """Make a team and take people into it, or make it of groups; what came of it, in words.

        Raises:
            BadTeamName, BadMember, TeamTaken, NoWorkforce, NotManaged: nobody was taken in.

        """
        check_team_name(name)
        workforce = self._workforce()
        groups = workforce.by_groups()
        if who and not groups:
            self._check(who)
        made = workforce.create(name, tuple(who) if groups else ())
        self._teams.remember(team_id, [made], set())
        words = f"{typed(name)} is a labeling team now."
        if groups or not who:
            return f"{words} {self.roster(team_id, name).text}"
        return f"{words}\n{self.invite(team_id, name, who, by)}"

    def invite(self, team_id: str, name: str, who: Sequence[str], by: str) -> str:
        """Take people into the workforce and the team, by e-mail; what came of each, in words."""
        team, workforce = self.managed(team_id, name), self._workforce()
        self._check(who)

        def invited(email: str) -> str:
            new = workforce.invite(team.name, email)
            told = self._tell(team_id, email, member_words.joined_words(team, by))
            told = told or self._ask_around(team_id, team, email)
            if new:
                place = self._engine.names.place
                return f"{place} sends an invitation by e-mail, with a first password{told}"
            return f"was in the workforce already, and is in the team now{told}"

        return _each(who, invited)

    def add(self, team_id: str, name: str, who: Sequence[str], by: str) -> str:
        """Take people of the workforce, or groups, into the team; what came of each, in words."""
        team, workforce = self.managed(team_id, name), self._workforce()
        self._check_either(who)

        def added(each: str) -> str:
            workforce.add(team.name, each)
            told = self._tell(team_id, each, member_words.joined_words(team, by))
            told = told or self._ask_around(team_id, team, each)
            return f"is in the team now{told}"

        return _each(who, added)

    def check_removable(self, team_id: str, name: str, who: Sequence[str]) -> WorkTeam:
        """The team, if these may be taken out of it.

        Raises:
            BadMember, NoSuchTeam, NotManaged: with words.

        """
        self._check_either(who)
        return self.managed(team_id, name)

    def remove(self, team_id: str, name: str, who: Sequence[str], by: str) -> str:
        """Take people, or groups, out of the team; what came of each, in words."""
        team, workforce = self.managed(team_id, name), self._workforce()

        def removed(each: str) -> str:
            workforce.remove(team.name, each)
            told = self._tell(team_id, each, member_words.left_words(team, by))
            return f"is not in the team any more{told}"

        return _each(who, removed)

    def check_deletable(self, team_id: str, name: str) -> WorkTeam:
        """The team, if it may be deleted.

        Raises:
            TeamBusy: jobs of ours run.
            NoSuchTeam, NotManaged: with words.

        """
        team = self.managed(team_id, name)
        running = [job.name for job in self._records.of_team(team_id, team.arn)]
        if running:
            raise TeamBusy(
                f"{team.name} labels {', '.join(running[:5])}. Stop that first, or wait until it "
                "has ended."
            )
        return team

    def delete(self, team_id: str, name: str, by: str) -> str:
        """The team is no more, and its people are told; what came of it, in words."""
        team, workforce = self.check_deletable(team_id, name), self._workforce()
        roster = self._roster_if_known(team)
        workforce.delete(team.name)
        if team.channel:
            self._queue.leave(team_id, team.name, team.channel)
        self._teams.remember(team_id, [], {team.arn})
        words = member_words.gone_words(team, by)
        told = [self._tell(team_id, member.email, words) for member in roster.people]
        said = f", and {sum(map(bool, told)):,} of its people were told" if any(told) else ""
        return f"{typed(team.name)} is deleted{said}."

    def addresses(self, team_id: str, user_id: str) -> tuple[str, ...]:
        """The addresses by which somebody is known as a labeler."""
        return self._workers.addresses(team_id, user_id)

    def claim(self, team_id: str, email: str, user_id: str) -> None:
        """The address is this person's from now on.

        Raises:
            BadMember: it is none.
            OthersAddress: it is somebody else's.

        """
        check_email(email)
        self._workers.claim(team_id, email, user_id)

    def unclaim(self, team_id: str, email: str, user_id: str) -> bool:
        """The person does not say any more that the address is theirs; whether they had."""
        return self._workers.unclaim(team_id, email, user_id)

    def managed(self, team_id: str, name: str) -> WorkTeam:
        """The team of that name, whose people are ours to change.

        Raises:
            NoSuchTeam, NotManaged: it is none.

        """
        team = self._teams.named(team_id, name)
        if team.seller:
            raise NotManaged(f"{team.name} is a vendor's: {team.seller} says who labels for it.")
        return team

    def _workforce(self) -> Workforce:
        """The engine's own people.

        Raises:
            NotManaged: it has none.

        """
        if self._engine.workforce is None:
            raise NotManaged
        return self._engine.workforce

    def _roster_if_known(self, team: WorkTeam) -> Roster:
        """Whom to tell; nobody, where that is not known."""
        try:
            return self._workforce().roster(team.name)
        except (Refusal, Transient):
            return Roster()

    def _check(self, who: Sequence[str]) -> None:
        _check_number(who)
        for each in who:
            check_email(each)

    def _check_either(self, who: Sequence[str]) -> None:
        """Addresses, or the groups of a provider."""
        _check_number(who)
        if any("@" in each for each in who) or not self._workforce().by_groups():
            self._check(who)

    def _tell(self, team_id: str, who: str, words: str) -> str:
        """Say it to them alone, where they are known in Slack; the words for that."""
        person = self._workers.person(team_id, who) if "@" in who else ""
        if not person:
            return ""
        with self._db.write() as session:
            self._outbox.say(
                session,
                Subject(team_id, "person", person),
                person,
                Message(words, [section(words)]),
                key=f"member:{self._new_id()}",
                in_thread=False,
                priority=1,
            )
        return f" (<@{person}> is told)"

    def _ask_around(self, team_id: str, team: WorkTeam, who: str) -> str:
        """Ask in the team's channel who it is; the words for that. Once for a team and an
        address, however often they are taken in.
        """
        if "@" not in who or not team.channel:
            return ""
        with self._db.write() as session:
            self._outbox.say(
                session,
                Subject(team_id, "person", who),
                team.channel,
                member_words.unknown_message(team, who),
                key=f"unknown:{team.arn}:{who}",
                in_thread=False,
                priority=1,
            )
        return f" (Slack knows nobody of that address; <#{team.channel}> is asked)"


def _check_number(who: Sequence[str]) -> None:
    if not who:
        raise BadMember("Name somebody behind the team: an e-mail address, or several.")
    if len(who) > AT_ONCE:
        raise BadMember(f"{AT_ONCE} at once at most; type the others after that.")


def _each(who: Sequence[str], act: Callable[[str], str]) -> str:
    """A line for each; after a silence the rest is not begun, and named."""
    lines: list[str] = []
    for number, each in enumerate(who):
        try:
            lines.append(f"{typed(each, 130)}: {act(each)}.")
        except Refusal as refusal:
            lines.append(f"{typed(each, 130)}: {typed(refusal.words)}")
        except Transient as silence:
            rest = ", ".join(typed(one, 130) for one in who[number:])
            lines.append(f"Not done: {rest}. {typed(silence.words)}")
            break
    return "\n".join(lines)
