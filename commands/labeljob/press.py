"""The buttons of a job: on its cards, in its labeling team's queue, on the App Home.

Promises to the handlers: the job that a button is about is there, and the button stands where it
was pressed.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.base.blocks import modal
from bot.delivery.windows import show
from bot.jobs.actions import JOB_ACTIONS, Shown
from bot.jobs.standing import NothingHere
from bot.people.action import MENU_ID, Action, Button, pressed_of
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Ask, Opens, Shows, Stories
from commands.front import handled, open_window

Press = Callable[[Ack, dict[str, Any], WebClient, Respond], None]


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of every button of the list, and of the menu that some stand in."""
    presses: dict[str, Press] = {}
    for action in JOB_ACTIONS:
        button = action.button
        if button is None:
            continue
        if button.url is not None:
            app.action(button.id)(link_pressed)
            continue
        press = partial(pressed, action=action, button=button, stories=stories)
        presses[button.id] = press
        for each in filter(None, (button.id, button.queue_id)):
            app.action(each)(press)
    app.action(MENU_ID)(partial(picked, presses=presses))


def picked(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    respond: Respond,
    *,
    presses: Mapping[str, Press],
) -> None:
    """A choice behind ⋯: the press of the button that it stands for."""
    press = presses.get(pressed_of(body["actions"][0])[0])
    if press is None:  # a card of another version
        raise NothingHere
    press(ack, body, client, respond)


def pressed(
    ack: Ack,
    body: dict[str, Any],
    client: WebClient,
    respond: Respond,
    *,
    action: Action[Shown],
    button: Button[Shown],
    stories: Stories,
) -> None:
    """A button of a job, if it stands where it was pressed."""
    ack()
    who, standing = asking(body), stories.jobs.standing
    if button.queue_id:
        job = standing.also_in_queue(value_of(body), who.user_id, who.channel, action.right)
    else:
        job = standing.job(value_of(body), who.user_id, who.channel)
    answer = handled(action, Ask("press", who, stories, job=job))
    if isinstance(answer, Opens):
        open_window(client, body, answer)
    elif isinstance(answer, Shows) and body.get("response_url"):
        respond(**to_one(answer.message), replace_original=False, thread_ts=who.thread_ts)
    elif isinstance(answer, Shows):
        view = modal(answer.title, answer.message.blocks, callback_id="status")
        show(client.views_open, trigger_id=body["trigger_id"], view=view)


def link_pressed(ack: Ack) -> None:
    """A link button: the browser follows it; Slack wants an empty answer all the same."""
    ack()


def value_of(body: dict[str, Any]) -> str:
    """The job's id, which every button of a job carries."""
    return pressed_of(body["actions"][0])[1]
