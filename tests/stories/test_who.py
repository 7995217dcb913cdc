"""Who is who, and nobody is locked out: whole stories, through Slack."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import first_page, make_dataset, second_page
from tests.stories.places import PARTNER, SHARED, TEAM_ID, THEIRS
from tests.stories.test_home import home
from tests.stories.world import DATA, PROJECT, WAITING, World, an_order, shown, words

DIRECT = (
    "Labeljob works in channels; a direct message cannot hold it. Type the command in the channel "
    "of your project."
)
NOT_OURS = (
    "This Labeljob belongs to another workspace. Ask your own workspace's administrator to "
    "install it."
)


@contextmanager
def refused(world: World, method: str, code: str) -> Iterator[None]:
    """Inside, Slack answers the method with this code, and the bot remembers nothing of before."""
    world.bot.ground.access._known.clear()
    world.refuse(method, code)
    try:
        yield
    finally:
        world.refuse(method, None)
        world.bot.ground.access._known.clear()


def newcomer(world: World, name: str) -> Person:
    """Somebody of our workspace who can be deactivated without harm to other tests."""
    user = f"U0{name.upper()}"
    person = {
        "id": user,
        "name": name,
        "real_name": name.title(),
        "display_name": name.title(),
        "color": "2b7a18",
    }
    with world._slack_rows() as rows:
        rows.execute("INSERT INTO person(id, data) VALUES (?, ?)", (user, json.dumps(person)))
        rows.commit()
    return Person(world.services.slack_url, user)


def deactivate(world: World, person: Person) -> None:
    """Their account is closed."""
    with world._slack_rows() as rows:
        rows.execute(
            "UPDATE person SET data = json_set(data, '$.deleted', json('true')) WHERE id = ?",
            (person.user,),
        )
        rows.commit()
    world.bot.ground.access._known.clear()


def told_alone(person: Person, channel: str) -> str:
    """What the app said last to this person alone."""
    return str(person.ask_for("history", channel=channel)["ephemerals"][-1]["text"])


@pytest.mark.parametrize("code", ["plan_upgrade_required", "nobody_knows_this", "internal_error"])
def test_group_of_managers_that_cannot_be_read_locks_nobody_out(
    world: World, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    """Without this, a plan that loses its user groups would answer everybody with "try again", for
    ever.
    """
    name = f"plan-{code.replace('_', '-')}"
    channel = world.channel(name)
    world.ask(an_order(name, team=WAITING), channel)
    with refused(world, "usergroups.users.list", code):
        for person in (world.mara, world.ana, world.sam):
            person.command(channel, "/labeljob", "create")
            assert person.view()["callback_id"] == "job_form_1"
            assert f"Ripe or not ({name})" in words(person.command(channel, "/labeljob", "status"))
            person.close_windows()
        world.sam.press(world.card(name, channel), "job_stop")
        assert world.sam.view()["callback_id"] == "job_stop_view", (
            "who is named by id manages all the same"
        )
        world.sam.close_windows()
        world.ana.press(world.card(name, channel), "job_stop")
        said = told_alone(world.ana, channel)
        assert said.endswith("Mara or Sam can.")
        assert ("it is not known whether you are a manager" in said) == (code == "internal_error")
    assert [record for record in caplog.records if "S0LEADS" in record.getMessage()], (
        "the log names the group"
    )
    world.sagemaker.stop_labeling_job(LabelingJobName=name)


def test_channel_with_twelve_thousand_people_is_answered(world: World) -> None:
    """Without this, the first command in a big channel would end in Slack's own timeout, again
    every 20 seconds.
    """
    channel = world.channel("own-big")
    with world._slack_rows() as rows:
        rows.executemany(
            "INSERT INTO member(channel, person, last_read) VALUES (?, ?, '0')",
            [(channel, f"U1{number:06}") for number in range(12_000)],
        )
        rows.commit()
    world.fault("conversations.members", "delay", slack=True, seconds=0.25)
    world.fault("users.conversations", "delay", slack=True, seconds=0.25)
    world.ask(an_order("big", team=WAITING), channel)
    world.bot.ground.access._known.clear()
    world.mara.press(world.card("big", channel), "job_stop")
    assert world.mara.view()["callback_id"] == "job_stop_view"
    assert "Ripe or not (big)" in words(world.mara.command(channel, "/labeljob", "status"))
    assert not world.journal("conversations.members")
    world.sagemaker.stop_labeling_job(LabelingJobName="big")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        *(
            ("/labeljob", text)
            for text in ("create", "status", "list", "stop x", "retry x", "follow x")
        ),
        *(("/dataset", text) for text in ("create", "list", "status")),
        *(("/labelteam", text) for text in ("list", "here x", "leave x")),
    ],
)
def test_direct_message_says_use_a_channel(world: World, command: str, text: str) -> None:
    """Without this, people would type /invite where no app can be invited."""
    of_two = world.mara.ask("open_im", **{"with": "U0SAM"})["channel"]["id"]
    assert words(world.mara.command(of_two, command, text)) == DIRECT
    assert not world.journal("users.info") + world.journal("conversations.info"), "it costs nothing"


@pytest.mark.parametrize("channel", [SHARED, THEIRS])
def test_foreign_person_cannot_follow_a_private_job_into_the_shared_channel(
    world: World, channel: str
) -> None:
    """Without this, another company would read a job of ours by guessing its name."""
    name = f"secret-{channel[2:].lower()}"
    ours = world.channel(f"own-secret-{channel[2:].lower()}", ["U0SAM", "U0ANA", "bot"])
    world.ask(an_order(name, team=WAITING), ours, world.ana)
    pia, described = Person(world.services.slack_url, "U0PIA"), world.so_far(slack=False)
    for text in (f"follow {name}", f"follow {name.upper()}", "follow nobody-made-this"):
        said = words(pia.command(channel, "/labeljob", text))
        assert said.startswith(
            "People of other workspaces cannot follow a labeling job here yet, even where"
        )
    assert world.so_far(slack=False) == described, "AWS was not asked whether there is such a job"
    elsewhere = (
        "This labeling job belongs to a channel that you are not in. Ask somebody in there to "
        "show it to you."
    )
    assert words(world.mara.command(channel, "/labeljob", f"follow {name}")) == elsewhere
    world.settle()
    assert not world.cards(name, channel)
    world.remove_bot(ours)
    world.bot.ground.access._known.clear()
    assert words(world.mara.command(channel, "/labeljob", f"follow {name}")) == elsewhere
    world.sagemaker.stop_labeling_job(LabelingJobName=name)


def test_channel_that_is_hidden_from_the_bot_is_not_called_this_one(world: World) -> None:
    """Without this, people would invite the app, again and again, to a channel that it is in."""
    ours, shown_in = world.channel("own-hidden-since"), world.channel("own-sees-it-too")
    with world._slack_rows() as rows:
        rows.execute("UPDATE channel SET is_private = 1 WHERE id = ?", (ours,))
        rows.commit()
    world.ask(an_order("hidden-since", team=WAITING), ours)
    world.mara.command(shown_in, "/labeljob", "follow hidden-since")
    world.settle()
    world.remove_bot(ours)
    world.bot.ground.access._known.clear()
    there = (
        "This belongs to another channel, which Labeljob is not in. Somebody in there types "
        "/invite @labeljob first."
    )
    assert words(world.mara.command(shown_in, "/labeljob", "stop hidden-since")) == there
    world.mara.press(world.card("hidden-since", shown_in), "job_stop")
    assert told_alone(world.mara, shown_in) == there
    home(world, world.mara)
    job = world.bot.jobs.status.named(world.bot.installation.team_id, shown_in, "hidden-since").id
    for action in ("job_status", "job_stop", "job_instructions"):
        world.mara.press_at_home(action, of=job)
        assert there in shown(world.mara.view())
        world.mara.close_windows()
    here = "Labeljob is not in this channel. Type /invite @labeljob here, then try again."
    assert words(world.mara.command(ours, "/labeljob", "stop hidden-since")) == here
    world.sagemaker.stop_labeling_job(LabelingJobName="hidden-since")


def test_job_that_another_installation_asked_for_is_not_shown_by_name(world: World) -> None:
    """Without this, whatever team a row bears but our own would be a way round its channel."""
    ours = world.channel("own-other-row", ["U0SAM", "U0ANA", "bot"])
    world.ask(an_order("other-row", team=WAITING), ours, world.ana)
    job = world.bot.jobs.status.named(world.bot.installation.team_id, ours, "other-row")
    with world.bot.ground.db.engine.begin() as rows:
        rows.exec_driver_sql("UPDATE job SET team_id = 'T0PARTNER' WHERE id = ?", (job.id,))
    said = words(world.mara.command(DATA, "/labeljob", "follow other-row"))
    assert said == (
        "This labeling job belongs to a channel that you are not in. Ask somebody in there to "
        "show it to you."
    )
    with world.bot.ground.db.engine.begin() as rows:
        rows.exec_driver_sql("UPDATE job SET team_id = ? WHERE id = ?", (TEAM_ID, job.id))
    world.sagemaker.stop_labeling_job(LabelingJobName="other-row")


@pytest.mark.parametrize("other", [{"api_app_id": "A0OTHER"}, {"team_id": PARTNER}])
def test_payload_of_another_app_or_installation_reaches_no_listener(
    world: World, caplog: pytest.LogCaptureFixture, other: dict[str, str]
) -> None:
    """Without this, a second installation behind the same secret would act on this one's jobs."""
    (name,) = other
    channel = world.channel(f"own-door-{name.replace('_', '-')}")
    world.ask(an_order(f"door-{name.replace('_', '-')}", team=WAITING), channel)
    world.mara.press(world.card(f"door-{name.replace('_', '-')}", channel), "job_stop")
    asked, caplog_before = world.so_far(), len(caplog.records)
    world.installed(**other)
    try:
        world.mara.fill()
        for text in ("@labeljob list", "@labeljob status"):
            world.mara.say(channel, text)
        world.until(lambda: len(world.journal("app:event", after=asked)) >= 2, "the mentions")
        if name == "api_app_id":
            assert words(world.mara.command(channel, "/labeljob", "create")) == NOT_OURS
    finally:
        world.installed()
    world.settle()
    assert world.aws_status(f"door-{name.replace('_', '-')}") != "Stopping"
    assert [entry["status"] for entry in world.journal("app:event", after=asked)] == [200, 200], (
        "none is repeated"
    )
    methods = ("chat.postMessage", "users.info", "views.open")
    assert not [entry for method in methods for entry in world.journal(method, after=asked)]
    said = [
        record.getMessage()
        for record in caplog.records[caplog_before:]
        if record.levelno >= logging.WARNING
    ]
    assert len([line for line in said if "another app or installation" in line]) <= 3, (
        "once for each field"
    )
    assert not [line for line in said if channel in line or "list" in line], "without contents"
    world.sagemaker.stop_labeling_job(LabelingJobName=f"door-{name.replace('_', '-')}")


