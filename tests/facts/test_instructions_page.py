"""The worker page: what people type is shown, never run; only named pictures get access."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment
from liquid.filter import string_filter
from markupsafe import Markup

from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.instructions import clean, page
from bot.instructions.page import Example, Instructions, NoPage, NothingToAudit, PageTooLarge
from bot.instructions.pictures import BadPicture
from tests.facts.markup import Seen

ROWS = {
    row["id"]: row
    for file in sorted(Path("bot/engines/ground_truth/task_types").glob("*.json"))
    for row in json.loads(file.read_text(encoding="utf-8")).get("task_types", ())
}
WITH_PAGE = sorted(name for name, kind in TASK_TYPES.items() if page.has_page(kind.tool))


def worker_page(task_type: str, told: Instructions, **more: Any) -> str:
    """The page of a task type of the catalogue."""
    tool = TASK_TYPES[task_type].tool
    if tool.earlier:
        more = {"audited": "fruit", **more}
    return page.worker_page(tool, told, **more)


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "[[",
        "]]",
        "[%",
        "[#",
        "{{ 's3://secret/x' | grant_read_access }}",
        "{% raw %}",
        "{% if true %}",
        "{%- comment -%}",
        "{{ task.input.taskObject }}",
        "'",
        '"',
        "<",
        ">",
        "&",
        "&#123;",
        "&lbrace;",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<a href=\"https://x.y/?{{ 's3://secret/x' | grant_read_access }}\">x</a>",
        "</short-instructions>",
        "</crowd-form>",
        "{",
        "}",
        "%",
        "\n",
        "\\",
        "é",
        "\u200b",
    ]
)
TYPED = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=10).map("".join)


def instructions(**changes: Any) -> Instructions:
    plain: dict[str, Any] = {
        "task_title": "Ripe or not",
        "description": "Choose one word for the fruit.",
        "labels": ("ripe", "unripe"),
        "short_html": "<p>Look.</p>",
        "full_html": "<p>Look well.</p>",
        "examples": (),
    }
    return Instructions(**{**plain, **changes})


JUDGED, EMPTY = ("right", "wrong"), ("right", "wrong", "empty")
LINES: dict[tuple[str, ...], dict[str, Any]] = {
    JUDGED: {
        "fruit": {
            "annotations": [
                {"class_id": 1, "left": 40, "top": 52.5, "width": 120, "height": 98},
                {"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4},
            ]
        },
        "fruit-metadata": {"class-map": {"0": """a 'big' "one" <b>""", "1": "pear"}},
        "rows-ref": "s3://orchard-out/1.png",
        "rows-ref-metadata": {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
                "1": {"class-name": """it's "a" tree""", "hex-color": "#2ca02c"},
                "2": {"class-name": "road", "hex-color": "#1f77b4"},
            }
        },
    },
}


class GroundTruth:
    """Renders pages as Ground Truth does, and remembers the addresses it was asked to open."""

    def __init__(self) -> None:
        self.granted: list[str] = []
        self.liquid = Environment(autoescape=True)
        self.liquid.filters["grant_read_access"] = string_filter(self.grant)
        self.liquid.filters["to_json"] = json.dumps
        self.liquid.filters["escape"] = lambda value: Markup(html.escape(str(value)))  # noqa: S704

    def grant(self, address: str) -> str:
        self.granted.append(str(address))
        return "https://granted.example/picture"

    def render(self, source: str, labels: tuple[str, ...]) -> str:
        self.granted = []
        line = LINES.get(labels, {})
        shown = {"taskObject": "s3://orchard-raw/1.jpg", "labels": list(labels)}
        task = {"input": {**shown, "manifestLine": line}}
        return str(self.liquid.from_string(source).render(task=task))


GROUND_TRUTH = GroundTruth()


def ground_truth(source: str, labels: tuple[str, ...] = ("ripe",)) -> tuple[str, list[str]]:
    rendered = GROUND_TRUTH.render(source, labels)
    return rendered, GROUND_TRUTH.granted


