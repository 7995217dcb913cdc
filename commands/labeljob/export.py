"""Export: a window that asks for the format; links to what was written, and the way on from a
ledger.
"""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.delivery.windows import show
from bot.jobs.actions import CONTINUE, EXPORT
from bot.jobs.cards import export_card
from bot.jobs.exports.wish import REPORT, Asked, Wish, read
from bot.jobs.standing import NothingHere
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import Asking, asking
from commands.doing import Answer, Ask, Opens, Stories, does
from commands.front import open_window
from commands.labeljob.chaining import begun
from commands.labeljob.seen import job_seen


@does(EXPORT)
def export(ask: Ask) -> Answer:
    """The window."""
    job, exports = ask.named, ask.jobs.exports
    exports.check(job)
    facts, asked = exports.facts.of(job), Asked(job.id, ask.who.channel)
    return Opens(export_card.page(facts, asked), offer=export_card.offer(facts, asked))


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the window, and of the buttons that stand on no card."""
    app.action(export_card.EXPORT_ID)(partial(ask_for, stories=stories))
    app.action(export_card.OPEN_ID)(partial(opened, stories=stories))
    app.action(export_card.REPORT_ID)(partial(report, stories=stories))
    app.action(export_card.LABEL_ID)(partial(label_these, stories=stories))
    app.view(export_card.EXPORT_VIEW)(partial(chosen, stories=stories))


def ask_for(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Export…]: the window."""
    ack()
    asked = _asked(body)
    job = job_seen(stories, asked.job, asked.channel, asking(body).user_id)
    exports = stories.jobs.exports
    exports.check(job)
    page = export_card.page(exports.facts.of(job), Asked(asked.job, asked.channel))
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Export: what was chosen is on its way."""
    of, user_id = json.loads(view["private_metadata"]), asking(body).user_id
    channel, wish = str(of["channel"]), export_card.read_page(view)
    job = job_seen(stories, str(of["job"]), channel, user_id)
    if wish is None:
        raise NothingHere
    said = stories.jobs.exports.give(job, user_id, channel, wish)
    ack(response_action="update", view=export_card.taken_view(said))


def opened(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[Open]: a link, for whoever pressed alone."""
    ack()
    asked = _asked(body)
    job = job_seen(stories, asked.job, asked.channel, asking(body).user_id)
    respond(**to_one(stories.jobs.exports.link(job, asked)), replace_original=False)


def report(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """[Report] below results: it is on its way into the direct message of whoever pressed."""
    ack()
    asked, user_id = _asked(body), asking(body).user_id
    job = job_seen(stories, asked.job, asked.channel, user_id)
    said = stories.jobs.exports.want(job, user_id, asked.channel, Wish(REPORT))
    respond(**to_one(said), replace_original=False)


def label_these(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Label these] below a ledger: the form of a job that goes on with what has no label."""
    ack()
    asked, user_id = _asked(body), asking(body).user_id
    job = job_seen(stories, asked.job, asked.channel, user_id)
    who = Asking(asked.channel or job.channel, user_id)
    answer = begun(Ask("press", who, stories, job=job), CONTINUE)
    assert isinstance(answer, Opens)
    open_window(client, body, answer)


def _asked(body: dict[str, Any]) -> Asked:
    """What the button carries."""
    asked = read(str(body["actions"][0].get("value") or ""))
    if asked is None:
        raise NothingHere
    return asked