def test_job_outlives_the_account_of_whoever_asked_and_a_manager_is_told(world: World) -> None:
    """Without this, a job would be refused or end unheard because somebody left the company
    meanwhile.
    """
    nora = newcomer(world, "nora")
    channel = world.channel("own-nora", [*PROJECT, nora.user])
    order = an_order("noras-job")
    nora.command(channel, "/labeljob", "create")
    first_page(nora, order)
    second_page(nora, order)
    nora.fill()
    deactivate(world, nora)
    world.settle()
    assert world.aws_jobs("noras-job") == ["noras-job"], "it is launched"
    world.finish("noras-job")
    _card, *lines = world.thread("noras-job", channel)
    gone = [line for line in lines if "no active account of Nora" in line]
    assert gone == [
        "Slack shows no active account of Nora any more: <@U0SAM> is told of this from now on."
    ], "once"
    assert lines[-1].startswith("<@U0SAM> Completed")
    assert not [line for line in lines if nora.user in line], "nobody is called who cannot read it"
    world.ana.press(world.card("noras-job", channel), "job_make_dataset")
    assert told_alone(world.ana, channel).endswith(
        "cannot make a dataset of this job. Sam or Greta can."
    )


def test_dataset_outlives_the_account_of_whoever_asked(world: World) -> None:
    """Without this, an import that was taken in would be refused because somebody left the company
    meanwhile.
    """
    noel = newcomer(world, "noel")
    channel = world.channel("own-noel", [*PROJECT, noel.user])
    world.ask(an_order("noels-job"), channel, noel)
    world.finish("noels-job")
    make_dataset(noel, channel, "noels-job", "noels-project")
    deactivate(world, noel)
    world.settle()
    world.pass_time(4)
    world.settle()
    lines = world.thread("noels-job", channel)
    assert len([line for line in lines if "no active account of Noel" in line]) == 1
    (ready,) = [line for line in lines if "is ready" in line]
    assert ready.startswith("<@U0SAM> *Dataset ")


