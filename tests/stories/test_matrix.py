"""Every listener times every kind of asker, in a channel that another company hosts.

The listeners are read from the registered app itself, so that a new one without a row fails here.
What Slack would send is caught on its way, so that the same press can come from somebody who could
never make it, and is posted signed.
"""

import copy
import inspect
import json
import logging
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from bot.answers.figures import Labeler, Work
from bot.base.blocks import actions, button
from bot.datasets import card as dataset_card
from bot.datasets.gallery import gallery_card
from bot.datasets.gallery import wish as gallery_wish
from bot.datasets.gallery.entry import entry_of
from bot.datasets.lifecycle import LabelCount, Report
from bot.delivery.message import Message
from bot.jobs.cards import export_card, member_words, results_card, status_card
from bot.jobs.cards.people_words import people_message
from bot.jobs.cards.results_card import Remarks
from bot.jobs.draft import Draft, Into
from bot.jobs.exports.wish import Asked
from bot.jobs.form import channel_form
from bot.jobs.results.counted import Counted
from bot.jobs.results.wish import AskedOf, Wish
from bot.jobs.stream.state import Stream
from bot.manifests.formats.format import Findings
from bot.manifests.shapes import Line
from bot.models import going, model_cards
from bot.models.batch import Batch, Progress, draft_line
from bot.models.batch_records import Drafted
from bot.models.model_records import Model
from bot.models.model_state import DELETING, TRAINED, ModelState
from bot.models.run_records import Run
from bot.models.run_state import RUNNING, RunState
from bot.models.training import Training
from bot.people.work_team import WorkTeam
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person, PracticeError, elements
from bot.sandbox.workspace.story import ask_for_job, begin_anew, first_page, second_page
from commands.labeljob.mention import _SAYABLE
from commands.labelteam.help import help_message as team_help
from tests.cases import forms
from tests.stories import bringing
from tests.stories import test_models as models
from tests.stories import test_store_data as stored
from tests.stories.places import ACROSS, BOT, FLOW, PARTNER, QUEUE_TEAM, TEAM_ID
from tests.stories.test_chains import BOXES, TWO_LABELS, stop_half_way
from tests.stories.test_create import pick
from tests.stories.test_managers import at_aws
from tests.stories.test_retry import set_aside
from tests.stories.world import DATA, WAITING, World, an_order, encoded

