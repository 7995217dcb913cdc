"""The form in which a running model is shown a picture: from [Try it…] of a run's card, from a
message with pictures, and what comes back of it.
"""

from functools import partial
from typing import Any

import msgspec
from slack_bolt import Ack
from slack_sdk import WebClient

from bot.base.errors import Refused
from bot.models import run_cards, trial_form
from bot.models.actions import TRY, TRY_THESE_SHORTCUT
from bot.models.trial import Trial, pictures
from bot.slack.app import SlackApp
from commands.answers import thanked
from commands.asking import Asking, asking, person_here
from commands.doing import Opens, Stories
from commands.front import open_window
from commands.labeljob.label_these import FilesClosed


def window(trial: Trial, stories: Stories) -> Opens:
    """The form, opened."""
    return Opens(trial_form.page(trial, nonce=stories.new_id()))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the form, the button and the shortcut."""
    app.action(run_cards.TRY_ID)(partial(pressed, stories=stories))
    app.message_shortcut(TRY_THESE_SHORTCUT)(partial(try_these, stories=stories))
    app.view(trial_form.TRIAL_FORM)(partial(submit, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Try it…] of a run's card: the form, in the run's own channel."""
    ack()
    run = stories.models.status.run(str(body["actions"][0].get("value") or ""))
    who, access = asking(body), stories.access
    access.require(TRY.right, access.at_home(run.team_id, who.user_id, run.channel, who.channel))
    blank = stories.models.trials.blank(run.team_id, run.channel, run.id)
    open_window(client, body, window(blank, stories))


def try_these(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """*Try a model* on a message: the form with the message's pictures to choose from."""
    ack()
    who, access, trials = asking(body), stories.access, stories.models.trials
    access.check_here(who.channel)
    access.require(TRY.right, access.who(access.team_id, who.user_id, who.channel))
    blank = trials.blank(access.team_id, who.channel)
    files = pictures((body.get("message") or {}).get("files") or ())
    trial = trials.with_files(blank, files)
    if not trial.may_read:
        raise FilesClosed
    open_window(client, body, window(trial, stories))


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """The filled form came back: keep it open with its faults, or take the picture in."""
    who, access, trials = asking(body), stories.access, stories.models.trials
    channel, nonce, files = trial_form.carried(view)
    here = person_here(Asking(channel, who.user_id), access)
    access.require(TRY.right, here)
    access.check_here(channel)
    now = msgspec.structs.replace(trials.blank(access.team_id, channel), files=files)
    trial = trial_form.read(view, now)
    try:
        new = trials.accept(trial, here, f"try:{access.team_id}:{who.user_id}:{nonce}")
    except Refused as refused:
        ack(response_action="errors", errors=trial_form.errors(refused.faults, trial))
        return
    thanks = trial_form.thanks(trial, trials.called(trial))
    ack(response_action="update", view=thanked(thanks, new=new))