@given(title=TYPED, description=TYPED, short=TYPED, full=TYPED, caption=TYPED)
def test_typed_text_never_runs(
    title: str, description: str, short: str, full: str, caption: str
) -> None:
    """If typed Liquid ran, anybody in Slack could open any object that the role may read."""
    example = Example("s3://orchard-raw/good.png", caption, good=True)
    told = instructions(
        task_title=title,
        description=description,
        short_html=short,
        full_html=full,
        examples=(example,),
    )
    rendered, granted = ground_truth(worker_page("image-classification", told))
    assert set(granted) == {"s3://orchard-raw/1.jpg", "s3://orchard-raw/good.png"}
    assert len(granted) == 3
    seen = Seen(rendered)
    assert [tag["header"] for name, tag in seen.tags if name == "full-instructions"] == [
        " ".join(title.split())
    ]
    assert [
        name for name, _ in seen.tags if name in {"script", "crowd-form", "short-instructions"}
    ] == [
        "script",
        "crowd-form",
        "short-instructions",
    ]
    assert not [name for _, tag in seen.tags for name in tag if name.startswith("on")]
    assert not [
        tag
        for _, tag in seen.tags
        if not tag.get("href", "https:").lower().startswith(("https:", "http:"))
    ]


def test_typed_liquid_is_shown_as_typed() -> None:
    """A team that explains templates in its instructions must see its own braces."""
    typed = "Write {{ name }} and {% if x %} and [[ y ]]"
    told = instructions(
        short_html=f"<p>{typed}</p>", full_html=f'<a href="https://a.b/{{{{ x }}}}">{typed}</a>'
    )
    rendered, _ = ground_truth(worker_page("text-classification", told))
    assert html.unescape(rendered).count(typed) == 2
    assert html.unescape(rendered).count("https://a.b/{{ x }}") == 1


@pytest.mark.parametrize("task_type", WITH_PAGE)
def test_each_page_speaks_as_the_catalogue_says(task_type: str) -> None:
    """A wrong element or labels attribute makes every task of the job fail."""
    ui = ROWS[task_type]["ui"]
    rendered, granted = ground_truth(worker_page(task_type, instructions()), ('it\'s "big"', "<b>"))
    tag = re.search(rf"<{ui['element']}\s[^>]*>", rendered)
    assert tag is not None
    assert {"name", "header"} < {name for name in ui["required_attrs"] if f" {name}=" in tag[0]} | {
        "name",
        "header",
        "",
    }
    labels = re.search(rf'{ui["labels_attribute"]}="([^"]*)"', tag[0])
    assert labels is not None
    assert json.loads(html.unescape(labels[1])) == ['it\'s "big"', "<b>"]
    assert "<short-instructions>" in rendered
    assert granted == (
        ["s3://orchard-raw/1.jpg"] if ROWS[task_type]["source_key"] == "source-ref" else []
    )
    if ROWS[task_type]["family"] == "text":
        assert "<classification-target" in rendered


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://orchard-raw/a'b.png", "Rename"),
        ("s3://orchard-raw/a{{b.png", "Rename"),
        ("s3://orchard-raw/a}}<b>.png", "Rename"),
        ("s3://orchard-raw/a&b.png", "Rename"),
        ("s3://orchard-raw/../b.png", "“..”"),
        ("s3://orchard-raw/b.txt", "ends in .png"),
        ("s3://other/b.png", "allowed"),
        ("s3://O/b.png", "bucket"),
        ("http://a.b/c.png", "https"),
        ('https://a.b/c.png" onerror="x', "https"),
        ("https://a.b/{{x}}.png", "https"),
        ("javascript:alert(1)", "https"),
        ("data:image/png;base64,AAAA", "https"),
        ("https://b.s3.amazonaws.com/k.png?X-Amz-Signature=1", "signed link"),
        ("", "https"),
    ],
)
def test_bad_pictures_are_refused_in_words(address: str, words: str) -> None:
    """An address that can break out of its quotes would open a hole in the page; one that dies
    would show nothing.
    """
    with pytest.raises(BadPicture, match=re.escape(words)):
        worker_page(
            "bounding-box",
            instructions(examples=(Example(address, "", good=True),)),
            allowed=lambda place: place.startswith("s3://orchard-raw/"),
        )


@given(key=st.text(max_size=30))
def test_any_key_is_granted_exactly_or_refused(key: str) -> None:
    """Liquid must open the object that was named and no other."""
    address = f"s3://orchard-raw/{key}.png"
    try:
        source = worker_page(
            "text-classification", instructions(examples=(Example(address, "", good=False),))
        )
    except BadPicture:
        return
    _, granted = ground_truth(source)
    assert granted == [address.strip()] * 2


def test_an_s3_web_address_becomes_a_granted_one() -> None:
    """People paste the console's https address; the bucket is private, so it would not show."""
    told = instructions(
        examples=(
            Example("https://orchard-raw.s3.eu-west-1.amazonaws.com/a/g.png", "so", good=True),
        )
    )
    _, granted = ground_truth(worker_page("text-classification", told))
    assert granted == ["s3://orchard-raw/a/g.png"] * 2