CHANNEL = "matrix"
GUESSED = f"s3://{seed.RAW}/matrix/predictions.manifest"
OWN_TABLES = (
    *("job", "draft", "dataset", "thread", "work_team"),
    *("model", "run", "trial", "gallery", "draft_batch", "project_deletion", "mistakes"),
)
LOOKS = {"users.info", "users.conversations", "usergroups.users.list", "conversations.info"}
SAYS = {"views.open", "views.push", "views.publish", "response_url", "chat.postEphemeral"}
CATCH = {
    "command": "app:/*",
    "action": "app:block_actions",
    "options": "app:block_suggestion",
    "view_submission": "app:view_submission",
    "message_shortcut": "app:message_action",
}
NOT_OURS = "This Labeljob belongs to another workspace. Ask your own workspace's administrator"
TOO_OLD = "This form is too old, or not yours. Type /dataset create for a new one."
NOT_YOURS = "This form is too old, or not yours. Type /labeljob create for a new one."
UNSEEN = "Slack does not show Labeljob who you are"
CAN = r".* can\."


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: `refusal` is how they are refused; `hands`: Slack lets them type and press
    by themselves.
    """

    kind: str
    user: str
    refusal: str
    hands: bool = True
    team: str = TEAM_ID
    installed: tuple[tuple[str, str], ...] = ()


MEMBER = Asker("our member", "U0MARA", "You cannot")
GUEST = Asker("our guest", "U0GUS", "Guests may label; they cannot")
# Commands and presses name no installation: there it is the person whom our own workspace does not
# know.
ELSEWHERE = Asker(
    "another installation",
    "U0ELSE",
    UNSEEN,
    hands=False,
    team="T0ELSE",
    installed=(("team_id", "T0ELSE"),),
)
ASKERS = (
    GUEST,
    Asker("foreign member", "U0PIA", "People of other workspaces cannot", team=PARTNER),
    Asker("foreign guest", "U0PAUL", "People of other workspaces cannot", team=PARTNER),
    Asker("another app's bot", "U0OTHER", "Apps and workflows cannot", hands=False),
    Asker("a workflow", FLOW, UNSEEN, hands=False),
    Asker("deactivated", "U0DORA", "Deactivated accounts cannot"),
    ELSEWHERE,
    Asker("another app", "U0MARA", NOT_OURS, hands=False, installed=(("api_app_id", "A0ELSE"),)),
    MEMBER,  # the last: what it does is done
)
Act = Callable[["Scene", Person], Any]


@dataclass(frozen=True)
class Row:
    """One thing to do: `does` is what our member hears (a pattern), or their refusal where
    `manager` is needed.

    `guest` and `all` say who else is served. `ready` opens what the act needs. `own`: only who
    opened the window or read the message can do it at Slack, so everybody else's request is made of
    our member's. `refused` is how others are refused where it is not by a rule.
    """

    listener: str
    name: str
    act: Act
    does: str
    ready: Callable[["Scene"], Any] | None = None
    manager: bool = False
    guest: bool = False
    all: bool = False
    own: bool = False
    refused: str = ""

    @property
    def names_installation(self) -> bool:
        """Whether Slack's payload says for which installation it is: events and whatever happens in
        windows.
        """
        return not self.listener.startswith("command") and (
            self.listener.split()[0] not in {"action", "message_shortcut"}
            or "_form_" in self.listener
            or "store_data" in self.listener
        )

    def serves(self, asker: Asker) -> bool:
        """Whether this asker is served."""
        if asker is ELSEWHERE and self.all:  # words that are for everybody, and a link
            return not self.names_installation
        if asker.installed or (asker is MEMBER and self.manager):
            return False
        return asker is MEMBER or self.all or (self.guest and asker is GUEST)


class Scene:
    """A channel that the partner hosts, with everybody in it and a job in each state."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.channel = world.channel(CHANNEL, ACROSS)
        with world._slack_rows() as rows:
            teams = json.dumps([TEAM_ID, PARTNER])
            rows.execute(
                "INSERT INTO shared_channel(channel, host, teams) VALUES (?, ?, ?)",
                (self.channel, PARTNER, teams),
            )
            rows.commit()
        world.sam.command(self.channel, "/labelteam", f"here {QUEUE_TEAM}")
        for name in ("matrix-running", "matrix-ending"):
            world.ask(an_order(name, team=QUEUE_TEAM, short="Brown spots"), self.channel)
        world.ask(an_order("matrix-done"), self.channel)
        world.finish("matrix-done")
        world.ask(an_order("matrix-half", **BOXES), self.channel)
        stop_half_way(world, "matrix-half")
        for name in ("matrix-theirs", "matrix-new", "matrix-newer"):
            at_aws(world, name, WAITING)
        world.sam.command(self.channel, "/labeljob", "follow matrix-theirs")
        gone = world.put("matrix/gone.manifest", f'{{"source-ref": "s3://{seed.RAW}/a.jpg"}}')
        ask_for_job(world.mara, self.channel, an_order("matrix-refused", source=gone))
        world.s3.delete_object(Bucket=seed.RAW, Key="matrix/gone.manifest")
        world.settle()
        set_aside(world, "matrix-stuck", self.channel)
        world.ask(an_order("matrix-stream", team=QUEUE_TEAM), self.channel)
        self.stream()
        self.cells = 0
        self._cards: dict[str, dict[str, Any]] = {}

    # -- acts
    # ----------------------------------------------------------------------------------------------

    def card(self, job: str) -> dict[str, Any]:
        if job not in self._cards:
            self._cards[job] = self.world.card(job, self.channel)
        return self._cards[job]

    def queue(self) -> dict[str, Any]:
        """The labeling team's message."""
        for message in self.world.mara.messages(self.channel):
            if any(
                element["action_id"] == "queue_instructions"
                for _block, element in elements(message.get("blocks", []))
            ):
                return message
        raise AssertionError("there is no queue message")

    def told(self) -> dict[str, Any]:
        """The status of a job, for our member's eyes, with its button."""
        private = self.world.mara.ask_for("history", channel=self.channel)["ephemerals"]
        return dict(next(one for one in reversed(private) if "job_post_status" in json.dumps(one)))

    def guessed(self) -> None:
        """A manifest with a model's boxes lies in S3."""
        boxes = {name: each for name, each in TWO_LABELS.items() if name.startswith("fruit")}
        line = {"source-ref": f"s3://{seed.RAW}/a.jpg", **boxes}
        self.world.put(GUESSED.removeprefix(f"s3://{seed.RAW}/"), f"{json.dumps(line)}\n")

    def stuck(self) -> None:
        """The job that was set aside is so again."""
        with self.world.bot.ground.db.engine.begin() as rows:
            rows.execute(
                text("UPDATE job SET set_aside = 'AWS did not answer' WHERE name = 'matrix-stuck'")
            )

    def stream(self) -> None:
        """One of the jobs takes objects while it runs."""
        job = self.world.bot.jobs.status.named(TEAM_ID, self.channel, "matrix-stream")
        state = msgspec.structs.replace(job.state, stream=Stream(fed=True))
        self.world.bot.jobs.store.change(job, state)
        self.world.settle()

    def form(self, page: int) -> None:
        """Our member opens the form of a job, up to a page."""
        mara = self.world.mara
        mara.command(self.channel, "/labeljob", "create")
        begin_anew(mara)
        if page > 1:
            first_page(mara, an_order("matrix-asked"))
        if page > 2:
            second_page(mara, an_order("matrix-asked"))

    def window(self, view: dict[str, Any]) -> None:
        """Our member has a window open which only managers can open."""
        after = self.world.so_far()
        self.world.mara.command(self.channel, "/labelteam", "help")
        heard = self.world.journal("app:/labelteam", after=after)[-1]["request"]
        self.world.bot.slack.views_open(trigger_id=heard["trigger_id"], view=view)

    def at_home(self) -> None:
        """Our member has opened the Home tab."""
        after = self.world.so_far()
        self.world.mara.open_home()
        self.world.until(lambda: self.world.journal("views.publish", after=after), "the Home tab")

    def left(self) -> None:
        """Our member is asked whether to go on with a form that was left."""
        mara = self.world.mara
        self.form(1)
        first_page(mara, an_order("matrix-left"))
        mara.close_windows()
        mara.command(self.channel, "/labeljob", "create")

    def form_of_kinds(self) -> None:
        """The page with a tile of several kinds."""
        self.form(1)
        pick(self.world.mara, "tile", "classify")

    def form_of_nothing(self) -> None:
        """The page that began with nothing: its data are nowhere yet."""
        self.form(1)
        pick(self.world.mara, "start", "nothing")

    def preset(self) -> None:
        """A preset of our member's, and the list with its button."""
        known = self.world.bot.jobs.begin.presets
        draft = self.world.bot.jobs.status.named(TEAM_ID, self.channel, "matrix-done").draft
        known.save("Kept", draft, "U0MARA")
        self.listed = self.world.mara.command(self.channel, "/labeljob", "presets")["ephemeral"]

    def results(self) -> None:
        """The second of three pages of results, in our member's direct messages."""
        jobs, mara = self.world.bot.jobs, self.world.mara
        job = jobs.status.named(TEAM_ID, self.channel, "matrix-done")
        shown = [Line(number, "s3://b/a.jpg", "", ()) for number in range(21, 41)]
        message = results_card.results_message(
            jobs.results.facts.of(job),
            Counted(objects=60, labeled=60, fitting=60, shown=shown),
            AskedOf(job.id, self.channel, Wish(page=2)),
        )
        there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
        self.world.bot.slack.chat_postMessage(channel=there, **message.payload())
        self.counts = mara.messages(there)[-1]

    def model(self) -> None:
        """A model that was trained, with its card."""
        self.as_trained(TRAINED_MODEL)

    def as_trained(self, state: ModelState) -> None:
        """The channel's model is in this state, whatever was done to it."""
        models = self.world.bot.models.delete
        known = models._records.get("matrix-model")
        if known is None:
            training = Training(
                project="matrix",
                version_name="v1",
                channel=self.channel,
                team_id=TEAM_ID,
                asked_by="U0MARA",
                asked_by_name="Mara",
            )
            known = Model(
                id="matrix-model",
                request_key="matrix",
                asked_at=datetime.now(UTC),
                training=training,
                state=state,
                arn="arn:matrix-model",
            )
            models._store.add(known)
        elif known.state != state:
            models._store.change(replace(known, next_try_at=0.0), state)
        self.world.settle()

    def failed_model(self) -> None:
        """A button below a model whose training failed."""
        self.model()
        press = button("Let Rekognition in", model_cards.POLICY_ID, "matrix-model")
        self.said_by_the_bot(Message("The failed model", [actions(press)]))

    def delete_window(self) -> None:
        """The window that asks for its name."""
        self.model()
        self.world.mara.press(self.about("Model matrix / v1"), "model_delete")

    def run(self) -> None:
        """A run of it, which nobody looks at."""
        runs = self.world.bot.models.runs
        run = Run(
            id="matrix-run",
            team_id=TEAM_ID,
            channel=self.channel,
            request_key="matrix",
            asked_by="U0MARA",
            asked_by_name="Mara",
            asked_at=datetime.now(UTC),
            project="matrix",
            project_arn="arn:matrix",
            version_name="v2",
            arn="arn:matrix-run",
            units=1,
            seconds=3600.0,
            ends_at=time.time() + 3600.0,
            set_aside="nobody looks",
        )
        runs._store.add(run)
        self.world.settle()

    def running(self) -> None:
        """A run of it that goes on, with its card; nobody looks at it."""
        self.run()
        runs = self.world.bot.models.runs
        known = runs._records.get("matrix-run")
        assert known is not None
        due = replace(known, next_try_at=time.time() + 200.0, stop_wanted=False)
        state = RunState(state=RUNNING, reserved=True, ends_at=time.time() + 3600.0)
        if due.state != state:
            runs._store.change(due, state)
        self.world.send()

    def trial_form(self) -> None:
        """The form in which it is shown a picture."""
        self.running()
        self.world.mara.press(self.about("Model matrix / v2"), "run_try")

    def drafts(self) -> None:
        """Drafts that a model made, with their card."""
        drafting = self.world.bot.models.drafting
        if drafting.records.get("matrix-drafts") is not None:
            return
        made = Drafted(
            id="matrix-drafts",
            team_id=TEAM_ID,
            request_key="matrix",
            asked_by="U0MARA",
            asked_by_name="Mara",
            asked_at=time.time(),
            model="matrix / v2",
            arn="arn:matrix-run",
            labels=("apple",),
            batch=Batch(channel=self.channel, output_uri=f"s3://{seed.OUT}/models/"),
            progress=Progress(state="done", total=1, done=1, drafted=1, boxes=True),
        )
        line = draft_line(
            f"s3://{seed.RAW}/a.jpg", (), size=(9, 9), labels=("apple",), job="d", created=""
        )
        self.world.put(made.drafts.key, line, seed.OUT)
        drafting.store.add(made)
        self.world.settle()

    def project_deleted(self) -> None:
        """A project whose minute runs."""
        self.world.rekognition.create_project(ProjectName="unwanted")
        self.world.sam.command(self.channel, "/dataset", "delete project unwanted")
        self.world.sam.fill(typed_name={"value": "unwanted"})
        self.world.send()

    def copy_form(self) -> None:
        """The form of a copy."""
        self.model()
        self.world.mara.press(self.about("Model matrix / v1"), "model_copy")

    def batch_form(self) -> None:
        """The form of the next batch."""
        self.running()
        self.world.mara.press(self.about("Model matrix / v2"), "run_draft")

    def said_by_the_bot(self, message: Message) -> None:
        """A message with a button, in the channel."""
        self.world.bot.slack.chat_postMessage(channel=self.channel, **message.payload())

    def dataset(self, deletion: str = "") -> None:
        """The channel's dataset is ready, or its minute runs; with the buttons of its card."""
        datasets = self.world.bot.datasets.delete
        with self.world.bot.ground.db.engine.begin() as rows:
            found = str(rows.execute(text("SELECT id FROM dataset")).scalars().all()[0])
        known = datasets._records.get(found)
        assert known is not None
        state = msgspec.structs.replace(known.state, state="ready", deletion=deletion)
        datasets._store.change(replace(known, next_try_at=time.time() + 3600.0), state)
        buttons = [
            button("Delete…", dataset_card.DELETE_ID, found),
            button("Undo", dataset_card.UNDO_ID, found),
            button("Lines", dataset_card.LINES_ID, found),
            button("Let Rekognition in", dataset_card.POLICY_ID, found),
            button("Import the other lines", dataset_card.DROP_ID, found),
            button("Pictures", gallery_card.SHOW_ID, found),
        ]
        self.said_by_the_bot(Message("The set", [actions(*buttons)]))

    def dataset_of_a_job(self) -> None:
        """Mara has the form of a dataset open, and looks for a job in it."""
        self.world.mara.command(self.channel, "/dataset", "create")
        pick(self.world.mara, "origin", "job")

    def gallery(self) -> None:
        """The second page of its pictures, in our member's direct messages."""
        self.dataset()
        mara, gallery = self.world.mara, self.world.bot.datasets.gallery
        known = next(
            each
            for each in gallery.records.in_channel(TEAM_ID, self.channel)
            if each.state.state == "ready"
        )
        wish = gallery_wish.Wish(page=2)
        sheet_id = gallery.new_id()
        gallery.sheets.want(sheet_id, known.id, "U0MARA", wish)
        sheet = gallery.sheet(sheet_id, "U0MARA")
        with gallery.db.write() as session:
            gallery.sheets.over(session, sheet, ('{"source-ref": "s3://b/a.jpg"}',))
        shown = tuple(entry_of(number, {"source-ref": "s3://b/a.jpg"}) for number in range(21, 41))
        message = gallery_card.gallery_message(
            known.source,
            gallery_card.Found(Report("CREATE_COMPLETE", 60), RIPE, shown, 60, more=True),
            gallery_wish.AskedOf(known.id, wish),
            sheet_id,
        )
        there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
        self.world.bot.slack.chat_postMessage(channel=there, **message.payload())
        self.counts = mara.messages(there)[-1]

    def gallery_window(self) -> None:
        """The window that chooses among them."""
        self.gallery()
        self.world.mara.press(self.counts, "gallery_choose")

    def dataset_review(self, situation: str | None = None) -> None:
        """Mara reads what becomes of a folder, whose bucket is in a situation."""
        self.world.put("matrix/fruit/ripe/1.jpg", b"a picture")
        url, body = self.world.services.aws_url, {"bucket": seed.RAW, "situation": situation}
        forms.control(url, "situations", body)
        self.world.mara.command(self.channel, "/dataset", "create")
        pick(self.world.mara, "origin", "folder")
        folder, store = f"s3://{seed.RAW}/matrix/fruit/", f"s3://{seed.OUT}/datasets/"
        self.world.mara.fill(
            folder={"value": folder}, store={"value": store}, project={"value": "matrix-folder"}
        )
        forms.control(url, "situations", {**body, "situation": None})

    def closed_bucket(self) -> None:
        """Mara reads that S3 keeps the bot out of the bucket of a folder."""
        self.dataset_review("unnamed")

    def labels_window(self) -> None:
        """The window that gives some of them labels."""
        self.gallery()
        self.world.mara.press(self.counts, "gallery_labels")

    def boxes(self) -> None:
        """The button for boxes, below a sheet without any."""
        self.gallery()
        mara = self.world.mara
        there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
        sheet_id = self.counts["blocks"][-1]["elements"][-1]["options"][0]["value"].split()[0]
        message = Message("boxes", [actions(button("Correct boxes…", "gallery_boxes", sheet_id))])
        self.world.bot.slack.chat_postMessage(channel=there, **message.payload())
        self.counts = mara.messages(there)[-1]

    def names_window(self) -> None:
        """The window that gives labels other names."""
        self.gallery()
        self.world.mara.press(self.counts, "gallery_names")

    def pictures_window(self) -> None:
        """The window that takes more pictures."""
        self.gallery()
        self.world.mara.press(self.counts, "gallery_add")

    def put_back(self) -> None:
        """The button of a job that is about the pictures of the channel's dataset."""
        self.dataset()
        jobs, datasets = self.world.bot.jobs, self.world.bot.datasets
        job = jobs.status.named(TEAM_ID, self.channel, "matrix-half")
        known = datasets.status._records.in_channel(TEAM_ID, self.channel)[0]
        draft = msgspec.structs.replace(job.draft, into=Into(known.id, "The set"))
        jobs.store.change(replace(job, draft=draft), job.state)
        pressed_here = button("Put into dataset", "job_put_back", job.id)
        self.said_by_the_bot(Message("Put back", [actions(pressed_here)]))

    def these(self) -> None:
        """The window over a message's pictures that asks for which dataset."""
        self.dataset()
        ts = bringing.shared(self.world, self.channel, bringing.pictures(1))
        mara = self.world.mara
        mara.close_windows()
        mara.ask("shortcut", callback_id="dataset_these", channel=self.channel, ts=ts)

    def dataset_window(self) -> None:
        """The window that asks for its name."""
        self.dataset()
        self.world.mara.press(self.about("The set"), "dataset_delete")

    def unknown(self) -> None:
        """Two questions of who labels under an address: an answered one says so to all."""
        for name in ("new", "newer"):
            self.said_by_the_bot(member_words.unknown_message(PICKERS, f"{name}@pickers.example"))

    def train_form(self) -> None:
        """The form of a training."""
        self.world.mara.command(self.channel, "/dataset", "train")

    def run_form(self) -> None:
        """The form of a run."""
        self.model()
        self.world.mara.command(self.channel, "/dataset", "run v1")

    def about(self, begins: str) -> dict[str, Any]:
        """The newest message of the channel that begins like this."""
        every = self.world.mara.messages(self.channel)
        return [one for one in every if one["text"].startswith(begins)][-1]

    def press_results(self, who: Person, action: str) -> None:
        """A button below them, or the first choice of the menu."""
        menu = self.counts["blocks"][-1]["elements"][-1]
        more = {"selected_option": menu["options"][0]} if action == menu["action_id"] else {}
        who.press(self.counts, action, **more)

    def doubts(self) -> None:
        """Results of boxes about which people differ, in our member's direct messages."""
        jobs, mara = self.world.bot.jobs, self.world.mara
        job = jobs.status.named(TEAM_ID, self.channel, "matrix-half")
        message = results_card.results_message(
            jobs.results.facts.of(job),
            Counted(objects=2, labeled=2, fitting=1, numbers=[1]),
            AskedOf(job.id, self.channel, Wish(below=0.5)),
            Remarks(differing=1),
        )
        there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
        self.world.bot.slack.chat_postMessage(channel=there, **message.payload())
        self.counts = mara.messages(there)[-1]

    def people(self) -> None:
        """What people did, shown to our member, who manages nothing."""
        jobs = self.world.bot.jobs
        job = jobs.status.named(TEAM_ID, self.channel, "matrix-done")
        message = people_message(
            jobs.results.facts.of(job),
            [Labeler(Work("w"), "", "lin@orchard.example")],
            grouped=False,
            partial="",
            csv_button=True,
        )
        slack = self.world.bot.slack
        slack.chat_postEphemeral(channel=self.channel, user="U0MARA", **message.payload())
        private = self.world.mara.ask_for("history", channel=self.channel)["ephemerals"]
        self.counts = private[-1]

    def exports(self) -> None:
        """A ledger that was exported, in our member's direct messages."""
        jobs, mara = self.world.bot.jobs, self.world.mara
        job = jobs.status.named(TEAM_ID, self.channel, "matrix-half")
        asked = Asked(job.id, self.channel, f"{jobs.exports._folder(job)}x.csv")
        facts = jobs.exports.facts.of(job)
        message = export_card.ledger_ready(facts, asked, "1", Findings(), goes_on=True)
        there = mara.ask("open_im", **{"with": BOT})["channel"]["id"]
        self.world.bot.slack.chat_postMessage(channel=there, **message.payload())
        self.counts = mara.messages(there)[-1]

    def export_window(self) -> None:
        """The window that asks for a format."""
        self.results()
        self.world.mara.press(self.counts, "export_ask")

    def results_window(self) -> None:
        """The window that chooses among them."""
        self.results()
        self.press_results(self.world.mara, "results_choose")

    def form_preset(self) -> None:
        """The name of a preset is asked over the review."""
        self.form(3)
        self.world.mara.press_in_view("job_form_preset")

    def form_more(self) -> None:
        """What stands behind [More…]."""
        self.form(1)
        self.world.mara.press_in_view("job_form_show_more")

    def form_with_repeats(self) -> None:
        """The review of a job whose manifest names a picture twice: the bot can mend that."""
        mara, source = (
            self.world.mara,
            '{"source-ref": "s3://orchard-raw/ripeness/orchard-s7-001.jpg"}\n',
        )
        order = an_order("matrix-asked", source=self.world.put("twice.manifest", source * 2))
        mara.command(self.channel, "/labeljob", "create")
        first_page(mara, order)
        second_page(mara, order)

    # -- cells
    # ----------------------------------------------------------------------------------------------

    def cell(self, row: Row, asker: Asker) -> "Outcome":
        """Let this asker do it; what came of it."""
        self.cells += 1
        before = self.state()
        slack, aws = self.world.so_far(), self.world.so_far(slack=False)
        outbox = self.outbox()
        if row.listener.startswith("event"):
            status, answer = self.event(row, asker)
        else:
            status, answer = self.world.door.post(*encoded(self.caught(row, asker)))
        calls = [one for one in self.journal(slack) if one["direction"] == "to_slack"]
        posted = [one for seq, one in self.outbox().items() if seq not in outbox]
        heard = [one for one in calls if one["operation"] in SAYS and one["response"]["ok"]]
        said = [answer, *(one["request"] for one in heard), *posted]
        return Outcome(
            status=status,
            said="\n".join(json.dumps(one, ensure_ascii=False) for one in said if one),
            calls={one["operation"] for one in calls},
            posted=len(posted),
            changed=self.state() != before,
            aws=self.world.so_far(slack=False) - aws,
        )

    def caught(self, row: Row, asker: Asker) -> dict[str, Any]:
        """What Slack would send to the app when this asker does it; it is cut off on its way."""
        own = row.own or not asker.hands
        person = Person(self.world.services.slack_url, MEMBER.user if own else asker.user)
        after = self.world.so_far()
        self.world.installed(**dict(asker.installed))
        self.world.fault(CATCH[row.listener.split()[0]], "drop_before", slack=True, times=1)
        try:
            with pytest.raises(PracticeError):
                row.act(self, person)
        finally:
            self.world.installed()
        entry = next(
            one for one in reversed(self.journal(after)) if one.get("fault") == "drop_before"
        )
        named = asker is ELSEWHERE and not row.names_installation
        if named or (own and asker is not MEMBER and not asker.installed):
            return {**entry, "request": self.as_theirs(entry["request"], asker)}
        return {**entry, "request": self.apart(entry["request"], asker)}

    def as_theirs(self, request: dict[str, Any], asker: Asker) -> dict[str, Any]:
        """A request of our member's as if it came from somebody else, with a trigger of their
        own.
        """
        payload = self.apart(request, asker)
        # words go on top of that window
        in_window = payload.get("type") == "block_actions" and "view" in payload
        if "trigger_id" in payload and not in_window:
            payload["trigger_id"] = self.trigger(asker.user)
        if "command" in payload:
            return {
                **payload,
                "user_id": asker.user,
                "user_name": asker.user.lower(),
                "team_id": asker.team,
            }
        payload["user"] = {**payload["user"], "id": asker.user, "team_id": asker.team}
        payload["team"] = {**payload["team"], "id": asker.team}
        return payload

    @staticmethod
    def apart(request: dict[str, Any], asker: Asker) -> dict[str, Any]:
        """A form in a window of its own: two people never send the same one."""
        payload = copy.deepcopy(request)
        if payload.get("type") == "view_submission" and asker is not MEMBER:
            payload["view"]["id"] = payload["view"]["root_view_id"] = (
                f"V0{asker.kind.upper().replace(' ', '')}"
            )
        return payload

    def trigger(self, user: str) -> str:
        """A fresh trigger id of somebody's."""
        with self.world._slack_rows() as rows:
            made = f"{self.cells}.{user}.trigger"
            rows.execute(
                "INSERT INTO trigger_id VALUES (?, ?, strftime('%s', 'now'), 0, NULL)", (made, user)
            )
            rows.commit()
        return made

    def event(self, row: Row, asker: Asker) -> tuple[int, Any]:
        """Slack tells the app of an event by itself; the app's answer."""
        if not (asker.hands or asker.installed) and row.listener == "event app_home_opened":
            entry = next(
                one
                for one in reversed(self.journal(0))
                if "app_home_opened" in json.dumps(one["request"])
            )
            payload = copy.deepcopy(entry["request"])
            payload["event"].update(user=asker.user, event_ts=f"1.{self.cells:06}")
            return self.world.door.post(*encoded({**entry, "request": payload}))
        after = self.world.so_far()
        self.world.installed(**dict(asker.installed))
        try:
            row.act(
                self,
                Person(
                    self.world.services.slack_url, MEMBER.user if asker.installed else asker.user
                ),
            )
            entry = self.world.until(lambda: self.heard(after), f"the event of {asker.kind}")
        finally:
            self.world.installed()
        return entry["status"], entry["response"]

    def heard(self, after: int) -> dict[str, Any] | None:
        return next(
            (
                one
                for one in self.journal(after)
                if one["operation"] == "app:event" and one["status"]
            ),
            None,
        )

    def journal(self, after: int) -> list[dict[str, Any]]:
        url = f"{self.world.services.slack_url}/_control/journal?after={after}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return list(json.load(answer)["entries"])

    def state(self) -> list[list[tuple[Any, ...]]]:
        """All rows of the bot's own tables but the inbox, the outbox and what paces them."""
        with self.world.bot.ground.db.engine.begin() as rows:
            return [
                [tuple(row) for row in rows.execute(text(f"SELECT * FROM {name}"))]
                for name in OWN_TABLES
            ]

    def outbox(self) -> dict[int, str]:
        with self.world.bot.ground.db.engine.begin() as rows:
            return {
                row.seq: row.payload
                for row in rows.execute(text("SELECT seq, payload FROM outbox"))
            }

    def form_two(self) -> None:
        """The second page, with a team found in its menu."""
        self.form(2)
        self.team = self.world.mara.choose("workteam_arn", QUEUE_TEAM)

    def fill_two(self, who: Person) -> None:
        """Fill the second page and press Review."""
        typed = {
            "input_uri": f"s3://{seed.RAW}/first-basket.manifest",
            "labels": "ripe\nunripe",
        }
        who.fill(
            workteam_arn={"selected_option": self.team},
            **{name: {"value": word} for name, word in typed.items()},
        )

    def take_away(self, windows: int) -> None:
        """Close what was put on top of our member's windows."""
        mara = self.world.mara
        for view in reversed(mara.ask_for("views")["view_stack"][windows:]):
            mara.ask("view_close", view_id=view["id"])

    def tidy(self) -> None:
        """No window stays open."""
        for person in ("U0MARA", "U0GUS", "U0PIA", "U0PAUL", "U0DORA"):
            Person(self.world.services.slack_url, person).close_windows()


