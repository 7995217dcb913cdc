"""The sample pictures and texts, and the Liquid of worker templates."""

import io

import pytest
from PIL import Image

from bot.sandbox.crowd.liquid_pages import render
from bot.sandbox.crowd.sample_truth import truth_of_picture, truth_of_text
from bot.sandbox.workspace.sample_pictures import pictures, texts


def grant(uri: str) -> str:
    if not uri.startswith("s3://"):
        raise ValueError(f"{uri} is no S3 URI")
    return f"http://s3/{uri[5:]}?a=1&b=2"


def test_pictures_are_small_true_and_the_same_each_time() -> None:
    """The first minute of practice rests on them: what is shown must be what the workers answer."""
    made = list(pictures(7))
    assert len(made) == 64
    assert len({picture.name for picture in made}) == 64
    for picture in made:
        assert len(picture.jpeg) < 60_000
        truth = truth_of_picture(f"s3://orchard/in/{picture.name}")
        assert truth is not None
        assert (truth.label, truth.boxes) == (picture.label, picture.boxes)
        for _, left, top, width, height in picture.boxes:
            assert left >= 0
            assert top >= 0
            assert left + width <= 640
            assert top + height <= 480
            assert min(width, height) > 40
    assert Image.open(io.BytesIO(made[0].jpeg)).size == (640, 480)
    labels = [picture.label for picture in made[:40]]
    assert all(8 <= labels.count(label) <= 20 for label in ("unripe", "ripe", "overripe"))
    assert next(iter(pictures(7))).jpeg == made[0].jpeg
    assert next(iter(pictures(8))).jpeg != made[0].jpeg


def test_the_colour_shows_the_ripeness() -> None:
    """A picture called unripe that is red would make every honest worker wrong."""
    for picture in list(pictures(7))[:40]:
        _, left, top, width, height = picture.boxes[0]
        body = Image.open(io.BytesIO(picture.jpeg)).crop(
            (left + width // 4, top + height // 2, left + width * 3 // 4, top + height * 4 // 5)
        )
        red, green, _ = body.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert (green > red) == (picture.label == "unripe")


def test_texts_have_three_tones() -> None:
    """A text job needs each class to be there."""
    written = texts(7)
    assert sorted({tone for _, tone in written}) == ["harsh", "kind", "mixed"]
    assert len({text for text, _ in written}) == 30
    assert all((truth := truth_of_text(text)) and truth.label == tone for text, tone in written)
    assert truth_of_text("Something else") is None


def test_labels_survive_a_double_quoted_attribute() -> None:
    """`to_json | escape` left quotes alone once, and the attribute ended in the middle of the
    list.
    """
    html, errors = render(
        '<x labels="{{ task.input.labels | to_json | escape }}">',
        {"labels": ['a"b', "it's", "<i>"]},
        grant,
    )
    assert errors == []
    inside = html.removeprefix('<x labels="').removesuffix('">')
    assert '"' not in inside
    assert "<" not in inside


def test_values_are_escaped_and_hyphens_are_names() -> None:
    """Typed text must never become markup in a worker's page."""
    html, errors = render(
        "{{ task.input.source-ref }} {{ "
        'task.input.a-metadata.class-map["0"] }} {{ '
        "task.input.nothing | "
        "to_json }}"
        " {{ task.input.source-ref | skip_autoescape "
        "}} {{ task.input.taskObject | "
        "grant_read_access }}",
        {
            "source-ref": "<b>",
            "a-metadata": {"class-map": {"0": "cat"}},
            "taskObject": "s3://b/k.jpg",
        },
        grant,
    )
    assert errors == []
    assert html == "&lt;b&gt; cat null <b> http://s3/b/k.jpg?a=1&amp;b=2"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% if %}", "line 1"),
        ("{{ x | bogus }}", "unknown filter 'bogus'"),
        ("{% include 'other' %}", "no other template"),
        ("{{ task.input.none | grant_read_access }}", "does not have"),
        ("{{ 'http://x' | grant_read_access }}", "no S3 URI"),
    ],
)
def test_a_faulty_template_is_told_not_raised(template: str, words: str) -> None:
    """RenderUiTemplate answers 200 with errors; an exception would be a broken stand-in."""
    _, errors = render(template, {}, grant)
    assert len(errors) == 1
    assert words in errors[0][1]
