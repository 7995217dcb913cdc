"""The first minute: a new practice workspace is never empty.

Mara, Lin and Sam do what people do, through the same doors as everybody: a team is tied to its
channel, one job is finished and its results stand in its thread, one moves, and one that failed in
the AWS console is followed.
Somebody may be looking already, so Mara fills her two forms first, and then the page is left to
whoever looks.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.sandbox.crowd.simulated_teams import FLYING, Behaviours
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.console import classification_job
from bot.sandbox.workspace.orders import BASKET, HARVEST
from bot.sandbox.workspace.person import Person, PracticeError
from bot.sandbox.workspace.services import Services
from bot.sandbox.workspace.story import Order, ask_for_job, card_of, opened, wait_for

DATA, LABELERS = "C0DATA", "C0LABEL"
_FAILED = "spring-blossoms"
BANNER: dict[str, Any] = {
    "text": "You begin as Mara.",
    "steps": [
        "Watch the number on the moving job (after the very first start it comes within seconds).",
        "Become Lin (above), open the portal, label three pictures, and see it jump.",
        "Look at the results in the finished job's thread, and make a dataset of it.",
        "Type /labeljob create: it is filled in for you.",
        "Connect your own Slack and AWS: the README says what it asks for and what it can see.",
    ],
}
_PACE = 12.0  # objects per second until the first job is finished; the other takes its time
_LEASE = 180  # seconds: what a killed bot was launching is taken up when its lease is over


class FirstMinute:
    """Plays the first minute once; what an earlier start had done of it is left as it is."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._mara = Person(services.slack_url, "U0MARA")
        self._sam = Person(services.slack_url, "U0SAM")

    def play(self, drawn: Callable[[], object] = lambda: None) -> None:
        """Do it all; time flies until the first job is finished. `drawn` waits until its pictures
        are there; those of the job that moves are painted here.

        Raises:
            PracticeError: a step did not succeed.

        """
        crew = self._services.aws.crew
        crew.hurry(_PACE, FLYING)
        try:
            wait_for(self._tie, 30, "the labeling teams to be listed")
            self._show_results()
            self._ask(BASKET)
            drawn()
            self._fail_in_the_console()
            self._follow()
            wait_for(self._finished, _LEASE, "the first job to be finished")
        finally:
            crew.hurry(self._services.pace, Behaviours())
        self._services.draw_harvest()
        self._services.hire()
        self._ask(HARVEST)
        wait_for(lambda: self._has_card(HARVEST.name), 30, f"the card of {HARVEST.name}")

    def _show_results(self) -> None:
        """Sam has results shown in the threads of the project's channel."""
        opened(self._sam, lambda: self._sam.command(DATA, "/labeljob", "defaults"))
        said = self._sam.fill(results_in_thread={"selected_options": [{"value": "yes"}]})
        if said.get("errors"):
            raise PracticeError(str(said["errors"]))

    def _ask(self, order: Order) -> None:
        """Fill the form, unless that was done before; a start that was cut short may have had no
        time for the card.
        """
        if self._has_card(order.name):
            return
        try:
            ask_for_job(self._mara, DATA, order)
        except PracticeError:
            self._mara.close_windows()
            wait_for(lambda: self._has_card(order.name), 5, f"the card of {order.name}")

    def _follow(self) -> None:
        """Follow the job that failed; on a busy machine AWS may not answer within a command's
        time.
        """
        for _ in range(3):
            if not self._has_card(_FAILED):
                self._mara.command(DATA, "/labeljob", f"follow {_FAILED}")
            with suppress(PracticeError):
                wait_for(lambda: self._has_card(_FAILED), 5, f"the card of {_FAILED}")
                return
        raise PracticeError(f"{_FAILED} is not followed")

    def _has_card(self, job_name: str) -> bool:
        return any(f"job {job_name}" in message["text"] for message in self._mara.messages(DATA))

    def _finished(self) -> bool:
        return "Completed" in card_of(self._mara, DATA, BASKET.name)["text"]

    def _tie(self) -> bool:
        for team in (seed.AUTOMATIC_TEAM, seed.WAITING_TEAM):
            answer = self._sam.command(LABELERS, "/labelteam", f"here {team}")
            if "is linked to this channel" not in str(answer.get("ephemeral", {}).get("text")):
                return False
        return True

    def _fail_in_the_console(self) -> None:
        """A job made behind the bot's back whose manifest is not there: AWS takes it, then gives it
        up.
        """
        import boto3  # noqa: PLC0415 - 0.2 s that opening should not wait for

        keys = self._services.keys
        sagemaker: Any = boto3.client(
            "sagemaker",
            endpoint_url=self._services.aws_url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )
        if sagemaker.list_labeling_jobs(NameContains=_FAILED)["LabelingJobSummaryList"]:
            return
        team = sagemaker.describe_workteam(WorkteamName=seed.AUTOMATIC_TEAM)["Workteam"][
            "WorkteamArn"
        ]
        job = classification_job(
            _FAILED,
            team,
            attribute="blossoms",
            manifest=f"s3://{seed.RAW}/spring/blossoms.manifest",
            title="Blossoms open or closed",
        )
        sagemaker.create_labeling_job(**job)
