"""App Home: what a person can label, and the jobs they asked for. Drawn anew each time it is
opened.
"""

from functools import partial
from typing import Any

from slack_sdk import WebClient

from bot.base.errors import LabeljobError
from bot.jobs.story import JobStory
from bot.people.access import Access
from bot.people.teams import Teams
from bot.slack.app import SlackApp
from bot.slack.windows import show


def register(app: SlackApp, *, jobs: JobStory, teams: Teams, access: Access) -> None:
    """Tell the app of the event."""
    app.event("app_home_opened")(partial(opened, jobs=jobs, teams=teams, access=access))


def opened(
    event: dict[str, Any], client: WebClient, *, jobs: JobStory, teams: Teams, access: Access
) -> None:
    """Somebody opened the Home tab: draw it for them."""
    if event.get("tab") != "home":
        return
    team_id, user = access.team_id, str(event["user"])
    channels = {team.channel for team in teams.search(team_id, "", limit=1000) if team.channel}
    mine = frozenset(channel for channel in channels if _labels_in(access, user, channel))
    home = jobs.status.home(team_id, user, access.name(user), mine)
    show(client.views_publish, user_id=user, view=home)


def _labels_in(access: Access, user: str, channel: str) -> bool:
    """Whether the person is in a labeling team's channel; what cannot be told now counts as no."""
    try:
        return access.is_inside(user, channel)
    except LabeljobError:
        return False
