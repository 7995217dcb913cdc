"""The window on Rekognition Custom Labels, and the dataset story behind it, against the AWS
stand-in over HTTP.
"""

import itertools
import json
import random
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.base.aws import Aws, AwsBusy
from bot.base.bucket_rights import BucketRights
from bot.base.clock import system_clock
from bot.base.db import Database
from bot.base.questions import Questions
from bot.base.s3_uri import S3Uri
from bot.base.settings import Settings
from bot.base.storage import Storage
from bot.brought.storing import Storing
from bot.datasets.accept import Accept
from bot.datasets.comparison import Comparison
from bot.datasets.custom_labels import CustomLabels, DatasetExists, ManifestUnread
from bot.datasets.lifecycle import ASKED, FAILED, READY, REFUSED, Report
from bot.datasets.load import Load
from bot.datasets.records import Dataset, Records
from bot.datasets.sights import Sights
from bot.datasets.source import TEST, TRAIN, Source
from bot.datasets.store import DatasetStore
from bot.datasets.watch import Watch
from bot.delivery.claims import Claims
from bot.delivery.outbox import Outbox
from bot.delivery.slack_files import SlackFiles
from bot.people.access import Access
from bot.sandbox.aws.app import AwsConfig, create_app
from bot.sandbox.http import Server
from bot.sandbox.slack.app import SlackConfig
from bot.sandbox.slack.app import create_app as create_slack
from bot.work.leases import Leases
from bot.work.tries import Tries
from commands.actions import RULES

KEY, SECRET = "AKIAPRACTICE00000001", "practice-secret"
BUCKET = "orchard-out"


