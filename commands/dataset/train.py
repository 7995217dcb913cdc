"""Train a model with a project's datasets: its form, its menu of projects, and what comes back."""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Refused
from bot.datasets import card
from bot.datasets.sources.origin import PROJECT_MENU
from bot.models import train_form
from bot.models.actions import TRAIN
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import open_window


@does(TRAIN)
def train(ask: Ask) -> Answer:
    """The form of one page; a project that was named is chosen in it."""
    return _form(ask.stories, ask.who.channel, ask.said)


def _form(stories: Stories, channel: str, said: str) -> Opens:
    stories.access.check_here(channel)
    project = said if len(said) <= train_form.OPTION_MAX else ""
    blank = stories.models.accept_training.blank(stories.access.team_id, channel, project)
    return Opens(train_form.page(blank, nonce=stories.new_id()))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form and its menu."""
    app.view(train_form.TRAIN_FORM)(partial(submit, stories=stories))
    for menu in (train_form.PROJECT_MENU, PROJECT_MENU):
        app.options(menu)(partial(projects, stories=stories))
    app.action(card.TRAIN_ID)(partial(pressed, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Train…] of a training set that is ready."""
    ack()
    who, project = asking(body), str(body["actions"][0].get("value") or "")
    person = stories.access.who(stories.access.team_id, who.user_id, who.channel)
    stories.access.require(TRAIN.right, person)
    open_window(client, body, _form(stories, who.channel, project))


def projects(ack: Ack, body: dict[str, Any], *, stories: Stories) -> None:
    """The projects that fit what is typed in the menu; none for whoever may not train."""
    who, channel = asking(body), train_form.carried(body.get("view") or {})["channel"]
    here = person_here(Asking(channel, who.user_id), stories.access)
    found: list[str] = []
    if stories.access.may(TRAIN.right, here):
        found = stories.models.accept_training.projects(str(body.get("value") or ""))
    ack(options=train_form.offered(found))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the training in."""
    who, access, accept = asking(body), stories.access, stories.models.accept_training
    training = train_form.read(view)
    here = person_here(Asking(training.channel, who.user_id), access)
    access.require(TRAIN.right, here)
    access.check_here(training.channel)
    if wrong := accept.faults(training):
        ack(response_action="errors", errors=train_form.errors(wrong))
        return
    training = msgspec.structs.replace(
        training, team_id=access.team_id, asked_by=who.user_id, asked_by_name=here.name
    )
    nonce = train_form.carried(view)["nonce"]
    try:
        new = accept.accept(training, f"train:{access.team_id}:{who.user_id}:{nonce}")
    except Refused as refused:
        ack(response_action="errors", errors=train_form.errors(refused.faults))
        return
    ack(response_action="update", view=thanked(train_form.thanks(training), new=new))
