"""Run in a grown copy of the tree (see test_growth): what became of each toy, as JSON."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.sandbox.workspace.story import first_page, second_page
from bot.slack import manifest
from tests.stories.test_managers import say
from tests.stories.world import DATA, WAITING, World, an_order, buttons, shown, words


def action(world: World) -> dict[str, Any]:
    """The toy action: help, usage hint, rule, mention and button."""
    world.ask(an_order("toy-job", team=WAITING))
    card = world.card("toy-job")
    world.sam.press(card, "job_wave")
    return {
        "help": words(world.mara.command(DATA, "/labeljob", "help")),
        "usage": _hint("/labeljob"),
        "typed": words(world.sam.command(DATA, "/labeljob", "wave toy-job")),
        "unnamed": words(world.sam.command(DATA, "/labeljob", "wave")),
        "refused": words(world.ana.command(DATA, "/labeljob", "wave toy-job")),
        "mentioned": [
            each["text"] for each in say(world, DATA, "@labeljob wave toy-job", person=world.sam)
        ],
        "sayable": [each["text"] for each in say(world, DATA, "@labeljob nonsense")],
        "buttons": buttons(card),
    }


def short_actions(world: World) -> dict[str, Any]:
    """The toys of the other commands: help, usage hint and rule."""
    return {
        command: {
            "help": words(world.mara.command(DATA, command, "help")),
            "usage": _hint(command),
            "typed": words(world.sam.command(DATA, command, "wave Orchard")),
            "refused": words(world.ana.command(DATA, command, "wave Orchard")),
        }
        for command in ("/labelteam", "/dataset")
    }


def _hint(command: str) -> str:
    """What Slack shows behind the command as it is typed."""
    known = manifest.read()["features"]["slash_commands"]
    return next(str(each["usage_hint"]) for each in known if each["command"] == command)


def field(world: World) -> dict[str, Any]:
    """The toy field: asked, read, faulted."""
    mara = world.mara
    mara.command(DATA, "/labeljob", "create")
    first_page(mara, an_order("toy-field"))
    mara.press_in_view("job_form_show_more")
    asked = _block(world, "mood") is not None
    faults = mara.fill(mood={"value": "angry"}).get("errors")
    mara.fill(mood={"value": "calm"})
    mara.press_in_view("job_form_show_more")
    kept = _block(world, "mood")["element"].get("initial_value")
    mara.close_windows()
    return {"asked": asked, "faults": faults, "kept": kept}


def _block(world: World, name: str) -> Any:
    return next(
        (each for each in world.mara.view()["blocks"] if each.get("block_id") == name), None
    )


def check(world: World) -> dict[str, Any]:
    """The toy check: at the form, on the review, before the launch."""
    mara = world.mara
    mara.command(DATA, "/labeljob", "create")
    at_form = first_page(mara, an_order("monday-job")).get("errors")
    order = an_order("toy-check", team=WAITING, title="On Monday")
    first_page(mara, order)
    second_page(mara, order)
    review = shown(mara.view())
    mara.fill()
    mara.close_windows()
    world.settle()
    return {
        "at_form": at_form,
        "review": review,
        "launch": world.thread("toy-check")[-1],
        "launched": world.thread("toy-job")[1],
    }


def task_type(world: World) -> dict[str, Any]:
    """The toy task type: shown, and launched with its page."""
    mara = world.mara
    order = an_order("toy-type", team=WAITING, task_type="toy-type")
    mara.command(DATA, "/labeljob", "create")
    first_page(mara, order)
    second_page(mara, order)
    mara.fill()
    mara.close_windows()
    world.settle()
    asked = world.sagemaker.describe_labeling_job(LabelingJobName="toy-type")["HumanTaskConfig"]
    bucket, _, key = asked["UiConfig"]["UiTemplateS3Uri"].removeprefix("s3://").partition("/")
    page = world.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return {"page": page, "pre": asked["PreHumanTaskLambdaArn"]}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), form_wait=2.5)
        try:
            world.begin()
            parts = (action, short_actions, field, task_type, check)
            told = {each.__name__: each(world) for each in parts}
        finally:
            world.stop()
    sys.stdout.write(json.dumps(told))
