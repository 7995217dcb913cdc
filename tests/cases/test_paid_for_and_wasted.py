"""People are paid for work that cannot be used: what is known before must be said before, or at the
latest at the end.

Each case accepts a refusal in the form as well as words in the review and the thread, where both
would do.
"""

import json
import re

import pytest

from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.cases.forms import says
from tests.stories.world import WAITING, World, an_order, shown

CSV = (
    'id,text,stars\r\n1,"Good apples, quick\r\n'
    'delivery.",5\r\n2,"She said ""never again""",1\r\n'
    "3,fine,3\r\n"
)
NOT_THERE = (
    "no ?such ?key|not there|nothing (there|at)|missing|does not exist|do not exist|not "
    "found|cannot be found"
)


@pytest.mark.case("missing-pictures")
@pytest.mark.parametrize(
    ("name", "keys", "cause"),
    [
        (
            "basket-one",
            [
                "my%20farm/pear%201.jpg",
                "my+farm/pear+1.jpg",
                "My Farm/pear 1.JPG",
                "moved/pear.jpg",
            ],
            NOT_THERE,
        ),
        ("basket-two", ["my farm/empty.jpg"], "empty|0 bytes|no bytes|nothing in"),
    ],
)
def test_pictures_that_are_not_there_are_told(
    world: World, name: str, keys: list[str], cause: str
) -> None:
    """Without this, the wrong capitals of a folder would be found out after the end, from “5
    pictures failed”.
    """
    world.put("my farm/pear 1.jpg", forms.sample_picture(world))
    world.put("my farm/empty.jpg", b"")
    source = forms.manifest_of(
        world, f"{name}.manifest", [f"s3://{seed.RAW}/{key}" for key in keys]
    )
    told = forms.ask(world, an_order(name, source=source))
    said = told.all
    if not told.refused and world.aws_jobs(name):
        world.finish(name)
        said += forms.thread(world, name)
    assert says(cause, said)


@pytest.mark.case("duplicates-untold")
def test_pictures_that_a_manifest_names_twice_are_told(world: World) -> None:
    """Without this, two joined exports would be labeled and paid twice, and Rekognition takes each
    picture once.
    """
    source = forms.manifest_of(world, "joined.manifest", forms.addresses(world) * 2)
    order = an_order("joined-exports", source=source)
    told = forms.ask(world, order)
    repeated = "repeat|twice|duplicate|second time|more than once|same picture|again"
    said = told.refused.get("input_uri", "")
    if said:
        assert says(repeated, said)
        return
    world.finish(order.name)
    for place in (told.review, forms.thread(world, order.name)):
        assert says(repeated, place)
        assert says(r"\b9\b|\b8 (of|pictures?|lines?)\b", place), "which lines, or how many"


@pytest.mark.case("duplicates-untold")
@pytest.mark.parametrize("form", ["manifest", "files"])
def test_texts_that_come_twice_are_told(world: World, form: str) -> None:
    """Without this, joined exports of texts would be judged and paid twice."""
    kind = {"category": "Text", "task_type": "text-classification", "labels": ("kind", "harsh")}
    texts = ["fine", "never again", "fine"]
    source = f"s3://{seed.RAW}/twice-said/"
    world.put("twice-said/a.txt", "\n".join(texts))
    if form == "manifest":
        lines = "".join(json.dumps({"source": text}) + "\n" for text in texts)
        source = world.put("twice-said.manifest", lines)
    told = forms.ask(world, an_order(f"twice-{form}", source=source, **kind))
    assert says("repeats a text|1 text came before", told.review)
    assert says("repeats a text|1 text came before", told.thread)


@pytest.mark.case("left-out-untold")
def test_files_of_a_folder_that_are_left_out_are_told_by_kind(world: World) -> None:
    """Without this, half of the pictures would stay without labels and nobody would know that .webp
    is not taken.
    """
    picture = forms.sample_picture(world)
    for key in (
        "a.JPG",
        "sub/b.jpeg",
        "scan.tiff",
        *(f"photo{number}.webp" for number in range(4)),
    ):
        world.put(f"mixed/{key}", picture)
    for key, body in {
        "broken upload.jpg": b"",
        "big.png": b"x" * (41 << 20),
        ".DS_Store": b"x",
        "notes.txt": b"x",
    }.items():
        world.put(f"mixed/{key}", body)
    told = forms.ask(world, an_order("mixed-folder", source=f"s3://{seed.RAW}/mixed/"))
    for place in (told.review, told.thread):
        for left_out in (r"\bempty", r"too large|too big|\bMB\b|larger than", "hidden", r"\.webp"):
            assert says(left_out, place), left_out


@pytest.mark.case("relabel-attribute")
def test_pictures_that_have_the_label_already_are_told(world: World) -> None:
    """Without this, a second round would end within a minute as “nothing was labeled”, and nobody
    would know why.
    """
    world.ask(an_order("round-one", attribute="ripeness"))
    world.finish("round-one")
    out = f"s3://{seed.OUT}/labels/round-one/manifests/output/output.manifest"
    order = an_order("round-two", attribute="ripeness", source=out)
    told = forms.faults(world, order)
    said = "\n".join(told.values())
    if not told:
        said = shown(world.mara.view())
    assert "ripeness" in said
    assert says(
        "already|not be labeled|nothing (is|would be|will be) (left|labeled)|nothing to label", said
    )
    assert says(r"\b8\b|\ball\b|\bevery\b", said)


@pytest.mark.case("no-cors")
def test_bucket_that_shows_no_pictures_in_a_browser_is_told(world: World) -> None:
    """Without this, workers would look at empty frames, and only `labeljob doctor` would know
    why.
    """
    world.s3.delete_bucket_cors(Bucket=seed.RAW)
    try:
        told = forms.ask(world, an_order("no-cors", team=WAITING))
    finally:
        world.s3.put_bucket_cors(Bucket=seed.RAW, CORSConfiguration=seed.CORS)
    said = told.all.replace("no-cors", "")
    assert says(
        (
            r"\bCORS\b|see no picture|not see (the|any) "
            r"picture|cannot be shown|no pictures? "
            r"(is|are) shown"
        ),
        said,
    )


@pytest.mark.case("csv-texts")
def test_csv_file_is_read_as_csv_or_refused(world: World) -> None:
    """Without this, people would be paid to judge “id,text,stars” and halves of sentences."""
    world.put("reviews-csv/reviews.csv", CSV)
    kind = {"category": "Text", "task_type": "text-classification", "labels": ("kind", "harsh")}
    told = forms.ask(world, an_order("csv-texts", source=f"s3://{seed.RAW}/reviews-csv/", **kind))
    if told.refused:
        assert says("csv", told.refused.get("input_uri", ""))
        return
    handed_out = sorted(
        " ".join(task["source"].split()) for task in forms.tasks(world, "csv-texts")
    )
    assert handed_out == ["Good apples, quick delivery.", 'She said "never again"', "fine"]
    assert re.search(r"\b3 texts\b", told.review)


@pytest.mark.case("csv-texts")
def test_table_of_another_program_is_refused_in_words_about_texts(world: World) -> None:
    """Without this, whoever names a spreadsheet would be told how a manifest is called."""
    kind = {"category": "Text", "task_type": "text-classification", "labels": ("kind", "harsh")}
    source = world.put("reviews.xlsx", b"PK")
    told = forms.faults(world, an_order("a-sheet", source=source, **kind))
    assert says("as CSV", told["input_uri"])
