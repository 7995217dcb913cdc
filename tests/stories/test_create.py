"""From `/labeljob create` to a finished job: what the channel reads, what AWS got."""

from tests.stories.conftest import DATA, World, an_order

from bot.sandbox.story import card_of


def test_job_lives_from_form_to_end(world: World) -> None:
    """Without this, the main story of the product would not run."""
    world.ask(an_order("whole-life"))
    assert world.thread("whole-life")[1:] == ["Launched; orchard-team has no channel here, so nobody was told."]
    world.pass_time(1)
    world.settle()
    assert "counting" in world.thread("whole-life")[0].lower() or "of 8" in world.thread("whole-life")[0]
    world.finish("whole-life")
    card, *lines = world.thread("whole-life")
    assert "Completed: 8 labeled, 0 not" in lines[-1]
    assert "Completed" in card
    assert world.aws_status("whole-life") == "Completed"


def test_form_submitted_twice_makes_one_job(world: World) -> None:
    """Without this, a second press on Create would pay for the labels twice."""
    mara = world.mara
    world.ask(an_order("only-once"))
    names = [job["LabelingJobName"] for job in world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]]
    assert names.count("only-once") == 1
    assert len([m for m in mara.messages(DATA) if "job only-once" in m["text"]]) == 1
    assert card_of(mara, DATA, "only-once")
