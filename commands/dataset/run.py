"""Run a model until an end: the form, from the command and from [Run…] of a model's card."""

from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Fault, Refusal, Refused
from bot.models import model_cards, run_form, train_form
from bot.models.actions import RUN
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Answer, Ask, Opens, Said, Stories, does
from commands.front import open_window

_NONE = (
    "No model was trained from this channel yet, so there is none to run. /dataset train makes one."
)


@does(RUN)
def run(ask: Ask) -> Answer:
    """The form of one page; a model that was named is chosen in it."""
    ask.access.check_here(ask.who.channel)
    return _form(ask.stories, ask.who.channel, ask.said)


def _form(stories: Stories, channel: str, said: str) -> Opens | Said:
    wish = stories.models.accept_run.wish(stories.access.team_id, channel, said)
    if not wish.offered:
        return Said(_NONE)
    return Opens(run_form.page(wish, nonce=stories.new_id()))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form and the button."""
    app.action(model_cards.RUN_ID)(partial(pressed, stories=stories))
    app.view(run_form.RUN_FORM)(partial(submit, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Run…] of a model: its form, in the model's own channel."""
    ack()
    who, access = asking(body), stories.access
    model = stories.models.status.model(str(body["actions"][0].get("value") or ""))
    if model is None:
        return
    home = model.training.channel
    access.require(RUN.right, access.at_home(access.team_id, who.user_id, home, who.channel))
    answer = _form(stories, home, model.id)
    if isinstance(answer, Opens):
        open_window(client, body, answer)


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the run in."""
    who, access, accept = asking(body), stories.access, stories.models.accept_run
    channel = train_form.carried(view)["channel"]
    here = person_here(Asking(channel, who.user_id), access)
    access.require(RUN.right, here)
    access.check_here(channel)
    wish = run_form.read(view, accept.wish(access.team_id, channel))
    if wrong := run_form.faults(wish):
        ack(response_action="errors", errors=run_form.errors(wrong))
        return
    key = f"run:{access.team_id}:{who.user_id}:{train_form.carried(view)['nonce']}"
    try:
        taken, new = accept.accept(wish, here, access.team_id, key)
    except Refused as refused:
        ack(response_action="errors", errors=run_form.errors(refused.faults))
        return
    except Refusal as refusal:
        fault = Fault(refusal.field or "model_id", refusal.words)
        ack(response_action="errors", errors=run_form.errors([fault]))
        return
    thanks = run_form.thanks(taken.called, taken.channel, taken.seconds)
    ack(response_action="update", view=thanked(thanks, new=new))
