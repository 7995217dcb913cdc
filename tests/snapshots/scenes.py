"""The scenes: short plays that together show every message, window and request of the bot.

Each takes a scribe of a fresh world and plays itself; the three task types that are offered each
have one.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.person import PracticeError
from bot.sandbox.workspace.story import first_page, make_dataset, second_page
from tests.snapshots.scribe import Scribe
from tests.stories.test_create import pick
from tests.stories.test_home import home
from tests.stories.test_managers import at_aws, ephemeral, say
from tests.stories.world import DATA, GENERAL, LABELERS, QUEUE_TEAM, WAITING, World, an_order

Scene = Callable[[World, Scribe], None]
_GOOD = f"s3://{seed.RAW}/ripeness/orchard-s7-001.jpg"
_WORDS = {
    "short": "Choose the word for the *fruit*\n- ripe: no green\n- {{ unripe }}: green",
    "full": "How to look\n- in the middle\n- <b>never</b> at the leaves",
    "good_examples": f"{_GOOD} | a ripe one\nhttps://pictures.example/one.png | from the web",
    "bad_examples": f"s3://{seed.RAW}/ripeness/orchard-s7-002.jpg",
    "task_time": "10 min",
    "closes_after": "2 days",
}


def _typed(world: World, scribe: Scribe, order: Any, channel: str = DATA) -> None:
    """The form's page, what stands behind [More…], and the review, and the launch."""
    mara = world.mara
    scribe.command(mara, channel, "/labeljob", "create")
    scribe.window("what stands behind [More…] is filled", mara, first_page(mara, order))
    scribe.window("the page is filled", mara, second_page(mara, order))
    scribe.window("Create is pressed", mara, mara.fill())
    mara.close_windows()
    world.send()
    scribe.note("the job was submitted", {})
    world.settle()
    scribe.note("the job is launched", {})


def _to_its_end(world: World, scribe: Scribe, name: str) -> None:
    world.pass_time(1)
    world.settle()
    scribe.note("people work", {})
    world.finish(name)
    scribe.note("the job is over", {})


def image_classification(world: World, scribe: Scribe) -> None:
    """Pictures in classes, with everything that the form takes, to its dataset."""
    order = an_order("ripe-july", **_WORDS, attribute="ripeness", workers=2)
    _typed(world, scribe, order)
    scribe.command(world.mara, DATA, "/labeljob", "status")
    world.mara.press(world.card("ripe-july"), "job_instructions")
    scribe.window("[Instructions] is pressed", world.mara)
    world.mara.close_windows()
    _to_its_end(world, scribe, "ripe-july")
    scribe.command(world.mara, DATA, "/labeljob", "status ripe-july")
    world.mara.press(world.card("ripe-july"), "job_make_dataset")
    scribe.window("[Make dataset] is pressed", world.mara)
    scribe.window(
        "the dataset is asked for", world.mara, world.mara.fill(project={"value": "orchard"})
    )
    world.mara.close_windows()
    _imported(world, scribe)
    world.mara.press(world.card("ripe-july"), "job_make_dataset")
    scribe.window("[Make test set] is pressed", world.mara)
    world.mara.close_windows()
    scribe.command(world.mara, DATA, "/dataset", "list")
    scribe.command(world.mara, DATA, "/dataset", "status ripe-july")


def bounding_box(world: World, scribe: Scribe) -> None:
    """Boxes of three people, to their dataset."""
    boxes = {
        "task_type": "bounding-box",
        "labels": ("apple", "pear", "orange", "lemon"),
        "workers": 3,
    }
    _typed(
        world,
        scribe,
        an_order("boxes-july", source=f"s3://{seed.RAW}/boxes/boxes.manifest", **boxes),
    )
    _to_its_end(world, scribe, "boxes-july")
    make_dataset(world.mara, DATA, "boxes-july", "fruit-boxes")
    _imported(world, scribe)


def text_classification(world: World, scribe: Scribe) -> None:
    """Texts in classes, which become no dataset."""
    texts = {
        "category": "Text",
        "task_type": "text-classification",
        "labels": ("kind", "mixed", "harsh"),
    }
    _typed(
        world,
        scribe,
        an_order("texts-july", source=f"s3://{seed.RAW}/texts/reviews.manifest", **texts),
    )
    _to_its_end(world, scribe, "texts-july")


def folder(world: World, scribe: Scribe) -> None:
    """Data that is a folder, with files that are left out."""
    for name in ("b/notes.txt", "b/.hidden.jpg", "b/empty.jpg", "b/one.jpg"):
        world.put(name, b"" if "empty" in name else b"x" * 20)
    _typed(world, scribe, an_order("folder-july", source=f"s3://{seed.RAW}/b/", team=WAITING))


