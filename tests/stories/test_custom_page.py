"""A job with a worker page of one's own: asked for in the form, launched, labeled."""

import json
from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import first_page, second_page
from tests.stories.bringing import uploaded
from tests.stories.world import World, an_order, shown

PAGE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <img src="{{ task.input.taskObject | grant_read_access }}" alt="the fruit">
  <crowd-input name="remark" label="What do you see?"></crowd-input>
</crowd-form>
"""


def test_page_of_ones_own_is_copied_and_labeled_with(world: World) -> None:
    """Without this, polygons, rankings and whatever else AWS has no type for could not be asked
    for; and a page that somebody changes later would change the tasks of a job that runs.
    """
    channel = world.channel("own-custom")
    address = world.put("pages/remarks.liquid.html", PAGE)
    order = an_order("remarks-july", category="Custom", task_type="passthrough")
    world.mara.command(channel, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    wrong = second_page(world.mara, order, template={"value": "s3://elsewhere/page.html"})
    assert "may not use elsewhere" in wrong["errors"]["template"]
    assert not second_page(world.mara, order, template={"value": address}).get("errors")
    assert not world.mara.fill().get("errors")
    world.mara.close_windows()
    world.settle()
    task = world.sagemaker.describe_labeling_job(LabelingJobName=order.name)["HumanTaskConfig"]
    assert task["PreHumanTaskLambdaArn"].endswith(":PRE-PassThrough")
    kept = task["UiConfig"]["UiTemplateS3Uri"]
    assert kept.startswith(f"s3://{seed.OUT}/labels/{order.name}/labeljob/")
    key = kept.removeprefix(f"s3://{seed.OUT}/")
    assert world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read().decode() == PAGE
    world.finish(order.name)
    said = world.sagemaker.describe_labeling_job(LabelingJobName=order.name)
    assert said["LabelingJobStatus"] == "Completed"
    result = said["LabelingJobOutput"]["OutputDatasetS3Uri"].removeprefix(f"s3://{seed.OUT}/")
    body = world.s3.get_object(Bucket=seed.OUT, Key=result)["Body"].read()
    assert all(order.name in json.loads(line) for line in body.splitlines())


def test_page_that_is_brought_as_a_file_is_put_into_s3_and_labeled_with(world: World) -> None:
    """Without this, whoever wrote a page has to learn S3 before the first task is seen; and a page
    that nobody can hand in would be found by the first worker.
    """
    channel = world.channel("own-custom-file")
    order = an_order("remarks-file", category="Custom", task_type="passthrough")
    world.mara.command(channel, "/labeljob", "create")
    assert not first_page(world.mara, order).get("errors")
    assert "Name the worker page" in second_page(world.mara, order)["errors"]["template"]
    large = brought(world, "large.html", f"{PAGE}{' ' * 512_000}")
    said = second_page(world.mara, order, page_file=large)
    assert "SageMaker takes 128,000 characters" in said["errors"]["page_file"]
    world.fault("files.download", "error_500", slack=True)
    given = brought(world, "Our remarks.html", PAGE)
    said = second_page(world.mara, order, page_file=given)
    assert "could not be read and stored in time" in said["errors"]["page_file"]
    world.mend()
    broken = brought(world, "broken.html", PAGE.replace("crowd-form", "div"))
    assert not second_page(world.mara, order, page_file=broken).get("errors")
    assert world.mara.view()["callback_id"] == "job_form_review"
    assert "Nothing on this page hands in an answer" in shown(world.mara.view())
    world.mara.press_in_view("job_form_back")
    empty = world.put("pages/empty.liquid.html", "")
    assert not second_page(world.mara, order, template={"value": empty}).get("errors")
    assert "Nothing on this page hands in an answer" in shown(world.mara.view())
    world.mara.press_in_view("job_form_back")
    assert not second_page(world.mara, order, page_file=given).get("errors")
    assert not world.mara.fill().get("errors")
    world.mara.close_windows()
    world.settle()
    task = world.sagemaker.describe_labeling_job(LabelingJobName=order.name)["HumanTaskConfig"]
    key = task["UiConfig"]["UiTemplateS3Uri"].removeprefix(f"s3://{seed.OUT}/")
    assert world.s3.get_object(Bucket=seed.OUT, Key=key)["Body"].read().decode() == PAGE
    pages = world.s3.list_objects_v2(Bucket=seed.OUT, Prefix="labels/pages/")["Contents"]
    assert any(one["Key"].startswith("labels/pages/Our remarks-") for one in pages)


def brought(world: World, name: str, page: str) -> dict[str, Any]:
    """A file input with a page in it, as Slack tells its state."""
    return {"files": [{"id": uploaded(world, world.mara, name, page.encode())["id"]}]}
