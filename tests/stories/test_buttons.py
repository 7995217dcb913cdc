"""A button is a promise: it does something where its job's card stands, and nothing anywhere
else.
"""

import json
from typing import Any

import pytest

from bot.sandbox.workspace.person import Person
from tests.stories.test_home import home
from tests.stories.world import DATA, LABELERS, QUEUE_TEAM, WAITING, World, an_order, encoded, shown

NOTHING = (
    "This button does nothing here any more. In the channel of its job, /labeljob status name "
    "tells how it goes."
)
BUTTONS = (
    "job_status",
    "job_post_status",
    "job_stop",
    "job_retry",
    "job_take_over",
    "job_instructions",
    "queue_instructions",
    "job_make_dataset",
    "job_fix",
    "job_duplicate",
)
SECRET = "Berries of next year"


class Scene:
    """A channel that everybody of the project is in, and a job in a channel of Sam's alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.channel = world.channel("own-buttons")
        self.hidden = world.channel("own-hidden", ["U0SAM", "bot"])
        world.ask(an_order("plain-job", team=WAITING), self.channel)
        order = an_order("hidden-job", title=SECRET, team=WAITING, short=f"How to tell {SECRET}")
        world.ask(order, self.hidden, world.sam)
        (card,) = [
            each
            for each in world.sam.messages(self.hidden)
            if each["text"].endswith("job hidden-job")
        ]
        self.secret = job_id(card)
        self.presses = 0

    def forged(self, person: Person, action: str, value: str, *, user: str = "") -> str:
        """What is told after a press of `person` on their own card with another value (and as
        another user).
        """
        before = self.ephemerals(person)
        person.press(self.world.card("plain-job", self.channel), "job_status")
        self.world.until(lambda: len(self.ephemerals(person)) > len(before), "the status")
        return self.again(
            person, self.world.journal("app:block_actions")[-1], action, value, user=user
        )

    def again(
        self, person: Person, entry: dict[str, Any], action: str, value: str, *, user: str = ""
    ) -> str:
        self.presses += 1
        payload = json.loads(json.dumps(entry["request"]))
        payload["user"]["id"] = user or person.user
        stamp = f"{self.presses}.000001"
        payload["actions"] = [
            {**payload["actions"][0], "action_id": action, "value": value, "action_ts": stamp}
        ]
        before, windows = self.ephemerals(person), len(self.world.journal("views.open"))
        assert self.world.door.post(*encoded({**entry, "request": payload}))[0] == 200
        told = [each["text"] for each in self.ephemerals(person)[len(before) :]]
        opened = [
            json.dumps(each["request"]) for each in self.world.journal("views.open")[windows:]
        ]
        return "\n".join([*told, *opened])

    def chosen(self, person: Person, action: str, value: str) -> str:
        """What is told after a choice of `person` behind ⋯ on their own card, made by hand."""
        before = self.ephemerals(person)
        person.press(self.world.card("plain-job", self.channel), "job_status")
        self.world.until(lambda: len(self.ephemerals(person)) > len(before), "the status")
        entry = json.loads(json.dumps(self.world.journal("app:block_actions")[-1]))
        chosen = entry["request"]["actions"][0]
        assert chosen["type"] == "overflow"
        chosen["selected_option"]["value"] = f"{action} {value}"
        return self.again(person, entry, chosen["action_id"], "")

    def ephemerals(self, person: Person) -> list[dict[str, Any]]:
        return list(person.ask_for("history", channel=self.channel)["ephemerals"])


def job_id(card: dict[str, Any]) -> str:
    """The job of a card, as its buttons carry it."""
    actions = next(block for block in card["blocks"] if block["type"] == "actions")
    return str(actions["elements"][0]["value"])


@pytest.fixture(scope="module")
def scene(one_world: World) -> Scene:
    return Scene(one_world)


@pytest.mark.parametrize("action", BUTTONS)
@pytest.mark.parametrize("whose", ["mara", "sam"])
def test_button_of_a_job_that_has_no_card_here_does_nothing(
    scene: Scene, world: World, action: str, whose: str
) -> None:
    """Without this, an id from an old or a copied message would open a job of a channel that one is
    not in.
    """
    posted = len(world.journal("chat.postMessage"))
    said = scene.forged(getattr(world, whose), action, scene.secret)
    assert said == NOTHING
    assert "hidden" not in said
    assert SECRET not in said
    world.settle()
    assert len(world.journal("chat.postMessage")) == posted, "nothing of it is posted either"
    assert world.aws_status("hidden-job") != "Stopped"


@pytest.mark.parametrize("action", [*BUTTONS, "no_such_button", ""])
@pytest.mark.parametrize("value", ["", "no-such-job", "{secret}"])
def test_choice_behind_the_menu_opens_no_more_than_a_button(
    scene: Scene, world: World, action: str, value: str
) -> None:
    """Without this, a value made by hand would be let in by the menu, or be our error."""
    assert scene.chosen(world.mara, action, value.format(secret=scene.secret)) == NOTHING


@pytest.mark.parametrize("action", BUTTONS)
def test_refusal_does_not_tell_whether_there_is_such_a_job(
    scene: Scene, world: World, action: str
) -> None:
    """Without this, ids could be tried until one gives other words."""
    assert scene.forged(world.mara, action, "no-such-job") == NOTHING


@pytest.mark.usefixtures("scene")
def test_button_of_a_job_that_is_shown_here_too_works(world: World) -> None:
    """Without this, the card of a job that another channel shows would be a picture of buttons."""
    shown_in = world.channel("own-shown-too")
    world.sam.command(shown_in, "/labeljob", "follow plain-job")
    world.settle()
    world.ana.close_windows()
    world.ana.press(world.card("plain-job", shown_in), "job_instructions")
    assert "Choose one word for the fruit" in shown(world.ana.view())
    world.ana.close_windows()
    world.sam.press(world.card("plain-job", shown_in), "job_stop")
    assert "pictures will stay without labels" in shown(
        world.sam.view()
    ) or "no labels yet" in shown(world.sam.view())
    world.sam.close_windows()


def test_home_is_the_home_of_its_own_jobs(scene: Scene, world: World) -> None:
    """Without this, a press on a Home, where no channel stands in the way, would open any job of
    the workspace.
    """
    entry = _home_press(world)
    for action in BUTTONS:
        said = scene.again(world.mara, entry, action, scene.secret)
        assert NOTHING in said
        assert SECRET not in said


@pytest.mark.parametrize("user", ["U0GUS", "U0OTTO"])
def test_instructions_are_not_read_from_outside(scene: Scene, world: World, user: str) -> None:
    """Without this, a guest of neither channel could read them on a Home or by a button that was
    copied.
    """
    entry = _home_press(world)
    said = scene.again(world.mara, entry, "queue_instructions", scene.secret, user=user)
    assert NOTHING in said
    assert SECRET not in said
    inside = world.channel(f"own-readers-{user.lower()}", ["U0MARA", "bot"])
    world.ask(an_order(f"read-{user.lower()}", team=WAITING, short=SECRET), inside)
    world.mara.press(world.card(f"read-{user.lower()}", inside), "job_instructions")
    world.mara.close_windows()
    pressed = world.journal("app:block_actions")[-1]
    windows, job = len(world.journal("views.open")), pressed["request"]["actions"][0]["value"]
    scene.again(world.mara, pressed, "job_instructions", job, user=user)
    assert len(world.journal("views.open")) == windows
    refused = [
        each["text"] for each in world.mara.ask_for("history", channel=inside)["ephemerals"]
    ][-1]
    assert refused.startswith("Only members of this channel can read the instructions. ")
    remedy = "Ask one of them to invite you." if user == "U0GUS" else "Join the channel first."
    assert refused.endswith(remedy)


def test_manager_of_neither_channel_reads_no_instructions(scene: Scene, world: World) -> None:
    """Without this, to be named in a setting would open what belongs to the members of a
    channel.
    """
    inside = world.channel("own-no-leader", ["U0MARA", "bot"])
    world.ask(an_order("read-by-members", team=WAITING, short=SECRET), inside)
    world.mara.press(world.card("read-by-members", inside), "job_instructions")
    world.mara.close_windows()
    pressed = world.journal("app:block_actions")[-1]
    windows, job = len(world.journal("views.open")), pressed["request"]["actions"][0]["value"]
    scene.again(world.mara, pressed, "job_instructions", job, user="U0SAM")
    assert len(world.journal("views.open")) == windows


def test_guest_of_the_teams_channel_reads_instructions_there_and_nothing_else(
    scene: Scene, world: World
) -> None:
    """Without this, labelers could not read what to do, or could open other teams' work by an
    id.
    """
    world.sam.command(LABELERS, "/labelteam", f"here {QUEUE_TEAM}")
    world.ask(an_order("team-reads", team=QUEUE_TEAM, short="Brown spots are overripe"), DATA)
    world.pass_time(2)
    world.settle()
    (queue,) = [
        each for each in world.gus.messages(LABELERS) if f"{QUEUE_TEAM}: 1 job" in each["text"]
    ]
    world.gus.press(queue, "queue_instructions")
    assert "Brown spots are overripe" in shown(world.gus.view())
    world.gus.close_windows()
    entry = world.journal("app:block_actions")[-1]
    windows = len(world.journal("views.open"))
    for action in BUTTONS:
        value = (
            entry["request"]["actions"][0]["value"]
            if "instructions" not in action
            else scene.secret
        )
        scene.again(world.gus, entry, action, value)
        assert world.gus.ask_for("history", channel=LABELERS)["ephemerals"][-1]["text"] == NOTHING
    assert len(world.journal("views.open")) == windows
    world.sagemaker.stop_labeling_job(LabelingJobName="team-reads")
    world.sam.command(LABELERS, "/labelteam", f"leave {QUEUE_TEAM}")
    world.pass_time(2)
    world.settle()


def _home_press(world: World) -> dict[str, Any]:
    """A press on Mara's Home, as Slack delivers it."""
    view = home(world, world.mara)
    job = next(
        block["elements"][0]["value"] for block in view["blocks"] if block["type"] == "actions"
    )
    world.mara.press_at_home("job_instructions", of=job)
    world.mara.close_windows()
    return world.journal("app:block_actions")[-1]


def test_a_press_on_a_card_that_is_edited_meanwhile_counts(world: World) -> None:
    """Without this, a press would be lost whenever the numbers of a busy card changed just then:
    a block without an id of its own gets a new one with every edit.
    """
    world.ask(an_order("busy-job"), DATA, world.sam)
    before = world.card("busy-job")
    world.pass_time(4)
    world.settle()
    now = world.card("busy-job")
    assert now["text"] != before["text"], "the card was edited"
    world.mara.press(before, "job_stop")
    asked = "You cannot stop this job. Sam or Greta can."
    world.until(
        lambda: [
            each
            for each in world.mara.ask_for("history", channel=DATA)["ephemerals"]
            if asked in each["text"]
        ],
        asked,
    )