def test_manager_hears_by_direct_message_in_place_of_a_deactivated_account(world: World) -> None:
    """Without this, what can be said in no channel would be sent to an account that nobody
    reads.
    """
    nils = newcomer(world, "nils")
    channel = world.channel("own-nils", [*PROJECT, nils.user])
    world.ask(an_order("nils-job", team=WAITING), channel, nils)
    deactivate(world, nils)
    before = len(world.direct_messages(world.sam))
    world.remove_bot(channel)
    world.sagemaker.stop_labeling_job(LabelingJobName="nils-job")
    for _ in range(3):
        world.pass_time(2)
        world.settle()
    (told,) = world.direct_messages(world.sam)[before:]
    assert told.startswith(
        "I cannot tell about the labeling job nils-job, whose requester has no active account"
    )
    assert told.endswith("The job is over. Stopped: nothing was labeled.")


def test_form_of_somebody_who_is_not_in_the_channel_is_refused(world: World) -> None:
    """Without this, a window would give a right that only typing in the channel gives."""
    channel = world.channel("own-left")
    order = replace(an_order("left-meanwhile"), team=seed.AUTOMATIC_TEAM)
    world.ana.command(channel, "/labeljob", "create")
    first_page(world.ana, order)
    second_page(world.ana, order)
    with world._slack_rows() as rows:
        rows.execute("DELETE FROM member WHERE channel = ? AND person = 'U0ANA'", (channel,))
        rows.commit()
    world.bot.ground.access._known.clear()
    world.ana.fill()
    assert "Only members of this channel can ask for labeling jobs here. Join the channel" in shown(
        world.ana.view()
    )
    world.ana.close_windows()
    assert not world.cards("left-meanwhile", channel)


