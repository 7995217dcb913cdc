"""A bucket that is not there yet is made by a manager's press."""

from pathlib import Path

from bot.base.cors import lets_browsers_read
from bot.sandbox.workspace import seed
from tests.stories.bringing import choose_source, fill_files, pictures, uploaded
from tests.stories.world import DATA, World, an_order, shown

NEW = "orchard-new"


def test_missing_bucket_is_made_by_a_managers_press(tmp_path: Path) -> None:
    """Without this, whoever has no bucket yet would have to leave Slack, and learn of CORS."""
    world = World(tmp_path, buckets=(seed.RAW, seed.OUT, NEW))
    try:
        order, sam = an_order("no-bucket-yet", output=f"s3://{NEW}/labels/"), world.sam
        sam.command(DATA, "/labeljob", "create")
        choose_source(sam, "files")
        files = [uploaded(world, sam, *one) for one in pictures(2).items()]
        assert not fill_files(sam, order, files).get("errors")
        world.settle()
        review = shown(sam.view())
        assert review.count(f"There is no bucket “{NEW}” in this account. It can be made") == 1
        assert not sam.view().get("submit")
        sam.press_in_view("job_form_fix")
        world.settle()
        assert "There is no bucket" not in shown(sam.view())
        rules = world.s3.get_bucket_cors(Bucket=NEW)["CORSRules"]
        assert lets_browsers_read(rules)
        sam.fill()
        world.settle()
        asked = world.sagemaker.describe_labeling_job(LabelingJobName="no-bucket-yet")
        assert asked["OutputConfig"]["S3OutputPath"] == f"s3://{NEW}/labels"
    finally:
        world.stop()


def test_only_managers_make_buckets(tmp_path: Path) -> None:
    """Without this, anybody could make buckets that somebody else pays for."""
    world = World(tmp_path, buckets=(seed.RAW, seed.OUT, NEW))
    try:
        world.mara.command(DATA, "/labeljob", "create")
        choose_source(world.mara, "files")
        files = [uploaded(world, world.mara, *one) for one in pictures(1).items()]
        order = an_order("no-bucket-yet", output=f"s3://{NEW}/labels/")
        assert not fill_files(world.mara, order, files).get("errors")
        world.settle()
        world.mara.press_in_view("job_form_fix")
        world.settle()
        made = [each["Name"] for each in world.s3.list_buckets()["Buckets"]]
        assert NEW not in made
    finally:
        world.stop()
