"""What people did in a job that is over: each their own on their Home, a manager the team."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from bot.answers.figures import Labeler
from bot.base.blocks import count
from bot.base.errors import NotAllowed, Transient
from bot.base.settings import Settings
from bot.engines.protocol import Known
from bot.jobs.answered.people import NotByPerson
from bot.jobs.answered.read import Reading
from bot.jobs.answered.records import AnswerRecords
from bot.jobs.records import Job
from bot.jobs.results.wish import Wish
from bot.runtime import wiring
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from tests.stories.places import TEAM_ID
from tests.stories.test_home import home
from tests.stories.test_results import direct
from tests.stories.world import DATA, World, an_order, shown, words

PICKERS = "figs-pickers"
MARA, ANA = "mara@orchard.example", "ana@orchard.example"


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which people's figures are kept, with a job that Mara and somebody else, who is
    not at Slack, have labeled.
    """
    world = World(tmp_path_factory.mktemp("people"), people="by-person")
    world.begin()
    said = f"create {PICKERS} {MARA} pomona@pickers.example"
    world.sam.command(DATA, "/labelteam", said)
    world.ask(an_order("figs", team=PICKERS, workers=2))
    world.finish("figs")
    yield world
    world.stop()


@pytest.fixture(autouse=True)
def whole_again(counted: World) -> Iterator[None]:
    """Nothing stays broken."""
    yield
    counted.mend()


def job_of(world: World, name: str) -> Job:
    return world.bot.jobs.status.named(TEAM_ID, DATA, name)


def reading_of(world: World, name: str) -> Reading:
    """What was read of a job's answers."""
    answers = AnswerRecords(world.bot.ground.db, world.bot.jobs.watch._records)
    reading = answers.reading(job_of(world, name).id)
    assert reading is not None
    return reading


def labelers(world: World, name: str) -> list[Labeler]:
    """What is kept of each person."""
    answers = AnswerRecords(world.bot.ground.db, world.bot.jobs.watch._records)
    return answers.of_job(job_of(world, name).id)


def did(labeler: Labeler) -> str:
    """How many objects: simulated people now and then decline one, which another does then."""
    return count(labeler.work.objects, "object")


def read_again(world: World, name: str) -> None:
    """As if the job's answers had not been read."""
    with world.bot.ground.db.engine.begin() as rows:
        gone = text("DELETE FROM job_answers WHERE job_id = :job")
        rows.execute(gone, {"job": job_of(world, name).id})
    world.bot.jobs.readings.round()


def due(world: World) -> None:
    """As if the pauses before the next tries were over."""
    with world.bot.ground.db.engine.begin() as rows:
        rows.execute(text("UPDATE job_answers SET next_try_at = 0"))


def kept(world: World) -> int:
    """Of how many people anything is known."""
    with world.bot.ground.db.engine.begin() as rows:
        return int(rows.execute(text("SELECT count(*) FROM labeler_work")).scalar_one())


def test_a_manager_sees_who_did_what(counted: World) -> None:
    """Without this, nobody could pay people by what they did, or help whoever is slow."""
    lines = words(counted.sam.command(DATA, "/labeljob", "people figs")).splitlines()
    assert lines[0] == "*People of Ripe or not (figs)*"
    known = labelers(counted, "figs")
    (mara,) = [each for each in known if each.user_id == "U0MARA"]
    (pomona,) = [each for each in known if each.email.startswith("pomona")]
    said = [line.partition(" · ")[0] for line in lines]
    assert f"<@U0MARA>: {did(mara)}" in said
    assert f"pomona@pickers.example: {did(pomona)}" in said
    everything = sum(each.work.objects for each in known)
    assert everything == reading_of(counted, "figs").answers > 8


def test_the_same_as_a_file_for_whoever_pays(counted: World) -> None:
    """Without this, a manager would copy figures by hand, and everybody's pay with a slip."""
    before = len(counted.direct_messages(counted.sam))
    answer = counted.sam.command(DATA, "/labeljob", "people figs")
    counted.sam.press(answer["ephemeral"], "people_csv")
    told = counted.direct_messages(counted.sam)[before:]
    assert told == ["What each person did in *Ripe or not (figs)*."]