@dataclass(frozen=True)
class Outcome:
    """What came of a cell: the answer's status, all words, the calls of Slack, and what changed."""

    status: int
    said: str
    calls: set[str]
    posted: int
    changed: bool
    aws: int


# -- the rows
# --------------------------------------------------------------------------------------------------


def typed(command: str, words: str, does: str, **more: Any) -> Row:
    name = f"{command} {words}".strip()
    return Row(
        f"command {command}",
        name,
        lambda s, who: who.command(s.channel, command, words),
        does,
        **more,
    )


def mention(words: str, does: str, **more: Any) -> Row:
    act: Act = lambda s, who: who.say(s.channel, f"<@{BOT}> {words}")  # noqa: E731
    return Row("event app_mention", f"@labeljob {words}".strip(), act, does, **more)


def pressed(action: str, job: str, does: str, **more: Any) -> Row:
    return Row(
        f"action {action}",
        f"[{action}]",
        lambda s, who: who.press(s.card(job), action),
        does,
        **more,
    )


def of_form(listener: str, page: int, act: Act, does: str, **more: Any) -> Row:
    """Something in the form of a job: what others send is refused, for the draft is not theirs."""
    kept: dict[str, Any] = {
        "own": True,
        "refused": NOT_YOURS,
        "ready": lambda s: s.form(page),
        **more,
    }
    return Row(listener, listener, act, does, **kept)


