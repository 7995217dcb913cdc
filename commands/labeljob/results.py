"""[Results]: counts and pictures of what was labeled, in the direct message of whoever asks; and
the buttons below them, which lead to other objects.
"""

import json
from functools import partial
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot.delivery.windows import show
from bot.jobs.actions import RESULTS, VERIFY
from bot.jobs.cards import results_card
from bot.jobs.form import pages
from bot.jobs.results.wish import AskedOf, read
from bot.jobs.standing import NothingHere
from bot.slack.app import SlackApp
from commands.answers import to_one
from commands.asking import asking
from commands.doing import Answer, Ask, Opens, Shows, Stories, does
from commands.front import open_window
from commands.labeljob.seen import check_seen, job_seen


@does(RESULTS)
def results(ask: Ask) -> Answer:
    """The first sheet, and the counts."""
    job, who = ask.named, ask.who
    if ask.how == "press":
        check_seen(ask.stories, job, who.channel, who.user_id)
    return Shows(ask.jobs.results.show(job, who.user_id, who.channel), "Results")


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the buttons below results, which stand on no card, and of their window."""
    ways = (
        results_card.EARLIER_ID,
        results_card.LATER_ID,
        results_card.LARGE_ID,
        results_card.DIFFER_ID,
    )
    for each in ways:
        app.action(each)(partial(other, stories=stories))
    app.action(results_card.VERIFY_ID)(partial(verify, stories=stories))
    app.action(results_card.FILTER_ID)(partial(choose, stories=stories))
    app.view(results_card.RESULTS_VIEW)(partial(chosen, stories=stories))


def other(ack: Ack, body: dict[str, Any], respond: Respond, *, stories: Stories) -> None:
    """Another page, or one object large."""
    ack()
    asked, user_id = _asked(body), asking(body).user_id
    job = job_seen(stories, asked.job, asked.channel, user_id)
    said = stories.jobs.results.want(job, user_id, asked.channel, asked.wish)
    respond(**to_one(said), replace_original=False)


def verify(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Verify these…]: the form of a job that judges the labels of exactly these objects."""
    ack()
    asked, user_id = _asked(body), asking(body).user_id
    job, access = job_seen(stories, asked.job, asked.channel, user_id), stories.access
    access.require(VERIFY.right, access.at_home(job.team_id, user_id, job.channel, asked.channel))
    access.check_here(job.channel)
    draft_id, draft = stories.jobs.chains.begin(job, VERIFY.word, user_id, asked.lines)
    page = stories.jobs.accept.page(draft, draft_id)
    open_window(client, body, Opens(pages.numbered(page, stories.new_id())))


def choose(ack: Ack, body: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """[Choose…]: the window with what is chosen now."""
    ack()
    asked = _asked(body)
    user_id = asking(body).user_id
    job = job_seen(stories, asked.job, asked.channel, user_id)
    people = stories.jobs.people.chosen_among(job, user_id, asked.channel)
    page = results_card.filter_page(stories.jobs.results.facts.of(job), asked, people)
    show(client.views_open, trigger_id=body["trigger_id"], view=page)


def chosen(ack: Ack, body: dict[str, Any], view: dict[str, Any], *, stories: Stories) -> None:
    """Show: faults at their fields, or the objects that were chosen are on their way."""
    of, user_id = json.loads(view["private_metadata"]), asking(body).user_id
    asked = AskedOf(str(of["job"]), str(of["channel"]))
    job = job_seen(stories, asked.job, asked.channel, user_id)
    facts = stories.jobs.results.facts.of(job)
    wish, errors = results_card.read_filter(view, facts.labels)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    stories.jobs.results.want(job, user_id, asked.channel, wish)
    ack(response_action="update", view=results_card.being_drawn(facts))


def _asked(body: dict[str, Any]) -> AskedOf:
    """What the button carries, or the choice of the menu."""
    press = body["actions"][0]
    value = press.get("value") or (press.get("selected_option") or {}).get("value")
    asked = read(str(value or ""))
    if asked is None:
        raise NothingHere
    return asked