def test_every_text_runs_in_its_own_direction() -> None:
    """Without this, Persian or Hebrew instructions and texts would begin at the wrong side."""
    told = instructions(examples=(Example("https://a.b/1.png", "so", good=True),))
    rendered = worker_page("text-classification", told)
    for beginning in ("<div", "<figcaption", "<classification-target"):
        tags = [part.split(">")[0] for part in rendered.split(f"{beginning} ")[1:]]
        assert tags, beginning
        assert all('dir="auto"' in tag for tag in tags)


def test_examples_stand_beside_and_in_full() -> None:
    """Workers see one good and one bad picture without opening anything, and all of them in the
    overlay.
    """
    examples = tuple(Example(f"https://a.b/{n}.png", f"no. {n}", good=n % 2 == 0) for n in range(4))
    rendered = worker_page("bounding-box", instructions(examples=examples))
    full, short = rendered.split("<short-instructions>")
    assert [full.count(f"/{n}.png") for n in range(4)] == [1, 1, 1, 1]
    assert [short.count(f"/{n}.png") for n in range(4)] == [1, 1, 0, 0]
    assert 'alt="Bad example: no. 1"' in short


def test_pages_are_repeatable_and_bounded() -> None:
    """A page is kept under its digest; one that is too long would fail only when the first worker
    opens it.
    """
    told = instructions()
    assert worker_page("bounding-box", told) == worker_page("bounding-box", told)
    with pytest.raises(PageTooLarge, match="128,000"):
        worker_page("bounding-box", instructions(full_html="<p>" + "word " * 30_000))
    with pytest.raises(NoPage):
        worker_page("custom", told)


def test_new_element_needs_its_row_alone() -> None:
    """Without this, a row with an element that no other row has would need a second place."""
    tool = page.Tool("crowd-polygon", "crowd-polygon", "labels")
    assert "<crowd-polygon\n" in page.worker_page(tool, instructions())
    with pytest.raises(NoPage):
        page.worker_page(page.Tool("crowd-polygon", "crowd-polygon", ""), instructions())


@pytest.mark.parametrize("task_type", WITH_PAGE)
def test_skeletons_are_clean_and_show_good_and_bad(task_type: str) -> None:
    """The form starts with examples to fill in; they must survive the cleaning untouched."""
    skeleton = page.skeleton(task_type)
    for part in (skeleton.short_html, skeleton.full_html):
        assert clean.from_html(part) == part
        assert "Good" in part
        assert "Bad" in part
    assert page.skeleton("none") == page.skeleton("any"), (
        "a type without words of its own has those for any"
    )


def test_preview_shows_what_workers_get() -> None:
    """The reviewer and the team read the same words as the workers, with every picture
    described.
    """
    told = instructions(
        task_title="Ripe <!channel>",
        short_html="<p>Choose <b>one</b> @here</p>",
        full_html="<p>" + "<br>".join(f"line {n} {'x' * 80}" for n in range(200)) + "</p>",
        examples=(
            Example("s3://orchard-raw/g.png", "round", good=True),
            Example("https://a.b/b.png", "", good=False),
            Example("s3://other/x.png", "no", good=True),
        ),
    )
    asked: list[str] = []

    def link(address: str) -> str:
        asked.append(address)
        return f"https://signed.example/{len(asked)}"

    shown = page.slack_preview(
        "image-classification",
        told,
        link,
        allowed=lambda place: place.startswith("s3://orchard-raw/"),
    )
    assert asked == ["s3://orchard-raw/g.png"]
    images = [block for block in shown if block["type"] == "image"]
    assert [image["alt_text"] for image in images] == ["Good example: round", "Bad example"]
    assert len(shown) <= page.PREVIEW_BLOCKS
    said = json.dumps(shown, ensure_ascii=False)
    assert "<!channel>" not in said
    assert "@here" not in said
    assert "left out" in said
    assert all(len(block["text"]["text"]) <= 3000 for block in shown if block["type"] == "section")
    assert len(page.slack_preview("image-classification", told, link, full=False)) < len(shown)


def test_labels_are_shown_as_they_were_typed_and_told_apart() -> None:
    """A label with a sign of HTML's would be shown in its escapes, and one with a comma would be
    read as two.
    """
    shown = page.slack_preview(
        "image-classification",
        instructions(labels=("<b>", "a & b", "ripe, green")),
        lambda _uri: "https://x.example",
    )
    assert "Labels: &lt;b&gt;, a &amp; b, “ripe, green”" in shown[0]["text"]["text"]


