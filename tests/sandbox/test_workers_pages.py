"""What simulated workers submit on pages of one's own: the shapes that the same elements submit in
a browser.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from workers_world import World

from bot.sandbox.crowd import masks
from bot.sandbox.crowd.sample_truth import scenes
from bot.sandbox.crowd.simulated_answers import Thing
from bot.sandbox.crowd.simulated_pages import fields, fill, needs_picture

FRUITS = ("apple", "pear", "orange", "lemon")
SCENE = next(scene for scene in scenes(7) if scene.name.startswith("table"))
THING = Thing(f"s3://orchard/{SCENE.name}", (640, 480))


def page(tag: str, labels: str = "{{ task.input.labels | to_json | escape }}") -> str:
    return (
        f'<crowd-form><crowd-{tag} name="it" labels="{labels}" src="{{{{ x | grant_read_access '
        f'}}}}"></crowd-{tag}>'
    )


def answer(tag: str) -> dict[str, object]:
    found = fill(fields(page(tag), FRUITS), THING, Random(1), 0.0)["it"]
    assert found["inputImageProperties"] == {"height": 480, "width": 640}
    return dict(found)


def test_labels_are_read_from_the_page_or_from_the_job() -> None:
    """Both are usual: the guide's samples write the labels out, the console's pages take the
    job's.
    """
    assert fields(page("polygon"), FRUITS)[0].labels == FRUITS
    assert fields(page("polygon", "['Cat', 'it's a Dog',]"), FRUITS)[0].labels == (
        "Cat",
        "it's a Dog",
    )
    assert fields(page("polygon", "[&quot;Cat&quot;]"), FRUITS)[0].labels == ("Cat",)
    entities = "[{'label': 'person', 'shortDisplayName': 'per'}]"
    assert fields(page("entity-annotation", entities.replace("'", "&quot;")), ())[0].labels == (
        "person",
    )
    assert fields(page("entity-annotation", "[{label: 'a b', shortDisplayName: 'x'}]"), ())[
        0
    ].labels == ("a b",)
    assert fields("<p>no element</p>", FRUITS) == ()
    assert needs_picture(fields(page("keypoint"), FRUITS))
    assert not needs_picture(fields(page("classifier"), FRUITS))


@pytest.mark.parametrize("tag", ["polygon", "polyline", "line", "keypoint", "bounding-box"])
def test_drawn_shapes_lie_on_the_fruit(tag: str) -> None:
    """Practice results that miss the fruit would teach people to distrust the tool."""
    found = answer(tag)
    [drawn] = [value for value in found.values() if isinstance(value, list)]
    assert len(drawn) == len(SCENE.fruits)
    for shape, fruit in zip(drawn, SCENE.fruits, strict=True):
        assert shape["label"] == fruit.kind
        if tag == "bounding-box":
            assert abs(shape["left"] - fruit.box[0]) < 12
            continue
        for point in shape.get("vertices", [shape]):
            assert abs(point["x"] - fruit.x) <= fruit.half_width * 1.1
            assert abs(point["y"] - fruit.y) <= fruit.half_height * 1.1


def test_things_are_painted_each_in_its_own_colour() -> None:
    """Instances that share a colour cannot be told apart."""
    found = fill(fields(page("instance-segmentation"), FRUITS), THING, Random(1), 0.0)["it"]
    colours = {f"{number}": one["color"] for number, one in enumerate(found["instances"])}
    assert len(set(colours.values())) == len(SCENE.fruits)
    mask = masks.from_text(
        found["labeledImage"]["pngImageData"], (640, 480), tuple(colours), colours
    )
    front = SCENE.fruits[-1]
    assert mask.image.getpixel((round(front.x), round(front.y))) == len(SCENE.fruits)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "aws.db")
    made.team()
    yield made
    made.store.close()


def test_a_custom_job_is_answered_as_its_page_asks(world: World) -> None:
    """A team's own consolidation reads the names on its own page; answers to another page would
    break it.
    """
    world.objects.kept["orchard", "page.liquid.html"] = b"""<crowd-form>
      <crowd-classifier name="tone" categories="['kind', 'harsh']"></crowd-classifier>
      <crowd-input name="why"></crowd-input>
      <crowd-checkbox name="flags" value="short">Short</crowd-checkbox>
      <crowd-checkbox name="flags" value="odd">Odd</crowd-checkbox></crowd-form>"""
    world.lines([{"source": "Fine fruit"}])
    job = world.job("own", "PassThrough", [])
    world.later(10)
    assert world.row(job)["status"] == "Completed"
    first = world.output("own")[0]["ripeness"]["annotationsFromAllWorkers"][0]["annotationData"][
        "content"
    ]
    assert '"tone": {"label": "' in first
    assert '"why": "' in first
    assert '"flags": {"short": ' in first
    assert '"odd": ' in first