def faults(world: World, scribe: Scribe) -> None:
    """Everything that can be wrong on a page, at once; Back; another tile; a second form."""
    mara = world.mara
    late = {"task_time": "soon", "closes_after": "99 days", "workers": 12}
    scribe.command(mara, DATA, "/labeljob", "create")
    scribe.window("nothing is chosen", mara, mara.fill())
    wrong = an_order("-no name-", attribute="a b", **late)
    scribe.window("what stands behind [More…] has faults", mara, first_page(mara, wrong))
    first_page(mara, an_order("faulty", title=""))
    wrong = an_order("faulty", source="s3://nobody/x", output="results", labels=("ripe", "Ripe"))
    scribe.window("the page has faults", mara, second_page(mara, wrong))
    second_page(mara, an_order("faulty"))
    mara.press_in_view("job_form_back")
    scribe.window("Back is pressed", mara)
    pick(mara, "tile", "boxes")
    scribe.window("another tile is chosen", mara)
    mara.close_windows()
    missing = an_order(
        "faulty", source=f"s3://{seed.RAW}/none.manifest", output=f"s3://{seed.OUT}/x"
    )
    scribe.command(mara, DATA, "/labeljob", "create")
    first_page(mara, missing)
    scribe.window("the data is not there", mara, second_page(mara, missing))
    mara.close_windows()
    world.ask(an_order("again-july"))
    scribe.note("a job is asked for", {})
    scribe.command(mara, DATA, "/labeljob", "create")
    scribe.window("its name is taken", mara, first_page(mara, an_order("AGAIN-july")))
    mara.close_windows()
    scribe.command(world.sam, DATA, "/labeljob", "create")
    world.sam.close_windows()


def words(world: World, scribe: Scribe) -> None:
    """Commands and mentions that answer with words; who may not, and why."""
    for text in (
        "",
        "help",
        "dance",
        "status",
        "list",
        "list failed",
        "status none",
        "stop",
        "stop none",
        "retry",
        "retry none",
        "follow",
        "follow none",
    ):
        scribe.command(world.mara, DATA, "/labeljob", text)
    for text in ("", "help", "list", "status", "status none"):
        scribe.command(world.mara, DATA, "/dataset", text)
    for text in ("", "list", "here", "here none", f"here {QUEUE_TEAM}", "leave none"):
        scribe.command(world.mara, DATA, "/labelteam", text)
    for person in (world.gus, world.stranger):
        for command, text in (
            ("/labeljob", "create"),
            ("/labeljob", "status"),
            ("/dataset", "create"),
        ):
            scribe.command(person, DATA, command, text)
    scribe.command(world.mara, GENERAL, "/labeljob", "create")
    world.ask(an_order("words-july", team=WAITING))
    scribe.note("a job is asked for", {})
    for text in (
        "help",
        "status",
        "list",
        "dance with me",
        "stop",
        "stop words-july",
        "retry words-july",
    ):
        say(world, DATA, f"@labeljob {text}")
        scribe.note(f"@labeljob {text}", {})
    root = world.card("words-july")["ts"]
    for text in ("", "status", "stop"):
        say(world, DATA, f"@labeljob {text}", root)
        scribe.note(f"@labeljob {text} in the thread", {})


def stops(world: World, scribe: Scribe) -> None:
    """Stopped while it waits, while people work, and at AWS; failed at AWS; not launched; set aside
    and tried again.
    """
    mara = world.mara
    world.ask(an_order("stopped-july", team=WAITING))
    world.pass_time(2)
    world.settle()
    scribe.note("people may work", {})
    mara.press(world.card("stopped-july"), "job_status")
    scribe.note("[Status] is pressed", {"seen": ephemeral(mara, DATA)})
    mara.press(ephemeral(mara, DATA), "job_post_status")
    world.settle()
    scribe.note("[Post in thread] is pressed", {})
    mara.press(world.card("stopped-july"), "job_stop")
    scribe.window("[Stop…] is pressed", mara)
    mara.fill()
    world.send()
    scribe.note("the stop is wanted", {})
    world.settle()
    world.pass_time(3)
    world.settle()
    scribe.note("the job is stopped", {})
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.fault("SageMaker.DescribeLabelingJob", "throttle")
    world.ask(an_order("aside-july", team=WAITING))
    for _ in range(2):
        world.let_pauses_pass()
        world.bot.jobs.launch.round()
    world.send()
    scribe.note("a job is set aside", {})
    scribe.command(mara, DATA, "/labeljob", "list")
    mara.press(world.card("aside-july"), "job_stop")
    scribe.window("its [Stop…] is pressed", mara)
    mara.close_windows()
    world.mend()
    mara.press(world.card("aside-july"), "job_retry")
    world.settle()
    scribe.note("[Try again] is pressed", {})
    scribe.command(mara, DATA, "/labeljob", "status")
    scribe.command(mara, DATA, "/labeljob", "stop aside-july")


