"""[Let Rekognition in]: of a dataset whose bucket Custom Labels cannot use, and of the review of
one before it is made.
"""

from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.base.bucket_policy import POLICY_RIGHT
from bot.datasets import card, form, review
from bot.slack.app import SlackApp
from commands.asking import Asking, asking, person_here
from commands.dataset.form import kept
from commands.doing import Stories
from commands.front import turn_page


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons."""
    app.action(card.POLICY_ID)(partial(pressed, stories=stories))
    app.action(review.LET_IN_ID)(partial(pressed_in_review, stories=stories))


def pressed(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """For whoever pressed alone."""
    ack()
    who = asking(body)
    dataset_id = str(body["actions"][0].get("value") or "")
    said = stories.datasets.let_in.let_in(dataset_id, who.user_id, who.channel)
    respond(text=said, response_type="ephemeral", replace_original=False)


def pressed_in_review(
    ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories
) -> None:
    """The policy is written, and the worker looks again: the review tells what it finds then."""
    ack()
    who, view, datasets = asking(body), body["view"], stories.datasets
    carried, access = form.carried(view), stories.access
    # whoever may not is told that, whoever's form it is
    access.require(POLICY_RIGHT, person_here(Asking(carried["channel"], who.user_id), access))
    draft_id = carried["draft"]
    source = kept(draft_id, who, stories)
    bucket = str(body["actions"][0].get("value") or "")
    said = datasets.let_in.before(source, bucket)
    datasets.drafts.keep(draft_id, source, look_in=str(view["id"]))
    again = review.reading(source, nonce=stories.new_id(), draft=draft_id, lead=said)
    turn_page(client, {**view, "hash": None}, again)