def of_managers(window: dict[str, Any]) -> Row:
    """The submission of a window about a team: the right is asked for again."""
    called = str(window["callback_id"])
    return Row(
        f"view_submission {called}",
        f"({called})",
        lambda _s, who: who.fill(),
        "manage labeling teams",
        ready=lambda s: s.window(window),
        manager=True,
        own=True,
    )


LIN = "lin@orchard.example"
PICKERS = WorkTeam("arn:pickers", WAITING)
HELP_WORDS = "/labeljob create"
TRAINED_MODEL = ModelState(state=TRAINED)
GOING_MODEL = ModelState(state=DELETING, deleted_by="Mara", was=TRAINED)
DRAWN = "are being fetched and drawn"
RIPE = (LabelCount("ripe", 60),)
COUNTED = "are being counted and drawn"


def below(action: str, does: str, ready: Callable[[Scene], Any], **more: Any) -> Row:
    """Something below what our member alone is shown."""
    return Row(
        f"action {action}",
        f"[{action}]",
        lambda s, who: who.press(s.counts, action),
        does,
        ready=ready,
        own=True,
        **more,
    )


def a_project(name: str) -> dict[str, Any]:
    """A project as it is chosen in its menu."""
    return {"selected_option": {"value": name}}


def of_model(action: str, model: str, does: str, ready: Callable[[Scene], Any]) -> Row:
    """A button of a model's or a run's card."""
    return Row(
        f"action {action}",
        f"[{action}]",
        lambda s, who: who.press(s.about(f"Model matrix / {model}"), action),
        does,
        ready=ready,
    )