def test_nobody_else_sees_them(counted: World) -> None:
    """Without this, everybody in the channel could look up how slow a colleague is."""
    said = words(counted.mara.command(DATA, "/labeljob", "people figs"))
    assert "see what people did" in said
    assert "objects" not in said
    everywhere = [message["text"] for message in counted.mara.messages(DATA)]
    assert not any("objects · " in each for each in (*everywhere, *counted.thread("figs")))


def test_own_figures_are_on_ones_own_home(counted: World) -> None:
    """Without this, labelers would be counted without ever seeing it, or see each other."""
    own = shown(home(counted, counted.mara))
    (mara,) = [each for each in labelers(counted, "figs") if each.user_id]
    assert f"*Your labeling*\n{did(mara)} · " in own
    assert f"Ripe or not (figs): {did(mara)}" in own
    assert "Your labeling" not in shown(home(counted, counted.ana))
    assert "Your labeling" not in shown(home(counted, counted.sam))


def test_a_claimed_address_shows_nobodys_figures(counted: World) -> None:
    """Without this, whoever says that an outsider's address is theirs would read how slow that
    person is.
    """
    (pomona,) = [each for each in labelers(counted, "figs") if each.email.startswith("pomona")]
    counted.ana.command(DATA, "/labelteam", f"me {pomona.email}")
    assert pomona.email in words(counted.ana.command(DATA, "/labelteam", "me"))
    assert "Your labeling" not in shown(home(counted, counted.ana))
    counted.ana.command(DATA, "/labelteam", f"me not {pomona.email}")


def choosing(world: World, who: Person) -> dict[str, Any]:
    """Somebody presses [Results] on the job's card and [Choose…] below them: the window."""
    who.press(world.card("figs"), "job_results")
    world.settle()
    who.press(direct(world, who)[-1], "results_choose")
    return dict(who.view())


def menu_of(view: dict[str, Any]) -> dict[str, str]:
    """Those among whom the window lets somebody choose, by what they are called."""
    found = [block for block in view["blocks"] if block.get("block_id") == "worker"]
    options = [each for block in found for each in block["element"]["options"]]
    return {each["text"]["text"]: each["value"] for each in options}


def test_a_manager_looks_at_what_one_person_labeled(counted: World) -> None:
    """Without this, whoever is to be helped or doubted would be looked for among a thousand
    pictures.
    """
    people = menu_of(choosing(counted, counted.sam))
    # who takes over a declined task may be nobody whose address is known
    names = {each.email or f"worker {each.work.worker[-8:]}" for each in labelers(counted, "figs")}
    assert set(people) == {"Anybody", *names}
    (mara,) = [each for each in labelers(counted, "figs") if each.user_id == "U0MARA"]
    counted.sam.fill(worker={"selected_option": {"value": people[mara.email]}})
    counted.settle()
    counted.sam.close_windows()
    sheet, counts = direct(counted, counted.sam)[-2:]
    said = f"{did(mara).replace('object', 'picture')}: labeled by <@U0MARA>"
    assert sheet["text"].endswith(said)
    assert counts["text"].splitlines()[-1].endswith(said)


def test_nobody_else_chooses_by_who_labeled(counted: World) -> None:
    """Without this, everybody in the channel could look for a colleague's mistakes."""
    assert not menu_of(choosing(counted, counted.mara))
    somebody = labelers(counted, "figs")[0].work.worker
    counted.mara.close_windows()
    results, job = counted.bot.jobs.results, job_of(counted, "figs")
    with pytest.raises(NotAllowed, match="see what people did"):
        results.want(job, "U0MARA", DATA, Wish(worker=somebody))
    wanted = results.wanted
    wanted.want(job.id, "U0MARA", DATA, Wish(worker=somebody))
    counted.settle()
    assert "see what people did" in direct(counted)[-1]["text"], "a right that was lost meanwhile"
    wanted.want(job.id, "U0SAM", DATA, Wish(worker="nobody"))
    counted.settle()
    assert "not known" in direct(counted, counted.sam)[-1]["text"]


