"""The form's pages and what comes back from them."""

import json
import string
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.blocks import rich_text, rich_words
from bot.base.errors import Fault
from bot.base.forms import fields_of
from bot.base.s3_uri import Allowed
from bot.engines.ground_truth.catalogue import TASK_TYPES
from bot.engines.task_type import TaskTypes
from bot.instructions.pictures import Example
from bot.jobs.draft import MADE_UP, Draft, begun_with, of_this_type
from bot.jobs.finding import Finding, Kind
from bot.jobs.form import pages
from bot.jobs.form.made_up import made_up, slug
from bot.jobs.form.pages import Beside, Start, job_form
from bot.jobs.form.review import Reviewed, review
from bot.manifests.texts import TextsRead
from bot.people.work_team import WorkTeam
from tests.idle_engine import idle_engine

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)
validate_options = validator.validate_options
validate_view = validator.validate_view

JOB_FORM = job_form(idle_engine())
TONE = "text-classification"
KINDS = [kind.id for kind in TASK_TYPES.values() if kind.offered]
NAMES = [each.name for each in fields_of(JOB_FORM.parts)]
read, faults = JOB_FORM.read, JOB_FORM.faults
TEAM = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/orchard"
VENDOR = "arn:aws:sagemaker:eu-west-1:444455556666:workteam/vendor-crowd/harvest-hands"
TEAMS = [WorkTeam(TEAM, "orchard"), WorkTeam(VENDOR, "Harvest Hands", seller="Harvest Co")]
PEAR = [{"type": "text", "text": "Overripe: "}, {"type": "emoji", "name": "pear"}]
RICH = rich_text(
    {"type": "rich_text_section", "elements": PEAR},
    {
        "type": "rich_text_list",
        "style": "ordered",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "link", "url": "https://x.example", "text": "spots"}],
            }
        ],
    },
)
MARA = Draft(
    job_name="ripe-july",
    label_attribute="ripeness",
    input_uri="s3://orchard-raw/july/",
    input_kind="folder",
    output_uri="s3://orchard-out/results/",
    category="Image",
    task_type="bounding-box",
    workteam_key="orchard",
    workteam_arn=TEAM,
    workteam_name="orchard",
    task_time_limit_s=5400,
    availability_s=90_061,
    workers_per_object=3,
    title="Ripe or not & <more>",
    description="Choose one word",
    labels=("ripe", "un ripe"),
    short_instructions=RICH,
    full_instructions=RICH,
    examples=(
        Example("s3://orchard-raw/a.png", "brown spots"),
        Example("s3://orchard-raw/b.png", "", good=False),
    ),
    team_id="T1",
    channel="C1",
    asked_by="U0MARA",
)


def every(draft: Draft) -> dict[str, Any]:
    """Both pages as one: every field that there is for this draft."""
    page, more = JOB_FORM.page(draft, "d1", Beside()), JOB_FORM.more_page(draft, "d1", 1)
    return {**page, "blocks": [*page["blocks"], *more["blocks"]]}