class World:
    """The AWS stand-in on a free port, our clients to it, and one bucket."""

    def __init__(self, folder: Path) -> None:
        self.aws_app = create_app(
            AwsConfig(folder / "aws", {KEY: SECRET}, import_seconds=0.3, tick_seconds=0.05)
        )
        self.server = Server(self.aws_app.app).start()
        self.aws_app.start()
        self.settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-practice",
            aws_endpoint_url=self.server.url,
            aws_region="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            buckets=(BUCKET,),
            set_aside_after=3,
        )
        self.aws = Aws(self.settings)
        self.labels = CustomLabels(self.aws)
        self.storage = Storage.for_work(self.aws, self.settings.allowed)
        self.rights = BucketRights(self.aws, self.storage)
        self.aws.act("s3").create_bucket(Bucket=BUCKET)

    def put(self, key: str, *lines: object) -> S3Uri:
        """A manifest in the bucket."""
        uri = S3Uri(BUCKET, key)
        body = "".join(
            (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines
        )
        self.storage.put(uri, body.encode(), "application/x-ndjson")
        return uri

    def count(self, operation: str) -> int:
        """How often AWS was asked."""
        with urllib.request.urlopen(f"{self.server.url}/_control/journal", timeout=5) as answer:
            return sum(entry["operation"] == operation for entry in json.load(answer)["entries"])

    def spoil(self, operation: str, fault: str, times: int, **more: object) -> None:
        """The next calls of an operation go wrong."""
        rule = {"operation": operation, "fault": fault, "times": times, "probability": 1.0, **more}
        address, kind = f"{self.server.url}/_control/faults", {"Content-Type": "application/json"}
        request = urllib.request.Request(address, json.dumps(rule).encode(), kind)
        urllib.request.urlopen(request, timeout=5).close()

    def stop(self) -> None:
        self.server.stop()
        self.aws_app.stop()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.stop()


def picture(number: int, label: str = "ripe", **changes: object) -> dict[str, Any]:
    metadata = {
        "class-name": label,
        "confidence": 0.9,
        "type": "groundtruth/image-classification",
        "human-annotated": "yes",
        "creation-date": "2026-07-02T09:14:31.120411",
        **changes,
    }
    return {
        "source-ref": f"s3://{BUCKET}/raw/{number}.jpg",
        "ripeness": 0,
        "ripeness-metadata": metadata,
    }


def until(done: Callable[[], bool]) -> None:
    """Ask until it is so; AWS takes its time."""
    pause, end = threading.Event(), time.monotonic() + 20
    while not done():
        assert time.monotonic() < end, "it did not come to its end in 20 s"
        pause.wait(0.05)


def imported(world: World, project: str, uri: S3Uri, kind: str = TRAIN) -> str:
    """The ARN of a dataset whose import is over."""
    arn, _adopted = world.labels.create_or_adopt(project, world.labels.project(project), kind, uri)
    until(lambda: world.labels.report(arn).aws_status != "CREATE_IN_PROGRESS")
    return arn


def test_a_project_that_exists_is_taken_as_it_is(world: World) -> None:
    """The second dataset of a project could not be made."""
    assert world.labels.project("orchard") == world.labels.project("orchard")


def test_a_second_try_finds_what_the_first_one_made(world: World) -> None:
    """A bot that died between AWS's answer and its own note would refuse its own dataset."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    arn = imported(world, "orchard", uri)
    project = world.labels.project("orchard")
    assert world.labels.create_or_adopt("orchard", project, TRAIN, uri) == (arn, True)


def test_a_lost_answer_makes_no_second_dataset_and_loses_none(world: World) -> None:
    """A cut connection would end in a refusal although the dataset stands."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    project = world.labels.project("orchard")
    world.spoil("*.CreateDataset", "drop_after", 1)
    with pytest.raises(AwsBusy):
        world.labels.create_or_adopt("orchard", project, TRAIN, uri)
    assert world.count("Rekognition.CreateDataset") == 1, (
        "boto3 asks once, so that no answer is lost unseen"
    )
    arn, adopted = world.labels.create_or_adopt("orchard", project, TRAIN, uri)
    assert adopted
    assert world.labels.report(arn).aws_status.startswith("CREATE_")


def test_a_project_takes_one_dataset_of_each_kind(world: World) -> None:
    """The second import into a project would end in the name of an exception, or replace the
    first.
    """
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    project = world.labels.project("orchard")
    world.labels.check_free("orchard", TRAIN)
    imported(world, "orchard", uri)
    with pytest.raises(DatasetExists, match="has a training set already"):
        world.labels.check_free("orchard", TRAIN)
    world.labels.check_free("orchard", TEST)
    arn, adopted = world.labels.create_or_adopt("orchard", project, TEST, uri)
    assert (arn.split("/")[-2], adopted) == ("test", False)


def test_a_manifest_that_aws_cannot_read_is_told_with_the_right_it_needs(world: World) -> None:
    """People would see the name of an exception."""
    with pytest.raises(ManifestUnread, match="s3:GetObject"):
        world.labels.create_or_adopt(
            "orchard", world.labels.project("orchard"), TRAIN, S3Uri(BUCKET, "none.manifest")
        )


def test_what_aws_says_of_a_dataset_is_read_whole(world: World) -> None:
    """Counts, labels beyond the first page, or codes of bad lines would be missing from the
    result.
    """
    many = [picture(number, f"label {number:03}") for number in range(120)]
    bad = picture(900, **{"class-name": "x" * 300})
    uri = world.put("many.manifest", *many, picture(500, "label 000"), bad)
    arn = imported(world, "orchard", uri)
    report = world.labels.report(arn)
    assert (report.aws_status, report.total, report.errors) == ("CREATE_COMPLETE", 122, 1)
    labels = world.labels.labels(arn)
    assert (labels[0].name, labels[0].pictures) == ("label 000", 2)
    assert {f"label {number:03}" for number in range(120)} <= {label.name for label in labels}
    assert len(set(world.labels.pictures(arn))) == 122
    found = list(world.labels.bad_entries(arn))
    assert [entry.source_ref for entry in found] == [f"s3://{BUCKET}/raw/900.jpg"]
    assert found[0].codes[0].startswith("ERROR_")


def test_a_dataset_that_is_gone_is_a_report_and_no_error(world: World) -> None:
    """A dataset that somebody deleted would be asked for until it is set aside."""
    arn = "arn:aws:rekognition:us-east-1:111122223333:project/none/dataset/train/1700000000000"
    assert world.labels.report(arn) == Report("GONE")


def by_nobody(*_told: object, **_more: object) -> None:
    """No job's card shows these datasets."""


class Story:
    """The dataset story behind the window: one worker, its database, and Slack for the question who
    may.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.slack = Server(
            create_slack(
                SlackConfig(
                    store=folder / "slack.db",
                    bot_token="xoxb-practice",
                    app_token="xapp-practice",
                    signing_secret="practice",
                    manifest={
                        "display_information": {"name": "Labeljob"},
                        "oauth_config": {
                            "scopes": {
                                "bot": ["users:read", "channels:read", "groups:read", "chat:write"]
                            }
                        },
                    },
                    people=[{"id": "U0MARA", "name": "mara", "real_name": "Mara"}],
                    channels=[{"id": "C0DATA", "name": "data", "members": ["U0MARA", "bot"]}],
                    rate_limits=False,
                )
            )
        ).start()
        numbers = itertools.count()
        self.new_id: Callable[[], str] = lambda: f"id{next(numbers):04}"
        self.db = Database(f"sqlite:///{folder / 'bot.db'}")
        self.db.migrate()

        self.outbox = Outbox(self.db, self.new_id)
        self.records = Records(self.db)
        self._client = client = WebClient(
            "xoxb-practice", base_url=f"{self.slack.url}/api/", timeout=5, retry_handlers=[]
        )
        self.team = str(client.auth_test()["team_id"])
        self._world = world
        self.store = DatasetStore(
            db=self.db, records=self.records, outbox=self.outbox, gap=0.0, noted=by_nobody
        )
        self.accept = Accept(
            records=self.records,
            store=self.store,
            open_places=world.settings.open_places,
            sights=Sights(
                world.storage, world.labels, world.rights, world.settings.open_places, hurried=True
            ),
            questions=Questions(world.settings.form_wait),
            region=world.settings.aws_region,
            clock=system_clock,
            new_id=self.new_id,
        )
        self._access = Access(client, (), self.team, RULES)
        self.load, self.watch = self.worker("worker", world.settings.lease)

    def worker(self, owner: str, lease: float) -> tuple[Load, Watch]:
        """A worker of that name, whose leases are so short."""
        settings = self._world.settings.model_copy(update={"lease": lease})
        shared: dict[str, Any] = {
            "records": self.records,
            "store": self.store,
            "tries": Tries(self.db, Leases(self.db, owner), settings, random.SystemRandom()),
            "clock": system_clock,
        }
        labels, storage = self._world.labels, self._world.storage
        rights = self._world.rights
        sights = Sights(storage, labels, rights, settings.open_places)
        files = SlackFiles(settings, lambda: self._client, may_read=False)
        load = Load(
            **shared,
            sights=sights,
            storing=Storing(storage, files),
            access=self._access,
            settings=settings,
        )
        comparison = Comparison(storage, settings.open_places)
        return load, Watch(**shared, custom_labels=labels, rights=rights, comparison=comparison)

    def ask(self, uri: S3Uri, project: str = "orchard") -> Dataset:
        source = Source(
            project=project,
            manifest_uri=str(uri),
            channel="C0DATA",
            team_id=self.team,
            asked_by="U0MARA",
            asked_by_name="Mara",
        )
        return self.accept.accept(source, self.new_id()).dataset

    def no_pause(self) -> None:
        """Whatever waits is due now."""
        with self.db.write() as session:
            session.connection().execute(self.db.sql("UPDATE dataset SET next_try_at = 0"))

    def end(self, dataset: Dataset) -> Dataset:
        """The dataset once everything that can happen to it has."""

        def ended() -> bool:
            self.load.round()
            self.watch.round()
            now = self.records.get(dataset.id)
            return now is not None and (now.state.ended or now.set_aside is not None)

        until(ended)
        return self.records.get(dataset.id) or dataset

    def said(self) -> list[str]:
        """Everything that is to be posted, in order; a card in its last form."""
        texts = []
        claims = Claims(self.db)
        while (claimed := claims.claim("test")) is not None:
            texts.append(str(claimed.payload["text"]))
            claims.done(claimed, f"{len(texts)}.0")
        return texts

    def stop(self) -> None:
        self.db.close()
        self.slack.stop()


@pytest.fixture
def story(world: World, tmp_path: Path) -> Iterator[Story]:
    story = Story(world, tmp_path)
    yield story
    story.stop()


def test_a_finished_job_becomes_a_dataset_and_its_thread_tells_what_became_of_each_line(
    world: World, story: Story
) -> None:
    """The whole story: numbers, labels, lines that did not arrive with their reason, one mention at
    the end.
    """
    uri = world.put(
        "july/ripe/manifests/output/output.manifest",
        *(picture(number, "ripe") for number in range(20)),
        *(picture(number, "unripe") for number in range(20, 30)),
        picture(3),
        "not json",
    )
    dataset = story.end(story.ask(uri))
    assert (
        dataset.state.state,
        dataset.state.lines,
        dataset.state.sent,
        dataset.state.arrived,
    ) == (READY, 32, 30, 30)
    assert dataset.sent_uri.startswith(f"s3://{BUCKET}/july/ripe/labeljob/")
    assert world.storage.exists(S3Uri.parse(dataset.sent_uri))
    card, result = story.said()
    assert card.startswith("Dataset orchard: Ready. ")
    assert "arrived" not in card, "the thread says it, once"
    assert result.startswith(
        "<@U0MARA> *Dataset orchard* (training, project orchard) is ready\n30 of 32 lines arrived"
    )
    assert "ripe 20 · unripe 10" in result
    assert "2 lines did not arrive:" in result
    assert "Line 31 repeats a picture: line 4 has it too." in result
    assert "Line 32 is not JSON" in result


def test_a_manifest_that_aws_would_give_up_is_refused_before_aws_hears_of_it(
    world: World, story: Story
) -> None:
    """A project with a failed dataset would be left at AWS, and the lines would never be named."""
    uri = world.put("bad.manifest", picture(1), picture(2, "unripe"), "not json")
    dataset = story.end(story.ask(uri, "bad"))
    assert dataset.state.state == REFUSED
    assert world.aws.act("rekognition").describe_projects()["ProjectDescriptions"] == []
    assert "More than 20 % of the lines are wrong (1 of 3)." in story.said()[-1]


def test_pictures_in_a_closed_bucket_are_never_handed_to_aws(world: World, story: Story) -> None:
    """A manifest would open a bucket that the channel may not see."""
    stray = {**picture(1), "source-ref": "s3://secret/plans.jpg"}
    dataset = story.end(
        story.ask(world.put("stray.manifest", stray, picture(2), picture(3, "unripe")), "stray")
    )
    assert dataset.state.state == REFUSED
    assert "s3://secret/plans.jpg" in dataset.state.cause


def test_a_project_that_is_taken_is_told_with_the_way_out(world: World, story: Story) -> None:
    """The second import into a project would fail with the name of an exception."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    assert story.end(story.ask(uri)).state.state == READY
    second = story.end(story.ask(uri))
    assert second.state.state == REFUSED
    assert "Name another project." in second.state.cause


def test_a_form_that_is_submitted_twice_makes_one_dataset(world: World, story: Story) -> None:
    """A double press would import everything twice."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    source = story.ask(uri).source
    first, second = (story.accept.accept(source, "one request") for _ in range(2))
    assert (first.new, second.new) == (True, False)
    assert first.dataset == second.dataset


def test_when_aws_is_busy_the_import_waits_and_giving_up_is_told_once(
    world: World, story: Story
) -> None:
    """A busy AWS would lose the dataset, fill its thread, or be asked without a pause."""
    asked = story.ask(world.put("july.manifest", picture(1), picture(2, "unripe")))
    world.spoil("*.CreateProject", "error_500", 100)
    tries = []
    for _ in range(4):
        story.no_pause()
        story.load.round()
        story.load.round()  # at once again: its pause is not over
        waiting = story.records.get(asked.id)
        assert waiting is not None
        tries.append((waiting.fails, waiting.set_aside is not None))
    assert tries == [(1, False), (2, False), (3, True), (3, True)]
    card, line = story.said()
    assert "Paused after errors" in card
    assert line.startswith(
        "<@U0MARA> *Dataset orchard* is paused after many errors: AWS did not answer in time"
    )


def test_a_worker_that_died_after_asking_aws_goes_on_with_the_same_dataset(
    world: World, story: Story
) -> None:
    """A crash between AWS's answer and our note would lose the dataset, or call it somebody
    else's.
    """
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    world.spoil("*.CreateDataset", "drop_after", 1)
    asked = story.ask(uri)
    story.load.round()
    story.no_pause()
    dataset = story.end(asked)
    assert (dataset.state.state, dataset.state.adopted, dataset.state.arrived) == (READY, True, 2)


def test_a_dataset_that_somebody_made_at_the_same_moment_is_not_taken_for_ours(
    world: World, story: Story
) -> None:
    """Somebody's pictures would be shown as the result of an import that never happened."""
    other = world.put("other.manifest", picture(71), picture(72, "unripe"))
    asked = story.ask(world.put("july.manifest", picture(1), picture(2, "unripe")))
    world.spoil("*.CreateDataset", "error_500", 1)
    story.load.round()
    imported(world, "orchard", other)
    story.no_pause()
    dataset = story.end(asked)
    assert dataset.state.state == FAILED
    assert "has a training set already" in dataset.state.cause


def test_an_import_whose_worker_was_killed_is_taken_up_within_its_lease(
    world: World, story: Story
) -> None:
    """A killed import would wait for a quarter of an hour."""
    asked = story.ask(world.put("july.manifest", picture(1), picture(2, "unripe")))
    assert Leases(story.db, "killed").take(f"load:{asked.id}", 60.0) is not None
    story.load.round()
    waiting = story.records.get(asked.id)
    assert waiting is not None
    assert waiting.state.state == ASKED, "nobody works beside somebody else"
    with story.db.write() as session:
        session.connection().execute(story.db.sql("UPDATE lease SET until = :now - 1"))
    assert story.end(asked).state.state == READY


def test_a_worker_that_froze_in_the_middle_leaves_the_import_to_the_one_who_took_it_up(
    world: World, story: Story
) -> None:
    """One import would be made twice, or be told twice."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    asked = story.ask(uri)
    world.spoil("S3.GetObject", "delay", 1, seconds=2.0)
    frozen, _watch = story.worker("frozen", -1)  # over as soon as it is taken
    thread = threading.Thread(target=frozen.round)
    thread.start()
    until(lambda: world.count("S3.GetObject") > 0)
    story.load, story.watch = story.worker("awake", 30.0)
    dataset = story.end(asked)
    thread.join()
    assert (dataset.state.state, dataset.state.arrived) == (READY, 2)
    assert story.records.get(asked.id) == dataset
    assert world.count("Rekognition.CreateDataset") == 1
    assert sum("is ready" in text for text in story.said()) == 1


def test_what_an_earlier_try_made_is_never_called_refused(world: World, story: Story) -> None:
    """Somebody would be told that nothing was made at AWS, where the dataset stands."""
    uri = world.put("july.manifest", picture(1), picture(2, "unripe"))
    asked = story.ask(uri)
    world.spoil("*.CreateDataset", "drop_after", 1)
    story.load.round()
    with story.db.write() as session:  # the channel's places are closed meanwhile
        session.connection().execute(
            story.db.sql(
                "UPDATE dataset SET content = replace(content, 'C0DATA', 'C0GONE'), next_try_at = 0"
            )
        )
    dataset = story.end(asked)
    assert (dataset.state.state, dataset.state.adopted) == (READY, True)
