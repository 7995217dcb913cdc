"""Who may do what, asked at every press: the whole table, through Slack."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.workspace.person import Person
from tests.stories.test_managers import at_aws
from tests.stories.world import BOT, PROJECT, WAITING, World, an_order, encoded, words

CHANNEL = "own-rights"
MEMBERS = {"asker", "member", "manager", "leader"}
MANAGERS = {"manager", "leader"}
MAY = {
    "create": MEMBERS,
    "list": MEMBERS,
    "status": MEMBERS,
    "follow": MEMBERS,
    "create a dataset": MEMBERS,
    "read instructions": MEMBERS | {"guest"},
    "stop": MANAGERS | {"asker"},
    "try again": MANAGERS | {"asker"},
    "make a dataset of the job": MANAGERS | {"asker"},
    "tie a team": MANAGERS,
    "take over": MANAGERS,
}
TYPED = {"create", "list", "follow", "create a dataset"}
"""What is open to whoever types in the channel: an outsider never does, for Slack lets no outsider
type.
"""
KINDS = ("asker", "member", "manager", "leader", "guest", "stranger", "outsider")


class Scene:
    """A channel with a running, a finished and two followed jobs, and one person of each kind."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.channel = world.channel(CHANNEL, [*PROJECT, "U0GRETA"])
        world.ask(an_order("rights-running", team=WAITING), self.channel)
        world.ask(an_order("rights-done"), self.channel)
        world.finish("rights-done")
        for name in ("rights-theirs", "rights-theirs-manager", "rights-theirs-leader"):
            at_aws(world, name)
            world.sam.command(self.channel, "/labeljob", f"follow {name}")
        world.settle()
        self.entry = world.journal("app:/labeljob")[-1]
        self.people: dict[str, Person] = {
            "asker": world.mara,
            "member": world.ana,
            "manager": world.sam,
            "leader": world.greta,  # a manager by user group
            "guest": world.gus,
            "stranger": world.stranger,  # of another workspace, by Slack Connect
            "outsider": world.otto,  # can see the public channel, is not in it
        }

    def command(self, kind: str, command: str, text: str) -> str:
        """What is answered; "a window" when one opened."""
        person = self.people[kind]
        # Slack does not let him type there: a request as it would come all the same
        if kind == "outsider":
            return self.forged_command(person.user, command, text)
        person.close_windows()
        said = words(person.command(self.channel, command, text))
        return said or self.window(person)

    def forged_command(self, user: str, command: str, text: str) -> str:
        entry = self.entry
        fields = {
            **entry["request"],
            "command": command,
            "text": text,
            "user_id": user,
            "channel_id": self.channel,
        }
        fields["trigger_id"] = f"forged-{user}-{command}-{text}"
        _status, said = self.world.door.post(*encoded({**entry, "request": fields}))
        return str((said or {}).get("text"))

    def press(self, kind: str, job: str, action: str) -> str:
        person = self.people[kind]
        person.close_windows()
        before = self.ephemerals(person)
        person.press(self.world.card(job, self.channel), action)
        told = self.ephemerals(person)
        return str(told[-1]["text"]) if len(told) > len(before) else self.window(person)

    def ephemerals(self, person: Person) -> list[dict[str, Any]]:
        return list(person.ask_for("history", channel=self.channel)["ephemerals"])

    @staticmethod
    def window(person: Person) -> str:
        stack = person.ask_for("views")["view_stack"]
        return "a window" if stack else "nothing"


@pytest.fixture(scope="module")
def scene(one_world: World) -> Scene:
    return Scene(one_world)


ACTS: dict[str, Callable[[Scene, str], str]] = {
    "create": lambda scene, kind: scene.command(kind, "/labeljob", "create"),
    "list": lambda scene, kind: scene.command(kind, "/labeljob", "list"),
    "status": lambda scene, kind: scene.press(kind, "rights-running", "job_status"),
    "follow": lambda scene, kind: scene.command(kind, "/labeljob", "follow rights-theirs"),
    "create a dataset": lambda scene, kind: scene.command(kind, "/dataset", "create"),
    "read instructions": lambda scene, kind: scene.press(
        kind, "rights-running", "job_instructions"
    ),
    "stop": lambda scene, kind: scene.press(kind, "rights-running", "job_stop"),
    "try again": lambda scene, kind: scene.command(kind, "/labeljob", "retry rights-running"),
    "make a dataset of the job": lambda scene, kind: scene.press(
        kind, "rights-done", "job_make_dataset"
    ),
    "tie a team": lambda scene, kind: scene.command(kind, "/labelteam", f"here {WAITING}"),
    "take over": lambda scene, kind: scene.press(
        kind, f"rights-theirs-{kind}" if kind in MANAGERS else "rights-theirs", "job_take_over"
    ),
}
DONE = {
    "list": "5 jobs in this channel",
    "status": "Ripe or not (rights-running)",
    "follow": "rights-theirs has its card in this channel already.",
    "tie a team": "is linked to this channel",
    "try again": "This job is not paused after errors",
    "take over": "nothing",
}


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (action, kind)
        for action in MAY
        for kind in KINDS
        if kind != "outsider" or action not in TYPED
    ],
)
def test_each_action_is_open_to_whom_it_should_be(
    scene: Scene, world: World, action: str, kind: str
) -> None:
    """Without this, a guest could stop jobs, or a member could not ask for one."""
    said = ACTS[action](scene, kind)
    scene.people[kind].close_windows()
    if kind in MAY[action]:
        assert DONE.get(action, "a window") in said
    else:
        assert said.endswith(("can.", "Join the channel first.")), (
            "a refusal says who can, or what to do"
        )
        assert "<@" not in said, "nobody is pinged by a refusal"
    if kind == "member" and MAY[action] == MANAGERS | {"asker"}:
        assert said.endswith("Mara, Sam or Greta can."), "by name, for the button is seen by all"
    if action == "tie a team" and kind in MANAGERS:
        world.sam.command(scene.channel, "/labelteam", f"leave {WAITING}")
    assert world.aws_status("rights-running") != "Stopped"


def test_bots_may_do_nothing(scene: Scene, world: World) -> None:
    """Without this, another app could ask for paid jobs."""
    for command, text in (
        ("/labeljob", "create"),
        ("/labeljob", "list"),
        ("/dataset", "create"),
        ("/labelteam", "list"),
    ):
        assert scene.forged_command(BOT, command, text).startswith("Apps and workflows cannot")
    world.mara.press(world.card("rights-running", scene.channel), "job_stop")
    entry = world.journal("app:block_actions")[-1]
    payload = json.loads(json.dumps(entry["request"]))
    payload["user"]["id"], payload["actions"][0]["action_ts"] = BOT, "1.000001"
    opened = len(world.journal("views.open"))
    assert world.door.again({**entry, "request": payload})[0] == 200
    assert len(world.journal("views.open")) == opened


def test_right_is_asked_again_when_the_stop_is_confirmed(scene: Scene, world: World) -> None:
    """Without this, a window that stays open would keep a right that is long gone."""
    world.mara.press(world.card("rights-running", scene.channel), "job_stop")
    world.mara.fill()
    entry = world.journal("app:view_submission")[-1]
    payload = json.loads(json.dumps(entry["request"]))
    payload["user"]["id"] = "U0ANA"
    payload["view"]["private_metadata"] = payload["view"]["private_metadata"][:-1] + ', "x": 1}'
    _status, said = world.door.again({**entry, "request": payload})
    assert "You cannot stop this job. Mara, Sam or Greta can." in json.dumps(said)
    world.settle()