def followed(world: World, scribe: Scribe) -> None:
    """A job that was made in the console is followed, and taken over."""
    name = at_aws(world, "theirs-july")
    scribe.note("somebody made a job in the console", {})
    scribe.command(world.sam, DATA, "/labeljob", f"follow {name}")
    world.settle()
    scribe.note("it is followed", {})
    scribe.command(world.sam, DATA, "/labeljob", f"follow {name}")
    world.sam.press(world.card(name), "job_take_over")
    world.settle()
    scribe.note("[Take over] is pressed", {})
    world.sam.press(world.card(name), "job_instructions")
    scribe.note("[Instructions] is pressed", {"seen": ephemeral(world.sam, DATA)})


def team(world: World, scribe: Scribe) -> None:
    """A labeling team is told of work: its message, its instructions, its end; and the Home tab."""
    scribe.note("Lin opens Home", {"home": home(world, world.lin)})
    scribe.command(world.sam, LABELERS, "/labelteam", f"here {QUEUE_TEAM}")
    world.ask(an_order("queue-july", team=QUEUE_TEAM, **_WORDS))
    world.pass_time(2)
    world.settle()
    scribe.note("the team is told of a job", {})
    world.ask(an_order("queue-two", team=QUEUE_TEAM))
    scribe.note("and of another", {})
    message = next(one for one in world.lin.messages(LABELERS) if one.get("bot_id"))
    world.lin.press(message, "queue_instructions")
    scribe.window("[Instructions] is pressed", world.lin)
    world.lin.close_windows()
    scribe.note("Lin opens Home", {"home": home(world, world.lin)})
    scribe.note("Mara opens Home", {"home": home(world, world.mara)})
    for name in ("queue-july", "queue-two"):
        world.sagemaker.stop_labeling_job(LabelingJobName=name)
    world.pass_time(3)
    world.settle()
    scribe.note("nothing is left to label", {})
    scribe.command(world.sam, LABELERS, "/labelteam", "list")
    scribe.command(world.sam, LABELERS, "/labelteam", f"leave {QUEUE_TEAM}")


def datasets(world: World, scribe: Scribe) -> None:
    """Datasets of any manifest: faults at the form, refused before it is sent, lines that did not
    arrive.
    """
    mara = world.mara
    scribe.command(mara, DATA, "/dataset", "create")
    wrong = {"project": {"value": "a b"}, "manifest_uri": {"value": "s3://nobody/x"}}
    scribe.window("the form has faults", mara, mara.fill(**wrong))
    mara.close_windows()
    told = {"class-name": "warm", "confidence": 0, "type": "groundtruth/image-classification"}
    told |= {"human-annotated": "yes", "job-name": "x", "creation-date": "2026-11-01T10:00:00"}
    label = f'"tone": 1, "tone-metadata": {json.dumps(told)}'
    picture = '"source-ref": "s3://orchard-raw/ripeness/orchard-s7-00{}.jpg"'
    lines = [f"{{{picture.format(number)}, {label}}}" for number in (1, 2, 2)]
    address = world.put("sets/repeats.manifest", "\n".join([*lines, "{no json"]))
    _dataset(world, scribe, "with-repeats", address)
    gone = world.put("sets/none.manifest", lines[0])
    _dataset(
        world,
        scribe,
        "nothing-there",
        gone,
        later=lambda: world.s3.delete_object(Bucket=seed.RAW, Key="sets/none.manifest"),
    )
    other = world.put("sets/texts.manifest", lines[0])
    texts = '{"source": "warm words"}\n'
    _dataset(
        world, scribe, "no-labels", other, later=lambda: world.put("sets/texts.manifest", texts)
    )
    mara.command(DATA, "/dataset", "create")
    at_form = {"project": {"value": "texts"}, "manifest_uri": {"value": other}}
    scribe.window("the manifest is unfit", mara, mara.fill(**at_form))
    mara.close_windows()
    bare = world.put("sets/bare.manifest", f"{{{picture.format(1)}}}")
    _dataset(world, scribe, "bare", bare)
    scribe.command(mara, DATA, "/dataset", "list")


def _dataset(
    world: World,
    scribe: Scribe,
    project: str,
    address: str,
    later: Callable[[], object] = lambda: None,
) -> None:
    """A dataset of a manifest, to which something happens after the form."""
    mara = world.mara
    mara.command(DATA, "/dataset", "create")
    typed = {"project": {"value": project}, "manifest_uri": {"value": address}}
    scribe.window(f"{project} is asked for", mara, mara.fill(**typed))
    mara.close_windows()
    later()
    _imported(world, scribe)


def _imported(world: World, scribe: Scribe) -> None:
    world.settle()
    scribe.note("the import runs", {})
    world.pass_time(4)
    world.settle()
    scribe.note("the import is over", {})
    with suppress(PracticeError):
        world.mara.close_windows()


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        image_classification,
        bounding_box,
        text_classification,
        folder,
        faults,
        words,
        stops,
        followed,
        team,
        datasets,
    )
}