def test_where_people_are_told_of_as_a_group_nobody_is_chosen(counted: World) -> None:
    """Without this, a setting that protects single people would be got around by a filter."""
    given = counted.bot.settings.model_dump(by_alias=True)
    grouped = wiring.build(Settings(**{**given, "people": "grouped"})).jobs
    job, somebody = job_of(counted, "figs"), labelers(counted, "figs")[0].work.worker
    assert grouped.people.chosen_among(job, "U0SAM", DATA) == []
    with pytest.raises(NotByPerson):
        grouped.results.want(job, "U0SAM", DATA, Wish(worker=somebody))


def test_declines_are_told_where_the_log_can_be_read(counted: World) -> None:
    """Without this, whoever leaves the hard objects to others would look like the fastest."""
    job = job_of(counted, "figs")
    known = Known(job.arn, job.name)
    (mara,) = [each for each in labelers(counted, "figs") if each.user_id == "U0MARA"]
    before = counted.bot.jobs.engine.declined(known).get(mara.work.sub, 0)
    events = [
        {"labeling_job_arn": job.arn, "cognito_sub_id": mara.work.sub, "task_declined_time": "now"},
        {"labeling_job_arn": f"{job.arn}-2", "cognito_sub_id": mara.work.sub},
    ]
    counted.bot.ground.aws.act("logs").put_log_events(
        logGroupName="/aws/sagemaker/groundtruth/WorkerActivity",
        logStreamName=job.name,
        logEvents=[
            {"timestamp": int(time.time() * 1000), "message": json.dumps(each)} for each in events
        ],
    )
    read_again(counted, "figs")
    said = words(counted.sam.command(DATA, "/labeljob", "people figs"))
    assert f" · {before + 1} declined" in said.partition("<@U0MARA>")[2].splitlines()[0]
    counted.fault("*.FilterLogEvents", "throttle")
    with pytest.raises(Transient):
        counted.bot.jobs.engine.declined(known)


def test_a_file_that_cannot_be_read_costs_one_answer(counted: World) -> None:
    """Without this, one broken file would hide a whole job, or be left out unsaid."""
    folder = "labels/figs/annotations/worker-response/iteration-1"
    counted.put(f"{folder}/0/late.json", "{", bucket=seed.OUT)
    read_again(counted, "figs")
    reading = reading_of(counted, "figs")
    assert reading.odd == 1
    assert reading.odd_words == f"s3://{seed.OUT}/{folder}/0/late.json: it is no JSON"


def test_what_fails_for_now_is_read_later_and_given_up_in_words(counted: World) -> None:
    """Without this, a busy minute of AWS would lose a job's answers, or be tried for ever."""
    counted.fault("S3.ListObjectsV2", "throttle")
    read_again(counted, "figs")
    assert "not read yet" in words(counted.sam.command(DATA, "/labeljob", "people figs"))
    due(counted)
    counted.settle()
    said = words(counted.sam.command(DATA, "/labeljob", "people figs"))
    assert said.startswith("The answers of this job could not be read:")
    counted.mend()
    read_again(counted, "figs")
    assert "<@U0MARA>" in words(counted.sam.command(DATA, "/labeljob", "people figs"))


def test_nothing_is_kept_unless_somebody_chose_so(world: World) -> None:
    """Without this, people would be measured wherever nobody thought about it."""
    world.ask(an_order("unmeasured", workers=2))
    world.finish("unmeasured")
    said = words(world.sam.command(DATA, "/labeljob", "people unmeasured"))
    assert said.startswith("What people did is not kept here.")
    assert reading_of(world, "unmeasured").agreement.objects
    assert kept(world) == 0


def test_what_was_kept_is_forgotten_when_it_is_not_wanted_any_more(counted: World) -> None:
    """Without this, figures would outlive the decision against them."""
    before = kept(counted)
    assert before > 1
    off = Settings(**{**counted.bot.settings.model_dump(by_alias=True), "people": "off"})
    after = wiring.build(off)
    after.jobs.readings.round()
    assert kept(counted) == 0
    assert "Your labeling" not in shown(home(counted, counted.mara))
    read_again(counted, "figs")
    assert kept(counted) == before, "and is read again when it is wanted again"