def shown_values(view: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends for a page that nobody touched: every field with what it showed."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values[block["block_id"]] = {element["action_id"]: _value(element)}
    return {**view, "state": {"values": values}}


def _value(element: dict[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    if kind in ("radio_buttons", "external_select"):
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": element.get("initial_date_time")}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    return {"type": kind, "value": element.get("initial_value")}


def typed(view: dict[str, Any], field: str, text: str) -> dict[str, Any]:
    """The page with one text typed anew."""
    for value in view["state"]["values"][field].values():
        value["value"] = text
    return view


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def test_a_page_that_nobody_touched_reads_as_its_draft() -> None:
    """Going back and forth must lose nothing that was typed."""
    assert read(shown_values(every(MARA)), MARA) == MARA
    blank = msgspec.structs.replace(
        MARA, **{name: getattr(Draft(), name) for name in ("job_name", "title", "labels")}
    )
    again = read(shown_values(every(MARA)), blank)
    assert (again.title, again.labels, again.workteam_arn) == (MARA.title, MARA.labels, TEAM)
    assert again.job_name == "ripe-july"


def test_every_page_is_one_that_slack_takes() -> None:
    """A view that Slack refuses opens as nothing at all."""
    wrong = faults(Draft(), Allowed(()))
    starts = (Start("last", "Your last job: ripe-june"), Start("nothing", "Nothing"))
    renewed = msgspec.structs.replace(MARA, begun=2, start="last", due=1_800_000_000)
    views = [
        JOB_FORM.page(Draft(), "d1", Beside()),
        JOB_FORM.page(MARA, "d1", Beside(teams_known=False), faults=wrong),
        JOB_FORM.page(renewed, "d1", Beside(starts=starts)),
        JOB_FORM.more_page(Draft(), "d1", 1, faults=wrong),
        JOB_FORM.more_page(MARA, "d1", 3),
        review(
            JOB_FORM.asked(msgspec.structs.replace(renewed, made_up=MADE_UP)),
            Reviewed(
                objects=1240,
                skipped=3,
                team_members=6,
                unread=("the name",),
                findings=(Finding(Kind.LOOK_AT, "large"),),
            ),
            "d1",
        ),
        pages.thanks("ripe-july", "C1"),
    ]
    assert [validate_view(page) for page in views] == [[]] * len(views)
    assert validate_options(pages.team_options(TEAMS)) == []


def test_vendors_stand_apart_in_the_menu_of_teams() -> None:
    """Without this, a requester would take people who cost money for colleagues."""
    own, vendors = pages.team_options(TEAMS)["option_groups"]
    assert (own["label"]["text"], vendors["label"]["text"]) == ("Private teams", "Vendors")
    assert vendors["options"][0]["value"] == "vendor-crowd/harvest-hands"
    assert pages.team_options(TEAMS[:1])["options"][0]["text"]["text"] == "orchard"
    assert [group["label"]["text"] for group in pages.team_options(TEAMS[1:])["option_groups"]] == [
        "Vendors"
    ]


def test_only_the_types_of_the_tile_show_each_with_its_limits() -> None:
    """A type of another kind of work on the page would be chosen sooner or later."""
    kinds = JOB_FORM.types.of_tile("classify")
    draft = msgspec.structs.replace(MARA, task_type="text-classification", category="Text")
    page = inputs(every(draft))
    options = page["task_type"]["element"]["options"]
    assert {one["value"] for one in options} <= {kind.id for kind in kinds}
    assert page["task_type"]["element"]["initial_option"]["value"] == "text-classification"
    assert "2 labels or more" in options[0]["description"]["text"]
    assert page["tile"]["dispatch_action"] is True
    assert "task_type" not in inputs(every(MARA)), "a tile of one type leaves no choice"


def picked(page: dict[str, Any], field: str, value: str) -> dict[str, Any]:
    """The page with another choice."""
    for chosen in page["state"]["values"][field].values():
        chosen["selected_option"] = {"value": value}
    return page


def test_another_tile_is_another_type_and_what_stood_below_it_no_more() -> None:
    """Slack sends the old tile's choice with the new tile: an image type would stay chosen for
    boxes.
    """
    classes = msgspec.structs.replace(MARA, task_type="text-classification", category="Text")
    boxes = read(picked(shown_values(every(classes)), "tile", "boxes"), classes)
    assert (boxes.task_type, boxes.category) == ("bounding-box", "Image")
    kinds = shown_values(every(classes))
    image = read(picked(kinds, "task_type", "image-classification"), classes)
    assert (image.task_type, image.category) == ("image-classification", "Image")
    forged = read(picked(shown_values(every(classes)), "task_type", "nonsense"), classes)
    assert forged.task_type == "text-classification"


def test_page_of_an_earlier_version_is_read() -> None:
    """Who has the old first page open at the update would find another type chosen."""
    values = {
        "job_name": {"value": {"value": "old-window"}},
        "category": {"job_form_category": {"selected_option": {"value": "Text"}}},
        "task_type": {
            "job_form_task_type_text": {"selected_option": {"value": "text-classification"}}
        },
        "input_uri": {"value": {"value": "s3://orchard-raw/texts/"}},
    }
    draft = read({"state": {"values": values}}, Draft(task_type="bounding-box", category="Image"))
    assert (draft.job_name, draft.task_type) == ("old-window", "text-classification")
    assert draft.category == "Text"


def test_a_tick_says_whether_an_object_gets_several_labels() -> None:
    """Single and multi-label are two types of the engine, and one question for people."""
    single, multi = "image-classification", "image-classification-multilabel"
    row = TASK_TYPES[multi]
    types = TaskTypes(
        msgspec.structs.replace(each, offered=9 if each is row else each.offered)
        for each in TASK_TYPES.values()
    )
    form = replace(JOB_FORM, types=types)
    draft = msgspec.structs.replace(MARA, task_type=single)

    def page_of(draft: Draft) -> dict[str, Any]:
        return shown_values(form.page(draft, "d1", Beside()))

    page = page_of(draft)
    options = inputs(page)["task_type"]["element"]["options"]
    assert [one["value"] for one in options].count(multi) == 0
    assert "initial_options" not in inputs(page)["several"]["element"]
    for value in page["state"]["values"]["several"].values():
        value["selected_options"] = [{"value": "yes"}]
    ticked = form.read(page, draft)
    assert ticked.task_type == multi
    again = page_of(ticked)
    assert inputs(again)["task_type"]["element"]["initial_option"]["value"] == single
    assert inputs(again)["several"]["element"]["initial_options"]
    assert form.read(again, ticked).task_type == multi, "nobody touched it"
    for value in again["state"]["values"]["several"].values():
        value["selected_options"] = []
    assert form.read(again, ticked).task_type == single


def test_required_and_optional_are_told_apart() -> None:
    """Who may leave a field empty should see it before trying."""
    page = inputs(JOB_FORM.page(Draft(asks_output=True), "d", Beside()))
    required = {field for field, block in page.items() if not block.get("optional")}
    assert required == {"tile", "data_from", "input_uri", "output_uri", "labels", "workteam_arn"}
    more = inputs(JOB_FORM.more_page(Draft(asks_output=True), "d", 1))
    assert all(block.get("optional") for block in more.values())
    assert "output_uri" not in more, "it is asked once"


def test_seven_answers_are_asked() -> None:
    """Without this, the form would grow until nobody fills it: tile, kind, data, labels, team, due
    and instructions; what the form starts from stands above them.
    """
    for kind in JOB_FORM.types:
        draft = Draft(task_type=kind)
        page = inputs(JOB_FORM.page(draft, "d", Beside()))
        asked = set(page) - {"several", "data_from"}  # of one answer each with what stands above
        if not JOB_FORM.types[kind].asks:
            assert len(asked) <= 7, kind


def test_what_is_made_up_follows_until_somebody_writes_it() -> None:
    """Without this, a name would speak of data that was changed since, or a typed one would be
    overwritten.
    """
    draft = msgspec.structs.replace(MARA, made_up=("job_name", "title"), job_name="", title="")
    made = made_up(JOB_FORM.asked(draft))
    assert (made.job_name, made.title) == ("july-ripe-un-ripe", "Boxes: ripe, un ripe (july)")
    untouched = read(shown_values(every(made)), made)
    assert untouched.made_up == ("job_name", "title")
    other = msgspec.structs.replace(untouched, input_uri="s3://orchard-raw/june/")
    assert made_up(JOB_FORM.asked(other)).job_name == "june-ripe-un-ripe"
    wrote = read(typed(shown_values(every(made)), "title", "Ripe, or not?"), made)
    assert wrote.made_up == ("job_name",)
    assert made_up(JOB_FORM.asked(wrote)).job_name == "ripe-or-not"
    emptied = read(typed(shown_values(every(wrote)), "title", ""), wrote)
    assert made_up(JOB_FORM.asked(emptied)).title == "Boxes: ripe, un ripe (july)"
    taken = msgspec.structs.replace(made, job_name="july-ripe-un-ripe-3")
    assert made_up(JOB_FORM.asked(taken)).job_name == "july-ripe-un-ripe-3", "it was found free"


def test_title_of_a_page_of_ones_own_says_nothing_of_how_it_is_asked() -> None:
    """Without this, workers would choose between tasks called “answers as they are”."""
    draft = Draft(task_type="passthrough", input_uri="s3://raw/july/", made_up=("title",))
    assert made_up(JOB_FORM.asked(draft)).title == "Labeling task (july)"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ripe or not, July", "ripe-or-not-july"),
        ("Äpfel & Birnen", "apfel-birnen"),
        ("熟した", ""),
        ("-- ", ""),
        ("a" * 50, "a" * 40),
        (f"{'a' * 38} bc", "a" * 38),
    ],
)
def test_words_become_a_name_that_the_engine_takes(text: str, name: str) -> None:
    """Without this, a name that nobody typed could be refused for its letters."""
    assert slug(text) == name


@given(st.text(max_size=80), st.lists(st.text(max_size=300), max_size=60), st.sampled_from(KINDS))
def test_what_is_made_up_has_no_fault(data: str, labels: list[str], kind: str) -> None:
    """Without this, people would be told to mend what they never wrote."""
    draft = Draft(
        input_uri=f"s3://orchard-raw/{data}/",
        task_type=kind,
        labels=tuple(labels),
        made_up=MADE_UP,
    )
    made = made_up(JOB_FORM.asked(draft))
    found = {fault.field for fault in faults(made, Allowed(("orchard-raw",)))}
    assert not found & set(MADE_UP)


def test_files_of_texts_are_asked_about_where_there_are_some() -> None:
    """Without this, whoever labels pictures would be asked for a column, or nobody at all."""
    asked = {"text_column", "text_per", "text_encoding"}
    tables = TextsRead(endings=(".csv",), columns=("id", "text", "x" * 76, ""))
    shown = [
        (Draft(task_type="bounding-box"), set()),
        (Draft(task_type=TONE), {"text_encoding"}),
        (Draft(task_type=TONE, input_uri="s3://b/A.TXT"), {"text_encoding", "text_per"}),
        (Draft(task_type=TONE, texts=tables), {"text_encoding", "text_column"}),
        (
            Draft(task_type=TONE, texts=TextsRead(endings=(".txt", ".csv"))),
            asked - {"text_column"},
        ),
    ]
    for draft, fields in shown:
        page = JOB_FORM.more_page(draft, "d", 1)
        assert set(inputs(page)) & asked == fields
        assert validate_view(page) == []
    menu = inputs(every(Draft(task_type=TONE, texts=tables)))["text_column"]
    assert [each["value"] for each in menu["element"]["options"]] == ["id", "text"]


def test_a_chosen_column_is_one_of_its_own_data() -> None:
    """Without this, other tables would be refused for a column that nobody sees any more."""
    tables = TextsRead(endings=(".csv",), columns=("id", "text"))
    draft = Draft(task_type=TONE, input_uri="s3://orchard-raw/a/", texts=tables)
    page = shown_values(every(draft))
    page["state"]["values"]["text_column"] = {"value": {"selected_option": {"value": "id"}}}
    page["state"]["values"]["text_encoding"] = {"value": {"selected_option": {"value": "cp1252"}}}
    chosen = read(page, draft)
    assert chosen.more == {"text_column": "id", "text_encoding": "cp1252"}
    other = read(typed(page, "input_uri", "s3://orchard-raw/b/"), chosen)
    assert (other.more, other.texts) == ({"text_encoding": "cp1252"}, TextsRead())


@pytest.mark.parametrize("name", ["stop_at_objects", "stop_at_percent", "concurrent_tasks"])
def test_a_zero_is_not_taken_for_an_empty_field(name: str) -> None:
    """Without this, whoever types 0 tasks at once would get 1,000 of them without a word."""
    draft = read(typed(shown_values(every(MARA)), name, "0"), MARA)
    told = {each.field: each.text for each in faults(draft, Allowed(()))}
    assert told[name] == "Write a whole number, 1 or more, or leave it empty."
    assert inputs(every(draft))[name]["element"]["initial_value"] == "0"


def test_empty_optional_fields_mean_the_defaults() -> None:
    """The hint says what an empty field means; it has to be true."""
    page = shown_values(every(MARA))
    for field in ("task_time_limit_s", "availability_s", "workers_per_object"):
        typed(page, field, "")
    draft = read(page, MARA)
    assert (draft.task_time_limit_s, draft.availability_s, draft.workers_per_object) == (
        300,
        864_000,
        1,
    )


def test_what_cannot_be_read_is_kept_and_shown_again() -> None:
    """A word is no duration, but it was typed: it stays in its field until somebody mends it."""
    page = typed(shown_values(every(MARA)), "availability_s", "soon")
    draft = read(page, MARA)
    assert [fault.field for fault in faults(draft, Allowed(("orchard-raw", "orchard-out")))] == [
        "availability_s"
    ]
    again = every(draft)
    assert inputs(again)["availability_s"]["element"]["initial_value"] == "soon"
    mended = typed(shown_values(again), "availability_s", "2 days")
    assert read(mended, draft).typed == {}


def test_instructions_begin_with_the_template_of_the_task_type() -> None:
    """Workers would read "Say here what counts …", or not read what the requester saw in the
    field.
    """
    boxes = Draft(task_type="bounding-box")
    page = shown_values(every(boxes))
    draft = read(page, boxes)
    assert "touches the object on all four sides" in rich_words(draft.short_instructions)
    assert draft.full_instructions is None
    assert "Say here which objects count" in json.dumps(inputs(page)["full_instructions"])


@pytest.mark.parametrize(
    ("task_type", "noun"), [("bounding-box", "picture"), ("text-classification", "text")]
)
def test_beginning_of_a_window_opened_before_the_templates_is_no_instruction(
    task_type: str, noun: str
) -> None:
    """Workers would read "Choose for each picture: …" of whoever had page 2 open at the update."""
    draft = Draft(task_type=task_type)
    page = shown_values(every(draft))
    earlier = {
        "short_instructions": (f"Choose for each {noun}: …", "Good: …", "Not good: …"),
        "full_instructions": (
            f"How to label a {noun}",
            "Good example: what it shows, and why it is right",
            "Bad example: …",
        ),
    }
    for field, (lead, *points) in earlier.items():
        sections = [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
            for words in (lead, *points)
        ]
        written = rich_text(
            sections[0], {"type": "rich_text_list", "style": "bullet", "elements": sections[1:]}
        )
        for value in page["state"]["values"][field].values():
            value["rich_text_value"] = written
    draft = read(page, draft)
    assert (draft.short_instructions, draft.full_instructions) == (None, None)


def test_emptied_instructions_stay_empty() -> None:
    """Who wants workers to see the description alone would have to empty the field on every visit
    of the page.
    """
    boxes = Draft(task_type="bounding-box")
    page = shown_values(every(boxes))
    for value in page["state"]["values"]["short_instructions"].values():
        value["rich_text_value"] = None
    draft = read(page, boxes)
    assert rich_words(draft.short_instructions) == ""
    again = every(draft)
    assert "initial_value" not in inputs(again)["short_instructions"]["element"]
    assert validate_view(again) == []


def test_template_of_another_task_type_goes_with_it() -> None:
    """A text job would be explained with boxes, because its requester once looked at page 2 with
    another type.
    """
    boxes = Draft(task_type="bounding-box", category="Image")
    boxes = read(shown_values(every(boxes)), boxes)
    page = shown_values(every(boxes))
    picked(page, "tile", "classify")
    assert read(page, boxes).short_instructions is None
    mine = msgspec.structs.replace(boxes, short_instructions=RICH)
    page = picked(shown_values(every(mine)), "tile", "classify")
    assert read(page, mine).short_instructions == RICH


def test_words_of_another_job_are_told_and_go_with_its_task_type() -> None:
    """A text job would go to its team with the labels, the rules and the apples of a picture
    job.
    """
    taken = msgspec.structs.replace(MARA, taken_from="ripe-june", taken_type="bounding-box")
    assert "Filled in as in ripe-june." in json.dumps(every(taken))
    assert "Filled in" not in json.dumps(every(MARA))
    assert of_this_type(taken) == taken
    other = of_this_type(msgspec.structs.replace(taken, task_type="text-classification"))
    assert (other.title, other.labels, other.short_instructions, other.examples) == (
        "",
        (),
        None,
        (),
    )
    assert (other.output_uri, other.workteam_arn) == (MARA.output_uri, TEAM)
    told = {each.field for each in JOB_FORM.faults_of_more(other, Allowed(()))}
    assert not told & {"title", "description"}, "they are made of the answers, not asked for"
    gone_through = typed(shown_values(every(taken)), "title", "Mine")
    own = read(gone_through, taken)
    assert (
        of_this_type(msgspec.structs.replace(own, task_type="image-classification")).labels
        == MARA.labels
    )


def test_addresses_are_brought_to_one_form() -> None:
    """The console copies https addresses, and people leave the last slash away."""
    page = shown_values(every(MARA))
    typed(page, "input_uri", " https://orchard-raw.s3.eu-west-1.amazonaws.com/july/data.manifest ")
    typed(page, "output_uri", "s3://orchard-out/results")
    draft = read(page, MARA)
    assert (draft.input_uri, draft.input_kind) == (
        "s3://orchard-raw/july/data.manifest",
        "manifest",
    )
    assert draft.output_uri == "s3://orchard-out/results/"
    assert read(typed(page, "input_uri", "nonsense"), MARA).input_uri == "nonsense"


@pytest.mark.parametrize(
    ("address", "as_read", "added"),
    [
        ("s3://orchard-raw/july", "s3://orchard-raw/july/", True),
        ("s3://orchard-raw/july.2026", "s3://orchard-raw/july.2026/", True),
        ("“s3://orchard-raw/july/”", "s3://orchard-raw/july/", False),
        ("s3://orchard-raw/july.tar", "s3://orchard-raw/july.tar", False),
        ("s3://orchard-raw/data.manifest", "s3://orchard-raw/data.manifest", False),
        ("s3://orchard-raw", "s3://orchard-raw", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_a_slash_that_a_folder_lacks_is_added_and_told(
    address: str, as_read: str, added: bool
) -> None:
    """Without this, a folder would be refused for a sign, or read as one and nobody would know."""
    page = shown_values(every(MARA))
    draft = read(typed(page, "input_uri", address), MARA)
    assert (draft.input_uri, draft.slash_added) == (as_read, added)
    said = json.dumps(review(JOB_FORM.asked(draft), Reviewed(), "d"))
    assert ("slash at its end was added" in said) is added
    again = read(shown_values(every(draft)), draft)
    assert again.slash_added is added, "a second look at the page forgets it"


@pytest.mark.parametrize(
    ("line", "address", "caption"),
    [
        ("s3://orchard-raw/my picture.jpg too dark", "s3://orchard-raw/my picture.jpg", "too dark"),
        ("s3://orchard-raw/my picture.jpg", "s3://orchard-raw/my picture.jpg", ""),
        ("s3://orchard-raw/a  b.png | like this", "s3://orchard-raw/a  b.png", "like this"),
        ("s3://orchard-raw/a.jpg.png so", "s3://orchard-raw/a.jpg.png", "so"),
        ("s3://orchard-raw/a.svg so", "s3://orchard-raw/a.svg", "so"),
    ],
)
def test_an_example_may_have_blanks_in_its_name(line: str, address: str, caption: str) -> None:
    """Without this, a picture with a blank in its name could not be shown."""
    page = shown_values(every(MARA))
    (example,) = [
        one for one in read(typed(page, "good_examples", line), MARA).examples if one.good
    ]
    assert (example.address, example.caption) == (address, caption)


def test_counts_are_forgotten_when_the_data_changes() -> None:
    """A review with the old folder's count would be believed."""
    counted = msgspec.structs.replace(MARA, objects=9, skipped=1, unread=("x",))
    page = shown_values(every(counted))
    assert read(page, counted).objects == 9
    assert read(typed(page, "input_uri", "s3://orchard-raw/june/"), counted).objects is None


def test_lines_are_labels_and_examples() -> None:
    """One line is one label, blanks around it are no part of it; a bar parts address and
    caption.
    """
    page = shown_values(every(MARA))
    typed(page, "labels", " ripe \n\n unripe\r\n")
    typed(
        page,
        "bad_examples",
        "s3://orchard-raw/c.png | too | dark\n\n|only words\ns3://orchard-raw/d.png  too small",
    )
    draft = read(page, MARA)
    assert draft.labels == ("ripe", "unripe")
    assert [one for one in draft.examples if not one.good] == [
        Example("s3://orchard-raw/c.png", "too | dark", good=False),
        Example("", "only words", good=False),
        Example("s3://orchard-raw/d.png", "too small", good=False),
    ]


def test_another_team_has_no_arn_until_it_is_found() -> None:
    """A forged press must not choose a team that this channel may not use: the list of teams says
    which one it is.
    """
    page = shown_values(every(MARA))
    page["state"]["values"]["workteam_arn"]["job_form_team"]["selected_option"]["value"] = "other"
    draft = read(page, MARA)
    assert (draft.workteam_key, draft.workteam_arn) == ("other", "")


KEYS = st.sampled_from(
    [
        "value",
        "state",
        "values",
        "selected_option",
        "rich_text_value",
        "text",
        "type",
        "elements",
        *NAMES,
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))
def test_nonsense_from_a_client_never_breaks_the_reading(values: dict[str, Any]) -> None:
    """A client may send anything; the worst it may get is a fault on a field."""
    for state in (values, {"values": values}, None):
        view = {"state": {"values": values} if state is values else state}
        draft = read(view, Draft())
        assert isinstance(draft, Draft)
        assert isinstance(faults(draft, Allowed(("b",))), list)


def test_faults_land_on_their_fields() -> None:
    """Slack shows an error only below an input of the page that was submitted."""
    page = JOB_FORM.more_page(MARA, "d", 1)
    assert JOB_FORM.errors([Fault("job_name", "A."), Fault("job_name", "B.")], page) == {
        "job_name": "A. B."
    }
    assert JOB_FORM.errors([Fault("workteam", "Gone.")]) == {"workteam_arn": "Gone."}
    assert JOB_FORM.errors([Fault("workteam", "Gone.")], page) == {
        "job_name": "Labeling team: Gone."
    }
    every = JOB_FORM.errors(faults(Draft(), Allowed(())))
    assert set(every) <= set(NAMES)


def test_a_page_knows_its_draft_and_nothing_more() -> None:
    """What was typed stays with us; the view carries an id."""
    page = every(MARA)
    assert pages.draft_of(page) == ("d1", 1)
    assert json.loads(page["private_metadata"]) == {"draft": "d1", "step": 1}
    assert pages.draft_of({"private_metadata": "x"}) == ("", 0)


def test_the_review_says_what_was_read_and_blocks_what_will_fail() -> None:
    """The last page is where a requester can still turn back."""
    facts = Reviewed(
        objects=1240,
        skipped=3,
        input_manifest="s3://orchard-out/results/ripe-july/x.manifest",
        output_manifest="s3://orchard-out/results/ripe-july/manifests/output/output.manifest",
        team_members=6,
    )
    words = json.dumps(review(JOB_FORM.asked(MARA), facts, "d1"), ensure_ascii=False)
    for said in (
        "1,240 pictures found, 3 other files skipped",
        "6 people",
        "3 people per picture",
        "ripeness",
        "s3://orchard-raw/july/",
        "x.manifest",
        "manifests/output/output.manifest",
        "1 hour 30 minutes",
    ):
        assert said in words
    assert review(JOB_FORM.asked(MARA), facts, "d1")["submit"]["text"] == "Create"
    gone = Finding(Kind.BLOCKS, "It is gone.", fix="drop")
    blocked = review(
        JOB_FORM.asked(MARA), Reviewed(findings=(gone, gone), fixes={"drop": "Drop it"}), "d1"
    )
    assert json.dumps(blocked).count("Drop it") == 1, "one button mends them all"
    assert "submit" not in blocked
    assert "It is gone." in json.dumps(blocked)


def test_without_a_team_the_page_says_whom_to_ask() -> None:
    """An empty menu without a word is a dead end."""
    assert "administrator" in json.dumps(JOB_FORM.page(MARA, "d", Beside(teams_known=False)))


ANY = st.text(alphabet=string.printable + "&<>*_`@äöü🍐\u200b", max_size=300)
LONG = ANY.map(lambda text: (text * 60)[:3000])


@given(text=LONG, labels=st.lists(LONG, max_size=4), good=st.booleans())
def test_the_longest_texts_still_make_views(text: str, labels: list[str], good: bool) -> None:
    """One long text must not keep the form from opening again."""
    draft = Draft(
        job_name=text,
        label_attribute=text,
        input_uri=text,
        output_uri=text,
        task_type="bounding-box",
        title=text,
        description=text,
        labels=tuple(one for one in labels if one.strip()) * 40,
        short_instructions=RICH,
        workteam_key=text[:75].strip() or "x",
        workteam_name=text[:75].strip() or "x",
        typed={"availability_s": text[:100], "workers_per_object": text[:9]},
        examples=(Example(text, text, good),) * 4,
    )
    found = tuple(faults(draft, Allowed(("b",))))
    reviewed = Reviewed(
        objects=1,
        input_manifest=text,
        unread=(text,) * 20,
        findings=tuple(Finding(kind, text, fix="drop") for kind in Kind for _ in range(20)),
        fine=(text,) * 20,
        fixes={"drop": "Drop it"},
    )
    for page in (
        JOB_FORM.page(draft, "d", Beside(teams_known=False), faults=found),
        JOB_FORM.more_page(draft, "d", 1, faults=found),
        review(JOB_FORM.asked(draft), reviewed, "d"),
        pages.thanks(text, "C1"),
    ):
        assert validate_view(page) == []
        assert len(page["private_metadata"]) < 3000
    assert all(0 < len(words) <= 1000 for words in JOB_FORM.errors(found).values())


def test_the_words_of_a_rich_text() -> None:
    """Previews and notices show the words; losing list items would turn instructions round."""
    assert rich_words(RICH) == "Overripe: :pear:\n1. spots"


def test_a_form_begun_with_a_job_does_not_say_that_it_begins_with_nothing() -> None:
    """Without this, [Verify…] and [Duplicate] open a filled form with “Start from: Nothing”."""
    starts = (Start("last", "Your last job: july"), Start("nothing", "Nothing"))
    asked = Draft(task_type="bounding-box", start="nothing", job_name="july")
    menu = inputs(JOB_FORM.page(asked, "d", Beside(starts=starts)))
    assert menu["start"]["element"]["initial_option"]["value"] == "nothing"
    again = begun_with(asked, "july-2", "U0MARA")
    assert "start" not in inputs(JOB_FORM.page(again, "d", Beside(starts=starts)))


def test_results_of_a_job_are_called_like_the_job() -> None:
    """Without this, every check of labels is called “output”."""
    manifest = "s3://orchard-out/labels/ripe-july/manifests/output/output.manifest"
    draft = Draft(
        task_type="bounding-box-verification",
        input_uri=manifest,
        labels=("good", "bad"),
        made_up=("job_name", "title"),
    )
    made = made_up(JOB_FORM.asked(draft))
    assert made.job_name == "ripe-july-good-bad"
    assert made.title == "Bounding box verification: good, bad (ripe-july)"


def test_sample_of_one_job_is_none_of_the_next() -> None:
    """Without this, ten of the next job's pictures would be labeled, as in the trial before it."""
    draft = Draft(more={"sample": "10", "named": "cam1*", "mood": "calm"})
    assert pages.for_other_data(draft).more == {"mood": "calm"}