def test_silent_look_up_says_that_it_is_not_known_and_ends_in_time(world: World) -> None:
    """Without this, people would see Slack's own timeout, or wait for ever for an answer that never
    comes.
    """
    channel = world.channel("own-quiet")
    world.ask(an_order("quiet", team=WAITING), channel)
    world.bot.ground.access._known.clear()
    world.fault("users.conversations", "delay", slack=True, seconds=20)
    world.mara.press(world.card("quiet", channel), "job_stop")
    assert told_alone(world.mara, channel) == (
        "Slack did not answer, so who you are here is not known. Nothing was done; ask again in a "
        "minute."
    )
    assert "Ripe or not (quiet)" in words(world.mara.command(channel, "/labeljob", "status")), (
        "typed words need no list"
    )
    world.mend()
    world.sagemaker.stop_labeling_job(LabelingJobName="quiet")


@pytest.mark.parametrize("page", [1, 2])
def test_pages_of_a_form_tell_nothing_of_files_to_whoever_left(world: World, page: int) -> None:
    """Without this, a window that stays open would quote a project's files to somebody who is in it
    no more.
    """
    channel = world.channel(f"own-left-page-{page}")
    world.put("left/bad.manifest", "the harvest of next year\n", seed.OUT)
    bad = f"s3://{seed.OUT}/left/bad.manifest"
    world.ana.command(channel, "/labeljob", "create")
    if page == 2:
        assert not first_page(world.ana, an_order(f"left-page-{page}")).get("errors")
    with world._slack_rows() as rows:
        rows.execute("DELETE FROM member WHERE channel = ? AND person = 'U0ANA'", (channel,))
        rows.commit()
    world.bot.ground.access._known.clear()
    asked = world.so_far(slack=False)
    if page == 1:
        first_page(world.ana, an_order(f"left-page-{page}", output=f"s3://{seed.OUT}/none/"))
    else:
        second_page(world.ana, an_order(f"left-page-{page}", source=bad))
    assert "Only members of this channel can ask for labeling jobs here. Join the channel" in shown(
        world.ana.view()
    )
    assert world.so_far(slack=False) == asked, "AWS was asked nothing"
    world.ana.close_windows()


def test_mention_by_an_app_or_a_workflow_is_met_with_silence(world: World) -> None:
    """Without this, two bots could answer each other for ever."""
    channel = world.channel("own-bots", [*PROJECT, "U0OTHER"])
    other, before = Person(world.services.slack_url, "U0OTHER"), world.so_far()
    other.say(channel, "<@U0LABELJOB> status")
    world.until(
        lambda: [e for e in world.journal("app:event", after=before) if e["status"]], "the mention"
    )
    world.settle()
    assert not world.journal("chat.postMessage", after=before)
