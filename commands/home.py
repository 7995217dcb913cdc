"""App Home: what a person can label, and the jobs they asked for. Drawn anew each time it is
opened.
"""

from functools import partial
from typing import Any

from slack_sdk import WebClient

from bot.base.errors import LabeljobError
from bot.delivery.windows import show
from bot.people.access import Access
from bot.slack.app import SlackApp
from commands.doing import Stories


def register(app: SlackApp, stories: Stories) -> None:
    """Tell the app of the event."""
    app.event("app_home_opened")(partial(opened, stories=stories))


def opened(event: dict[str, Any], client: WebClient, *, stories: Stories) -> None:
    """Somebody opened the Home tab: draw it for them."""
    if event.get("tab") != "home":
        return
    jobs, access = stories.jobs, stories.access
    team_id, user = access.team_id, str(event["user"])
    known = jobs.ground.teams.search(team_id, "", limit=1000)
    channels = {team.channel for team in known if team.channel}
    mine = frozenset(channel for channel in channels if _labels_in(access, user, channel))
    home = jobs.status.home(team_id, user, access.name(user), mine, jobs.people.own(team_id, user))
    show(client.views_publish, user_id=user, view=home)


def _labels_in(access: Access, user: str, channel: str) -> bool:
    """Whether the person is in a labeling team's channel; what cannot be told now counts as no."""
    try:
        return access.is_inside(user, channel)
    except LabeljobError:
        return False