def _attribute(rendered: str, element: str, name: str) -> Any:
    """What an attribute of the page's element holds, read as a browser and then as the element
    would.
    """
    tags = [tag for tag_name, tag in Seen(rendered).tags if tag_name == element]
    return json.loads(tags[0][name])


@pytest.mark.parametrize(
    ("task_type", "element", "attribute", "audited", "right"),
    [
        (
            "bounding-box-adjustment",
            "crowd-bounding-box",
            "initial-value",
            "fruit",
            [
                {"label": "pear", "left": 40, "top": 52.5, "width": 120, "height": 98},
                {"label": """a 'big' "one" <b>""", "left": 1, "top": 2, "width": 3, "height": 4},
            ],
        ),
        (
            "bounding-box-verification",
            "crowd-image-classifier",
            "overlay",
            "fruit",
            {
                "boundingBox": {
                    "labels": ["""a 'big' "one" <b>""", "pear"],
                    "value": [
                        {"label": "pear", "left": 40, "top": 52.5, "width": 120, "height": 98},
                        {
                            "label": """a 'big' "one" <b>""",
                            "left": 1,
                            "top": 2,
                            "width": 3,
                            "height": 4,
                        },
                    ],
                }
            },
        ),
        (
            "semantic-segmentation-adjustment",
            "crowd-semantic-segmentation",
            "initial-value",
            "rows-ref",
            {
                "src": "https://granted.example/picture",
                "labelMappings": {
                    """it's "a" tree""": {"color": "#2ca02c"},
                    "road": {"color": "#1f77b4"},
                },
            },
        ),
        (
            "semantic-segmentation-verification",
            "crowd-image-classifier",
            "overlay",
            "rows-ref",
            {
                "semanticSegmentation": {
                    "src": "https://granted.example/picture",
                    "labelMappings": {
                        """it's "a" tree""": {"color": "#2ca02c"},
                        "road": {"color": "#1f77b4"},
                    },
                }
            },
        ),
    ],
)
def test_audits_show_the_labels_that_are_there(
    task_type: str, element: str, attribute: str, audited: str, right: Any
) -> None:
    """Without this, workers would judge or correct an empty picture, and what they said of it would
    go into the results.
    """
    source = worker_page(task_type, instructions(labels=JUDGED), audited=audited)
    rendered, _ = ground_truth(source, JUDGED)
    assert _attribute(rendered, element, attribute) == right
    judged = TASK_TYPES[task_type].metadata_type == "groundtruth/label-verification"
    assert ("<worker-comment" in rendered) is judged


@pytest.mark.parametrize("task_type", sorted(name for name in WITH_PAGE if "-" in name))
def test_objects_without_earlier_labels_show_too(task_type: str) -> None:
    """Without this, one line that an earlier job left out would end the page for its worker."""
    rendered, granted = ground_truth(worker_page(task_type, instructions(labels=EMPTY)), EMPTY)
    assert granted == (
        ["s3://orchard-raw/1.jpg"] if ROWS[task_type]["source_key"] == "source-ref" else []
    )
    assert "</crowd-form>" in rendered


def test_audit_without_an_attribute_has_no_page() -> None:
    """Without this, a job would be launched whose workers see nothing of what they check."""
    with pytest.raises(NothingToAudit, match="which label attribute"):
        page.worker_page(TASK_TYPES["bounding-box-adjustment"].tool, instructions())


@given(typed=TYPED)
def test_typed_attribute_never_runs(typed: str) -> None:
    """Without this, the name of an attribute could end its quotes and open what the role may
    read.
    """
    try:
        source = worker_page(
            "semantic-segmentation-adjustment", instructions(), audited=typed or "x"
        )
        _, granted = ground_truth(source, JUDGED)
    except (PageTooLarge, NothingToAudit):
        return
    assert set(granted) <= {"s3://orchard-raw/1.jpg", "s3://orchard-out/1.png"}


def test_clips_are_played_in_the_page() -> None:
    """Without this, workers would classify a clip that they cannot see."""
    rendered, granted = ground_truth(worker_page("video-classification", instructions()))
    players = [tag for name, tag in Seen(rendered).tags if name == "video"]
    assert [player["src"] for player in players] == ["https://granted.example/picture"]
    assert granted == ["s3://orchard-raw/1.jpg"]