def of_gallery(action: str, does: str, **more: Any) -> Row:
    """Something below the pictures of a dataset, in our member's direct messages."""
    return Row(
        f"action {action}",
        f"[{action}]",
        lambda s, who: s.press_results(who, action),
        does,
        ready=Scene.gallery,
        own=True,
        **more,
    )


def of_results(action: str, does: str) -> Row:
    """Something below results, which stand in our member's direct messages."""
    return Row(
        f"action {action}",
        f"[{action}]",
        lambda s, who: s.press_results(who, action),
        does,
        ready=Scene.results,
        own=True,
    )


ROWS = (
    typed("/labeljob", "create", '"job_form_1'),
    typed("/labeljob", "list", "jobs in this channel"),
    typed("/labeljob", "status", "matrix-running"),
    typed("/labeljob", "status matrix-done", "matrix-done"),
    typed("/labeljob", "stop matrix-running", '"job_stop_view'),
    typed("/labeljob", "retry matrix-stuck", "matrix-stuck is resumed", ready=Scene.stuck),
    typed("/labeljob", "follow matrix-new", "matrix-new is followed"),
    typed("/labeljob", "log matrix-running", "og of "),
    typed("/labeljob", "results matrix-done", COUNTED),
    typed("/labeljob", "export matrix-done", '"export_asked'),
    typed("/labeljob", "people matrix-done", "see what people did", manager=True),
    typed("/labeljob", "report matrix-done", "is being written"),
    typed("/labeljob", "verify matrix-half", '"job_form_1'),
    typed("/labeljob", "adjust matrix-half", '"job_form_1'),
    typed("/labeljob", f"verify {GUESSED}", '"job_form_1', ready=Scene.guessed),
    typed("/labeljob", f"adjust {GUESSED}", '"job_form_1', ready=Scene.guessed),
    typed("/labeljob", "continue matrix-half", '"job_form_1'),
    typed("/labeljob", "again matrix-half", '"job_form_1'),
    typed("/labeljob", "send matrix-stream", '"job_send_view'),
    typed("/labeljob", "preview matrix-done", "matrix-done"),
    typed("/labeljob", "people matrix-done", "see what people did", manager=True),
    typed("/labeljob", "store", '"store_data'),
    typed("/labeljob", "help", HELP_WORDS, all=True),
    typed("/labeljob", "presets", "presets"),
    typed("/labeljob", "defaults", "set what forms begin with", manager=True),
    typed("/labelteam", "list", QUEUE_TEAM),
    typed("/labelteam", f"open {WAITING}", "open a labeling team to a channel", manager=True),
    typed("/labelteam", f"close {WAITING}", "open a labeling team to a channel", manager=True),
    typed("/labelteam", f"here {WAITING}", "link a labeling team", manager=True),
    typed("/labelteam", f"leave {QUEUE_TEAM}", "link a labeling team", manager=True),
    *(
        typed("/labelteam", f"{word} {WAITING} {LIN}", "manage labeling teams", manager=True)
        for word in ("members", "create", "invite", "add", "remove", "delete")
    ),
    typed("/labelteam", "me", "known by no|As a labeler", guest=True),
    typed("/labelteam", "help", "/labelteam list", all=True),
    typed("/dataset", "create", '"dataset_form'),
    typed("/dataset", "add orchard s3://orchard-raw/more.manifest", "no dataset"),
    typed("/dataset", "list", "dataset"),
    typed("/dataset", "status", "dataset"),
    typed("/dataset", "help", "/dataset create", all=True),
    mention("", "matrix-running"),
    mention("status", "matrix-running"),
    mention("list", "jobs in this channel"),
    mention("stop matrix-running", "Press the button to stop it"),
    mention("retry matrix-stuck", "matrix-stuck is resumed", ready=Scene.stuck),
    mention("follow matrix-newer", "matrix-newer is followed"),
    mention("log matrix-running", "og of "),
    mention("results matrix-done", COUNTED),
    mention("help", HELP_WORDS),
    Row(
        "event app_home_opened",
        "Home",
        lambda _s, who: who.open_home(),
        "matrix-running",
        guest=True,
    ),
    pressed("job_status", "matrix-running", "matrix-running"),
    pressed("job_log", "matrix-running", "matrix-running"),
    typed("/labeljob", "log matrix-running", "matrix-running"),
    mention("log matrix-running", "matrix-running"),
    Row(
        "action more",
        "[⋯]",
        lambda s, who: who.press(s.card("matrix-running"), "job_status"),
        "matrix-running",
    ),
    Row(
        "action job_post_status",
        "[job_post_status]",
        lambda s, who: who.press(s.told(), "job_post_status"),
        "Posted in the thread",
        ready=lambda s: s.world.mara.press(s.card("matrix-running"), "job_status"),
        own=True,
    ),
    Row(
        "action job_preset",
        "[job_preset]",
        lambda s, who: who.press(s.told(), "job_preset"),
        '"preset_name',
        ready=lambda s: s.world.mara.press(s.card("matrix-done"), "job_status"),
        own=True,
    ),
    Row(
        "action preset_delete",
        "[preset_delete]",
        lambda s, who: who.press(s.listed, "preset_delete"),
        "no presets yet",
        ready=Scene.preset,
        own=True,
    ),
    pressed("job_stop", "matrix-running", '"job_stop_view'),
    pressed("job_retry", "matrix-stuck", "Resumed by Mara", ready=Scene.stuck),
    pressed("job_take_over", "matrix-theirs", "take over this job", manager=True),
    pressed("job_instructions", "matrix-running", "Brown spots", guest=True),
    pressed("job_log", "matrix-running", "og of "),
    pressed("job_preview", "matrix-running", "matrix-running"),
    pressed("job_results", "matrix-done", COUNTED),
    of_results("results_choose", '"results_filter'),
    of_results("results_earlier", COUNTED),
    of_results("results_later", COUNTED),
    of_results("results_large", COUNTED),
    of_results("export_ask", '"export_asked'),
    of_results("report_ask", "is being written"),
    below("results_differ", COUNTED, Scene.doubts),
    below("results_verify", '"job_form_1', Scene.doubts),
    below("people_csv", "see what people did", Scene.people, manager=True),
    below("export_open", "There is nothing at", Scene.exports),
    below("export_label", '"job_form_1', Scene.exports),
    Row(
        "view_submission export_asked",
        "(export)",
        lambda _s, who: who.fill(),
        "is exported",
        ready=Scene.export_window,
        own=True,
    ),
    Row(
        "view_submission results_filter",
        "(results)",
        lambda _s, who: who.fill(),
        COUNTED,
        ready=Scene.results_window,
        own=True,
    ),
    pressed("job_make_dataset", "matrix-done", '"dataset_form'),
    pressed("job_fix", "matrix-refused", '"job_form_1'),
    pressed("job_duplicate", "matrix-done", '"job_form_1'),
    pressed("job_verify", "matrix-half", '"job_form_1'),
    pressed("job_adjust", "matrix-half", '"job_form_1'),
    pressed("job_continue", "matrix-half", '"job_form_1'),
    pressed("job_again", "matrix-half", '"job_form_1'),
    Row(
        "message_shortcut job_status",
        "(Job status)",
        lambda s, who: who.ask(
            "shortcut",
            callback_id="job_status",
            channel=s.channel,
            ts=s.card("matrix-running")["ts"],
        ),
        "matrix-running",
    ),
    Row(
        "message_shortcut label_these",
        "(Label these)",
        lambda s, who: who.ask(
            "shortcut",
            callback_id="label_these",
            channel=s.channel,
            ts=s.card("matrix-running")["ts"],
        ),
        "This message has no files",
    ),
    Row(
        "message_shortcut send_these",
        "(Send to a job)",
        lambda s, who: who.ask(
            "shortcut",
            callback_id="send_these",
            channel=s.channel,
            ts=s.card("matrix-stream")["ts"],
        ),
        "This message has no files",
    ),
    pressed("job_send", "matrix-stream", '"job_send_view'),
    pressed("job_end_feed", "matrix-stream", "No folder feeds this job"),
    Row(
        "view_submission job_send_view",
        "(send)",
        lambda _s, who: who.fill(address={"value": f"s3://{seed.RAW}/ripeness/"}),
        '"job_send_view_sent',
        ready=lambda s: s.world.mara.press(s.card("matrix-stream"), "job_send"),
        refused="This window is too old, or not yours",
        own=True,
    ),
    Row(
        "action queue_instructions",
        "[queue_instructions]",
        lambda s, who: who.press(s.queue(), "queue_instructions"),
        "Brown spots",
        guest=True,
    ),
    Row(
        "action open_portal",
        "[open_portal]",
        lambda s, who: who.press(s.queue(), "open_portal"),
        "^$",
        all=True,
    ),
    of_form("action job_form_category", 1, lambda _s, who: pick(who, "tile", "boxes"), "^$"),
    of_form(
        "action job_form_kind_",
        3,
        lambda _s, who: pick(who, "task_type", "text-classification"),
        "^$",
        ready=Scene.form_of_kinds,
    ),
    of_form(
        "action job_form_several_",
        3,
        lambda _s, who: who.press_in_view("job_form_several_picture", selected_options=[]),
        "^$",
        ready=Scene.form_of_kinds,
    ),
    of_form(
        "action job_form_show_more",
        1,
        lambda _s, who: who.press_in_view("job_form_show_more"),
        "^$",
    ),
    Row(
        "action job_form_new_at_home",
        "[New labeling job]",
        lambda _s, who: who.press_at_home("job_form_new_at_home"),
        '"job_form_where',
        ready=Scene.at_home,
        own=True,
        all=True,
    ),
    Row(
        "view_submission job_form_where",
        "(where)",
        lambda s, who: who.fill(channel={"selected_conversation": s.channel}),
        '"job_form_(1|left)"',
        ready=lambda s: s.world.mara.press_at_home("job_form_new_at_home"),
        own=True,
    ),
    of_form(
        "action job_form_go_on",
        1,
        lambda _s, who: who.press_in_view("job_form_go_on"),
        "^$",
        ready=Scene.left,
    ),
    of_form(
        "action job_form_new",
        1,
        lambda _s, who: who.press_in_view("job_form_new"),
        "^$",
        ready=Scene.left,
    ),
    of_form(
        "action job_form_fix",
        3,
        lambda _s, who: who.press_in_view("job_form_fix"),
        "^$",
        ready=Scene.form_with_repeats,
    ),
    of_form(
        "action job_form_preview", 3, lambda _s, who: who.press_in_view("job_form_preview"), "^$"
    ),
    of_form("action job_form_back", 3, lambda _s, who: who.press_in_view("job_form_back"), "^$"),
    of_form(
        "action job_form_team",
        2,
        lambda s, who: who.press_in_view("job_form_team", selected_option=s.team),
        "^$",
        ready=Scene.form_two,
    ),
    of_form(
        "options job_form_team",
        2,
        lambda _s, who: who.choose("workteam_arn", ""),
        WAITING,
        refused=r'^{"options": \[\]}$',
    ),
    of_form(
        "action store_data_open",
        1,
        lambda _s, who: who.press_in_view("store_data_open"),
        "^$",
        ready=Scene.form_of_nothing,
    ),
    Row(
        "view_submission store_data",
        "(store data)",
        lambda s, who: stored.store(s.world, who, seed.RAW, "july"),
        "errors|store_data",
        ready=lambda s: s.world.mara.command(s.channel, "/labeljob", "store"),
        own=True,
        refused=NOT_YOURS,
    ),
    of_form(
        "view_submission job_form_",
        2,
        Scene.fill_two,
        '"job_form_review',
        ready=Scene.form_two,
    ),
    of_form(
        "view_submission job_form_more",
        1,
        lambda _s, who: who.fill(),
        '"job_form_1',
        ready=Scene.form_more,
    ),
    of_form("action job_form_start", 1, lambda _s, who: pick(who, "start", "nothing"), "^$"),
    of_form(
        "action job_form_preset",
        3,
        lambda _s, who: who.press_in_view("job_form_preset"),
        '"preset_name',
    ),
    of_form(
        "view_submission preset_name",
        3,
        lambda _s, who: who.fill(preset={"value": "Kept"}),
        "is saved",
        ready=Scene.form_preset,
    ),
    of_form("view_submission job_form_review", 3, lambda _s, who: who.fill(), "matrix-asked"),
    of_form(
        "action job_form_data_from",
        1,
        lambda _s, who: who.press_in_view(
            "job_form_data_from", selected_option=bringing.radio(who, "data_from", "files")
        ),
        "^$",
    ),
    Row(
        "view_submission job_stop_view",
        "(stop)",
        lambda _s, who: who.fill(),
        "^$",
        ready=lambda s: s.world.mara.press(s.card("matrix-ending"), "job_stop"),
        own=True,
    ),
    of_managers(member_words.remove_window(PICKERS, [LIN], DATA)),
    of_managers(member_words.delete_window(PICKERS, DATA)),
    Row(
        "view_submission channel_defaults",
        "(channel_defaults)",
        lambda _s, who: who.fill(),
        "set what forms begin with",
        ready=lambda s: s.window(
            channel_form.defaults_page(s.world.bot.jobs.accept.form.asked(Draft()), s.channel)
        ),
        manager=True,
        own=True,
    ),
    Row(
        "view_submission dataset_form",
        "(dataset)",
        lambda _s, who: who.fill(project={"value": "matrix-fruit"}),
        "matrix-done",
        ready=lambda s: s.world.mara.press(s.card("matrix-done"), "job_make_dataset"),
        own=True,
    ),
    Row(
        "action dataset_form_origin",
        "[dataset_form_origin]",
        lambda _s, who: pick(who, "origin", "job"),
        "^$",
        ready=lambda s: s.world.mara.command(s.channel, "/dataset", "create"),
        own=True,
    ),
    Row(
        "action dataset_form_back",
        "[dataset_form_back]",
        lambda _s, who: who.press_in_view("dataset_form_back"),
        "^$",
        ready=Scene.dataset_review,
        own=True,
        refused=TOO_OLD,
    ),
    Row(
        "action dataset_form_policy",
        "[dataset_form_policy]",
        lambda _s, who: who.press_in_view("dataset_form_policy"),
        "change the policy of a bucket",
        ready=Scene.closed_bucket,
        manager=True,
        own=True,
    ),
    Row(
        "view_submission dataset_review",
        "(dataset_review)",
        lambda _s, who: who.fill(),
        "was submitted",
        ready=Scene.dataset_review,
        own=True,
        refused=TOO_OLD,
    ),
    Row(
        "options dataset_job",
        "[dataset_job]",
        lambda _s, who: who.choose("finished_job", ""),
        "matrix-done",
        ready=Scene.dataset_of_a_job,
        own=True,
        refused=r'^{"options": \[\]}$',
    ),
    # what is told of models is told at once, and cards with it: last
    typed("/dataset", "train", '"model_train_form'),
    typed("/dataset", "models", "matrix / v1", ready=Scene.model),
    typed("/dataset", "run", '"model_run_form', ready=Scene.model),
    typed("/dataset", "stop v9", "No model of that name"),
    typed("/dataset", "delete v1", '"model_delete_view', ready=Scene.model),
    of_model("model_run", "v1", '"model_run_form', Scene.model),
    of_model("model_mistakes", "v1", "is being counted and drawn", Scene.model),
    of_model("model_delete", "v1", '"model_delete_view', Scene.model),
    Row(
        "action model_bucket_policy",
        "[model_bucket_policy]",
        lambda s, who: who.press(s.about("The failed model"), "model_bucket_policy"),
        "change the policy of a bucket",
        ready=Scene.failed_model,
        manager=True,
    ),
    of_model("model_undo", "v1", "^$", lambda s: s.as_trained(GOING_MODEL)),
    of_model("run_try", "v2", '"model_trial_form', Scene.running),
    typed("/dataset", "try", '"model_trial_form', ready=Scene.running),
    Row(
        "view_submission project_delete_view",
        "(delete a project)",
        lambda _s, who: who.fill(typed_name={"value": "x"}),
        "delete projects",
        ready=lambda s: s.window(going.delete_window("unwanted", 1, 2, DATA, "matrix")),
        manager=True,
        own=True,
    ),
    Row(
        "action project_undo",
        "[project_undo]",
        lambda s, who: who.press(s.about("Project unwanted"), "project_undo"),
        "delete projects",
        manager=True,
        ready=Scene.project_deleted,
    ),
    of_model("model_copy", "v1", '"model_copy_form', Scene.model),
    typed("/dataset", "copy v1", '"model_copy_form', ready=Scene.model),
    typed(
        "/dataset",
        "share v1 210987654321",
        "let other AWS accounts copy models",
        manager=True,
        ready=Scene.model,
    ),
    Row(
        "view_submission model_copy_form",
        "(copy a model)",
        lambda _s, who: who.fill(
            project=a_project("matrix"),
            version_name={"value": "v 1"},
            output_uri={"value": f"s3://{seed.OUT}/models/"},
        ),
        '"response_action": "errors"',
        ready=Scene.copy_form,
        own=True,
    ),
    of_model("run_draft", "v2", '"model_batch_form', Scene.running),
    typed("/dataset", "draft", '"model_batch_form', ready=Scene.running),
    Row(
        "view_submission model_batch_form",
        "(draft labels)",
        lambda _s, who: who.fill(
            source={"value": f"s3://{seed.RAW}/ripeness/"},
            most={"value": "many"},
            output_uri={"value": f"s3://{seed.OUT}/models/"},
        ),
        '"response_action": "errors"',
        ready=Scene.batch_form,
        own=True,
    ),
    Row(
        "action drafts_label",
        "[drafts_label]",
        lambda s, who: who.press(s.about("Drafts of matrix / v2"), "drafts_label"),
        '"job_form_1',
        ready=Scene.drafts,
        own=True,
    ),
    Row(
        "message_shortcut try_these",
        "(Try a model)",
        lambda s, who: who.ask(
            "shortcut",
            callback_id="try_these",
            channel=s.channel,
            ts=s.card("matrix-running")["ts"],
        ),
        "This message has no picture",
        ready=Scene.running,
    ),
    Row(
        "view_submission model_trial_form",
        "(try a model)",
        lambda _s, who: who.fill(least={"value": "a lot"}),
        '"response_action": "errors"',
        ready=Scene.trial_form,
        own=True,
    ),
    of_model("run_stop", "v2", "^$", Scene.run),
    Row(
        "action dataset_train",
        "[dataset_train]",
        lambda s, who: who.press(s.about("A set is ready"), "dataset_train"),
        '"model_train_form',
        ready=lambda s: s.said_by_the_bot(
            Message("A set is ready", [actions(button("Train…", "dataset_train", "matrix"))])
        ),
    ),
    Row(
        "action dataset_delete",
        "[dataset_delete]",
        lambda s, who: who.press(s.about("The set"), "dataset_delete"),
        '"dataset_delete_view',
        ready=Scene.dataset,
    ),
    Row(
        "action dataset_other_lines",
        "[dataset_other_lines]",
        lambda s, who: who.press(s.about("The set"), "dataset_other_lines"),
        "These lines cannot be left out",
        ready=Scene.dataset,
    ),
    Row(
        "action dataset_bucket_policy",
        "[dataset_bucket_policy]",
        lambda s, who: who.press(s.about("The set"), "dataset_bucket_policy"),
        "change the policy of a bucket",
        ready=Scene.dataset,
        manager=True,
    ),
    Row(
        "action dataset_lines",
        "[dataset_lines]",
        lambda s, who: who.press(s.about("The set"), "dataset_lines"),
        "There is no table of these lines",
        ready=Scene.dataset,
    ),
    Row(
        "view_submission dataset_delete_view",
        "(delete a dataset)",
        lambda _s, who: who.fill(typed_name={"value": "another"}),
        "letter by letter",
        ready=Scene.dataset_window,
        own=True,
    ),
    typed("/dataset", "show matrix-done", DRAWN, ready=Scene.dataset),
    Row(
        "action dataset_show",
        "[dataset_show]",
        lambda s, who: who.press(s.about("The set"), "dataset_show"),
        DRAWN,
        ready=Scene.dataset,
    ),
    of_gallery("gallery_earlier", DRAWN),
    of_gallery("gallery_later", DRAWN),
    of_gallery("gallery_large", DRAWN, refused="shown too long ago"),
    of_gallery("gallery_choose", '"gallery_filter'),
    of_gallery("gallery_labels", '"gallery_labels_view', refused="shown too long ago"),
    Row(
        "view_submission gallery_labels_view",
        "(labels of pictures)",
        lambda _s, who: who.fill(
            pictures={"selected_options": bringing.field(who, "pictures")["options"]},
            others={"value": "x" * 256},
        ),
        "at most 255",
        ready=Scene.labels_window,
        own=True,
        refused="shown too long ago",
    ),
    Row(
        "action gallery_boxes",
        "[gallery_boxes]",
        lambda s, who: who.press(s.counts, "gallery_boxes"),
        "there are none to correct",
        ready=Scene.boxes,
        own=True,
        refused="shown too long ago",
    ),
    of_gallery("gallery_names", '"gallery_names_view'),
    Row(
        "view_submission gallery_names_view",
        "(change labels)",
        lambda _s, who: who.fill(names={"value": "nobody has = this"}),
        "has no label",
        ready=Scene.names_window,
        own=True,
    ),
    Row(
        "message_shortcut dataset_these",
        "(Add to a dataset)",
        lambda s, who: who.ask(
            "shortcut",
            callback_id="dataset_these",
            channel=s.channel,
            ts=s.card("matrix-running")["ts"],
        ),
        "no pictures for a dataset",
    ),
    Row(
        "view_submission dataset_these_view",
        "(add to a dataset)",
        lambda _s, who: who.fill(dataset=a_project("new")),
        '"dataset_form',
        ready=Scene.these,
        own=True,
        refused=TOO_OLD,
    ),
    Row(
        "action job_put_back",
        "[job_put_back]",
        lambda s, who: who.press(s.about("Put back"), "job_put_back"),
        "This dataset takes no lines|then sent to dataset",
        ready=Scene.put_back,
    ),
    of_gallery("gallery_add", '"gallery_add_view', refused="shown too long ago"),
    Row(
        "view_submission gallery_add_view",
        "(add pictures)",
        lambda _s, who: who.fill(store={"value": "s3://b/"}),
        "Add the files",
        ready=Scene.pictures_window,
        own=True,
        refused="shown too long ago",
    ),
    Row(
        "view_submission gallery_filter",
        "(choose pictures)",
        lambda _s, who: who.fill(part={"value": "a"}),
        DRAWN,
        ready=Scene.gallery_window,
        own=True,
    ),
    Row(
        "action dataset_undo",
        "[dataset_undo]",
        lambda s, who: who.press(s.about("The set"), "dataset_undo"),
        "^$|Dataset matrix-done",
        ready=lambda s: s.dataset("deleting"),
    ),
    Row(
        "action labeler_claim",
        "[labeler_claim]",
        lambda s, who: who.press(s.about("Somebody new"), "labeler_claim"),
        "`/labelteam me not` takes it back",
        ready=Scene.unknown,
        guest=True,
    ),
    Row(
        "options dataset_project",
        "[dataset_project]",
        lambda _s, who: who.choose("known_project", ""),
        "options",
        ready=lambda s: s.world.mara.press(s.card("matrix-done"), "job_make_dataset"),
        own=True,
        refused=r'^{"options": \[\]}$',
    ),
    Row(
        "view_submission model_delete_view",
        "(delete a model)",
        lambda _s, who: who.fill(typed_name={"value": "v2"}),
        "letter by letter",
        ready=Scene.delete_window,
        own=True,
    ),
    Row(
        "view_submission model_train_form",
        "(train)",
        lambda _s, who: models.filled(who, "v 1", project=a_project("matrix")),
        '"response_action": "errors"',
        ready=Scene.train_form,
        own=True,
    ),
    Row(
        "options model_project",
        "[model_project]",
        lambda _s, who: who.choose("project", ""),
        "options",
        ready=Scene.train_form,
        own=True,
        refused=r'^{"options": \[\]}$',
    ),
    Row(
        "view_submission model_run_form",
        "(run)",
        lambda _s, who: who.fill(
            seconds={"selected_option": bringing.field(who, "seconds")["options"][0]}
        ),
        "errors|model_run",
        ready=Scene.run_form,
        own=True,
    ),
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A world of its own: nothing else is said or asked in it."""
    world = World(tmp_path_factory.mktemp("matrix"))
    try:
        world.begin()
        yield Scene(world)
    finally:
        world.stop()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_listener_answers_each_kind_of_asker(
    scene: Scene, row: Row, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this, one listener that reads a payload's own word for who asks would serve another
    company.
    """
    wrong = []
    if row.ready:
        row.ready(scene)
    windows = len(scene.world.mara.ask_for("views")["view_stack"])
    for asker in ASKERS:
        caplog.clear()
        outcome = scene.cell(row, asker)
        faults = [
            record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR
        ]
        wrong += [
            f"{asker.kind}: {words}\n    {outcome}"
            for words in [*faults, *faulty(row, asker, outcome)]
        ]
        if row.own:
            scene.take_away(windows)
    scene.tidy()
    assert not wrong, "\n".join(wrong)


def faulty(row: Row, asker: Asker, outcome: Outcome) -> Iterator[str]:
    """What is not right about a cell, in words."""
    if outcome.status != 200:
        yield f"answered with {outcome.status}"
    if re.search("please try again|in a minute|Something went wrong", outcome.said):
        yield "an endless “try again”, or a fault of ours"
    if not row.serves(asker):
        yield from badly_refused(row, asker, outcome)
    elif not re.search(row.does, outcome.said):
        yield "is not served"


def badly_refused(row: Row, asker: Asker, outcome: Outcome) -> Iterator[str]:
    """What a refused one did or saw all the same, or was not told."""
    if outcome.changed or outcome.aws:
        yield "was refused, and yet something changed or AWS was asked"
    if outcome.calls - LOOKS - SAYS:
        yield "was refused, and yet more was done at Slack"
    wanted = refusal(row, asker)
    if row.listener == "event app_home_opened":
        if "matrix-" in outcome.said:
            yield "sees jobs on the Home tab"
    elif not re.search(wanted, outcome.said, re.DOTALL):
        yield f"is not refused by “{wanted}”"
    if outcome.posted > (1 if row.listener == "event app_mention" and wanted != "^$" else 0):
        yield "was refused, and yet something is posted"


def refusal(row: Row, asker: Asker) -> str:
    """The pattern of the refusal; `^$` is silence."""
    kind = row.listener.split()[0]
    if asker.installed and (row.names_installation or asker is not ELSEWHERE):
        return NOT_OURS if kind in {"command", "view_submission"} else "^$"
    if row.listener == "event app_mention" and not asker.hands:
        return "^$"
    if row.refused:
        return row.refused
    return f"{asker.refusal} {row.does if asker is MEMBER else ''}{CAN}"


def test_every_listener_and_every_word_has_a_row(scene: Scene) -> None:
    """Without this, a new command or button would be open to everybody until somebody thought of
    it.
    """
    registered = set()
    for listener in scene.world.bot.app()._listeners:
        matcher: Any = listener.matchers[0]
        assert len(listener.matchers) == 1
        (wanted,) = inspect.getclosurevars(matcher.func).nonlocals.values()
        if isinstance(wanted, re.Pattern):  # a page that begins anew adds a number
            wanted = re.split(r"\W", wanted.pattern)[0]
        registered.add(f"{matcher.func.__qualname__.partition('.')[0]} {wanted}")
    assert registered == {row.listener for row in ROWS}
    helps = (
        status_card.help_message("AWS").text,
        team_help("AWS").text,
        dataset_card.help_message().text,
    )
    words = {
        f"{command} {word}" for command, word in re.findall(r"(/[a-z]+) ([a-z]+)", "\n".join(helps))
    }
    assert words <= {" ".join(row.name.split()[:2]) for row in ROWS if row.name.startswith("/")}
    said = re.findall(r"[a-z]+", _SAYABLE.partition(":")[2].partition(".")[0])
    assert set(said) - {"name"} <= {
        row.name.split()[1] for row in ROWS if row.name.startswith("@labeljob ")
    }


def test_the_matrix_is_whole(scene: Scene) -> None:
    """A matrix that skips cells proves nothing: all there is to do, by nine kinds of askers."""
    assert len(ASKERS) == 9
    assert scene.cells == len(ROWS) * len(ASKERS)


def test_a_colleague_with_another_home_workspace_is_a_member(scene: Scene) -> None:
    """Without this, a full member of an organisation's workspace would be called a stranger."""
    grit = Person(scene.world.services.slack_url, "U0GRID")
    for words in ("create", "list", "status"):
        said = grit.command(scene.channel, "/labeljob", words)
        assert "cannot" not in json.dumps(said)
    assert grit.view()["callback_id"] == "job_form_1"
    grit.close_windows()
    grit.press(scene.card("matrix-done"), "job_status")
    told = grit.ask_for("history", channel=scene.channel)["ephemerals"][-1]["text"]
    assert "Ripe or not (matrix-done)" in told
