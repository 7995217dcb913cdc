"""What was asked, and its faults per field."""

# ruff: noqa: RUF001 - look-alike letters are the point of the hostile addresses

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.blocks import rich_text
from bot.base.s3_uri import Allowed
from bot.instructions.pictures import Example
from bot.instructions.rich_text import beginnings
from bot.jobs.draft import Draft, final_attribute, says_more, team_key
from bot.jobs.durations import parse_duration, spell_duration
from bot.jobs.form.pages import job_form
from bot.jobs.form.rules import free_name, name_taken, of_other_labels
from tests.idle_engine import idle_engine

JOB_FORM = job_form(idle_engine())
OPEN = Allowed(("orchard-raw", "orchard-out/results"))
TEAM = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/orchard"
GOOD = Draft(
    job_name="ripe-july",
    input_uri="s3://orchard-raw/july/data.manifest",
    output_uri="s3://orchard-out/results/",
    category="Image",
    task_type="image-classification",
    workteam_key="orchard",
    workteam_arn=TEAM,
    workteam_name="orchard",
    title="Ripe or not, July harvest",
    description="Choose one word for the fruit in the middle",
    labels=("ripe", "unripe"),
)


def but(**changes: object) -> Draft:
    return msgspec.structs.replace(GOOD, **changes)


def attribute(draft: Draft) -> str:
    return final_attribute(draft, JOB_FORM.asked(draft).kind)


def fields(draft: Draft) -> dict[str, str]:
    return {fault.field: fault.text for fault in JOB_FORM.faults(draft, OPEN)}


def test_a_good_draft_has_no_faults() -> None:
    """A rule that is too strict would keep everybody from working."""
    assert fields(GOOD) == {}


def test_an_empty_draft_names_every_required_field() -> None:
    """A requester wants all that is missing at once, not one field at a time."""
    assert set(fields(Draft())) == {
        *("job_name", "input_uri", "output_uri", "task_type"),
        *("workteam_arn", "title", "description", "labels"),
    }


@pytest.mark.parametrize(
    "name", ["a", "Ripe-July", "a--b", "7", "x" * 63, "metadata", "ref", "a-reference"]
)
def test_names_that_aws_takes_are_taken(name: str) -> None:
    """A name that AWS would take must not be refused here."""
    assert "job_name" not in fields(but(job_name=name))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 64, "Shorten it by 1"),
        ("ripe_july", "“_” does not fit"),
        ("ripe july", "a blank does not fit"),
        ("-ripe", "Begin and end"),
        ("ripe-", "Begin and end"),
        ("reife-äpfel", "“ä” does not fit"),
        ("ripe-metadata", "-metadata"),
        ("ripe-REF", "-ref"),
        ("ripe\n", "a blank"),
        ("{{ x }}", "“{” does not fit"),
    ],
)
def test_bad_names_get_their_own_remedy(name: str, words: str) -> None:
    """A general "invalid name" leaves people guessing which rule they broke."""
    assert words in fields(but(job_name=name))["job_name"]


@given(st.text(max_size=70))
def test_accepted_names_are_those_of_the_aws_pattern(name: str) -> None:
    """boto3 does not check patterns: what slips through here fails only at AWS, after the form is
    gone.
    """
    ours = "job_name" not in fields(but(job_name=name))
    aws = re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name) is not None
    ending = name.lower().endswith(("-metadata", "-ref"))
    assert ours == (aws and not ending and len(name) <= 63)


def test_an_empty_attribute_becomes_the_name_and_a_given_one_is_kept() -> None:
    """Results under another key than the requester expects break every script that reads them."""
    assert attribute(GOOD) == "ripe-july"
    assert attribute(but(label_attribute="ripeness")) == "ripeness"
    results = idle_engine().results(GOOD.output_uri, GOOD.job_name)
    assert results == "s3://orchard-out/results/ripe-july/manifests/output/output.manifest"


def test_ref_is_added_only_where_the_type_demands_it() -> None:
    """Ground Truth refuses a segmentation without -ref and anything else with it."""
    seg = but(task_type="semantic-segmentation")
    assert attribute(seg) == "ripe-july-ref"
    assert attribute(msgspec.structs.replace(seg, label_attribute="rows-ref")) == "rows-ref"
    too_long = msgspec.structs.replace(seg, label_attribute="x" * 125)
    assert "With -ref" in fields(too_long)["label_attribute"]


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ("source", "keeps the word"),
        ("source-ref", "keeps the word"),
        ("ripe-metadata", "-metadata"),
        ("ripe-ref", "may not end in -ref"),
        ("$ripe", "“$” does not fit"),
        ("x" * 128, "Shorten it by 1"),
    ],
)
def test_bad_attributes_are_told(attribute: str, words: str) -> None:
    """An attribute that clashes with Ground Truth's own keys would spoil the whole output."""
    assert words in fields(but(label_attribute=attribute))["label_attribute"]


HOSTILE = [
    "s3://orchard-raw/../secret/",
    "s3://orchard-raw/a/..",
    "s3://orchard-raw/./x.json",
    "s3://orchard-raw",
    "orchard-raw/x.manifest",
    "http://orchard-raw.s3.amazonaws.com/x.manifest",
    "S3://closed/x.json",
    "s3://orchard‐raw/x.manifest",
    "s3://оrchard-raw/x.manifest",
    "s3://orchard-raw/a∕b.manifest",
    "s3://orchard-raw/a／b.json",
    "s3://orchard-raw/a․․/b.json",
    "s3://orchard-raw/a\u00a0b.manifest",
    "s3://orchard-raw//../x.manifest",
    "s3://orchard-out//results/x.manifest",
    "s3://orchard-out/results//../x.manifest",
    "s3://orchard-raw/a\u200bb.json",
    "s3://orchard-raw/a\u202eb.json",
    "s3://orchard-raw/%2e%2e/b.json",
    "https://orchard-raw.s3.amazonaws.com/%2e%2e/x.json",
    "s3://orchard-raw/x.json?versionId=1",
    "https://orchard-raw.s3.amazonaws.com/x.json?X-Amz-Signature=abc",
    "https://a@orchard-raw.s3.amazonaws.com/x.json",
    "https://orchard-raw.s3.amazonaws.com.evil.example/x.json",
    "https://evil.example/orchard-raw/x.json",
    "s3://Orchard-Raw/x.json",
    "s3://or/x.json",
    "s3://orchard..raw/x.json",
    "s3://orchard-raw/{{x}}.json",
    "s3://orchard-raw/a`b.json",
    "s3://orchard-raw/a\\b.json",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "s3://",
    "s3:///x.json",
    "s3://orchard-raw-2/x.json",
    "s3://orchard-out/resultsevil/x.json",
    "s3://orchard-out/x.json",
    "s3://other/x.json",
    "s3://orchard-raw/" + "a" * 1024 + ".json",
    "s3://orchard-raw/\x00.json",
    "s3://ｏrchard-raw/x.json",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_addresses_are_refused(address: str) -> None:
    """One address that passes opens a bucket to everybody who may fill in a form."""
    assert "input_uri" in fields(but(input_uri=address))


@given(st.text(alphabet=st.sampled_from("orchad-w/.%2eE: s3@?#‐∕／․\u200b\\{}"), max_size=30))
def test_no_mixture_of_marks_leaves_the_open_buckets(tail: str) -> None:
    """What is accepted must lie, letter by letter, in a bucket that is open."""
    address = f"s3://orchard-raw{tail}"
    if "input_uri" not in fields(but(input_uri=address)):
        assert address.startswith("s3://orchard-raw/")
        assert ".." not in address
        assert "." not in address.split("/")


@pytest.mark.parametrize(
    "address",
    [
        "s3://orchard-raw/july/",
        "s3://orchard-raw/",
        "s3://orchard-raw/x.jsonl",
        "s3://orchard-raw/äpfel/x.JSON",
        "s3://orchard-raw//x.manifest",
        "s3://orchard-raw/a//x.manifest",
        "s3://orchard-raw/first basket/x.manifest",
        "s3://orchard-out/results//x.manifest",
        "https://orchard-raw.s3.eu-west-1.amazonaws.com/july/x.manifest",
        "https://s3.eu-west-1.amazonaws.com/orchard-raw/x.json",
        "s3://orchard-out/results/old/manifests/output/output.manifest",
    ],
)
def test_honest_addresses_are_taken(address: str) -> None:
    """Chained jobs, whole buckets and addresses copied from the console are everyday inputs."""
    assert "input_uri" not in fields(but(input_uri=address))


def test_a_manifest_needs_its_ending_and_results_a_folder() -> None:
    """Ground Truth fails hours later on a file it does not take for a manifest."""
    assert ".manifest" in fields(but(input_uri="s3://orchard-raw/july"))["input_uri"]
    assert "folder" in fields(but(output_uri="s3://orchard-out/results/out.manifest"))["output_uri"]


def test_results_do_not_go_into_the_data_folder() -> None:
    """Results inside the data would be labeled as data next time."""
    draft = but(input_uri="s3://orchard-raw/july/", input_kind="folder")
    assert (
        "inside"
        in fields(msgspec.structs.replace(draft, output_uri="s3://orchard-raw/july/out/"))[
            "output_uri"
        ]
    )
    assert "output_uri" not in fields(
        msgspec.structs.replace(draft, output_uri="s3://orchard-raw/july-out/")
    )


def test_without_a_list_of_buckets_nothing_is_open() -> None:
    """A forgotten setting must close the door, not open it."""
    texts = {fault.field: fault.text for fault in JOB_FORM.faults(GOOD, Allowed(()))}
    assert "The bot may use no bucket" in texts["input_uri"]


def test_faults_never_repeat_a_signed_link() -> None:
    """An error text lands in logs and screenshots; a signature there is a key for everybody."""
    draft = but(input_uri="https://orchard-raw.s3.amazonaws.com/x.json?X-Amz-Signature=SECRET")
    assert "SECRET" not in str(fields(draft))
    draft = but(examples=(Example("https://b.s3.amazonaws.com/x.png?X-Amz-Signature=SECRET"),))
    assert "dies" in fields(draft)["good_examples"]
    assert "SECRET" not in str(fields(draft))


def test_type_is_one_that_can_be_launched() -> None:
    """Without this, a forged press would ask for what the engine cannot do."""
    assert "task_type" in fields(but(task_type="nonsense"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"task_time_limit_s": 29}, "task_time_limit_s"),
        ({"task_time_limit_s": 28_801}, "task_time_limit_s"),
        ({"availability_s": 59}, "availability_s"),
        ({"availability_s": 2_592_001}, "availability_s"),
        ({"workers_per_object": 0}, "workers_per_object"),
        ({"workers_per_object": 10}, "workers_per_object"),
        ({"typed": {"availability_s": "soon"}}, "availability_s"),
        ({"title": "x" * 129}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"description": "x" * 256}, "description"),
        ({"description": "two\nlines"}, "description"),
        ({"labels": ("ripe",)}, "labels"),
        ({"labels": ("ripe", "RIPE")}, "labels"),
        ({"labels": ("ripe", "x" * 257)}, "labels"),
        ({"labels": ("ripe", "un\u200bripe")}, "labels"),
        ({"labels": ("ripe", "\u202eepirnu")}, "labels"),
        ({"labels": ("ripe", "ri\u200cpe")}, "labels"),
        ({"labels": ("ripe", " \u200d")}, "labels"),
        ({"labels": ("pas mûr", "pas\u00a0mûr")}, "labels"),
        ({"title": "🍎 ripe"}, "title"),
        ({"title": "ripe\u2028or not"}, "title"),
        ({"title": "ripe\u200b"}, "title"),
        ({"description": "ripe\x00"}, "description"),
        ({"output_uri": "s3://orchard-out/results//july/"}, "output_uri"),
        ({"workteam_arn": ""}, "workteam_arn"),
        ({"examples": (Example("s3://other/x.png"),)}, "good_examples"),
        ({"examples": (Example("s3://orchard-raw/x.exe", good=False),)}, "bad_examples"),
        ({"examples": (Example("s3://orchard-raw/x' | upper.png"),)}, "good_examples"),
        ({"examples": (Example("http://example.com/x.png"),)}, "good_examples"),
        ({"examples": (Example("https://example.com/x.png' onerror='x"),)}, "good_examples"),
        ({"examples": (Example("s3://orchard-raw/x.png", "c" * 201),)}, "good_examples"),
        ({"examples": (Example("s3://orchard-raw/x.png"),) * 11}, "good_examples"),
        ({"examples": (Example("s3://orchard-raw/x&y.png"),)}, "good_examples"),
        ({"examples": (Example("https://pictures.example"),)}, "good_examples"),
        ({"examples": (Example("https://localhost/x.png"),)}, "good_examples"),
        (
            {"examples": (Example("https://b.s3.amazonaws.com/x.png?versionId=1"),)},
            "good_examples",
        ),
    ],
)
def test_each_bound_is_kept(changes: dict[str, object], field: str) -> None:
    """boto3 sends what is out of bounds; only AWS would say no, after the form is gone."""
    assert set(fields(but(**changes))) == {field}


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ("رسیده", "نمی\u200cدانم")},
        {"labels": ("क्\u200dष", "क्ष" + "य")},
        {"labels": ("ශ්\u200dරී", "b")},
        {"labels": ("ന്\u200d", "b")},
        {"labels": ("👩\u200d🌾 farmer", "❤\ufe0f")},
        {"labels": ("pas\u202fmûr", "mûr")},
        {"title": "میوه\u200cها ☀"},
        {"title": "Mûr\u00a0?", "description": "Choisir\u202f: 🍎 ou 🍏"},
        {"examples": (Example("s3://orchard-raw/5$ a;b//c.webp"),)},
        {"examples": (Example("https://pictures.example/a.png?size=1"),)},
    ],
)
def test_every_script_and_every_key_that_aws_takes_is_taken(changes: dict[str, object]) -> None:
    """Without this, words would have to be written wrongly, and files renamed for nothing."""
    assert fields(but(**changes)) == {}


def test_the_edges_of_each_bound_are_taken() -> None:
    """A bound that is off by one refuses what AWS takes."""
    draft = but(
        task_time_limit_s=30,
        availability_s=60,
        workers_per_object=9,
        title="x" * 128,
        description="x" * 255,
    )
    assert fields(draft) == {}
    assert (
        fields(but(task_time_limit_s=28_800, availability_s=2_592_000, labels=("a", "x" * 256)))
        == {}
    )
    boxes = tuple(f"label {n}" for n in range(51))
    assert "50 labels at most" in fields(but(task_type="bounding-box", labels=boxes))["labels"]
    assert fields(but(task_type="bounding-box", labels=boxes[:50])) == {}


def test_template_syntax_stays_data() -> None:
    """Typed template words are text like any other: neither refused nor changed."""
    liquid = "{{ 's3://secret/x' | grant_read_access }}"
    draft = but(title=liquid, description=liquid, labels=(liquid, "ripe"))
    assert fields(draft) == {}
    assert msgspec.json.decode(msgspec.json.encode(draft), type=Draft) == draft


def test_long_instructions_are_told() -> None:
    """AWS takes a page of 128,000 characters; a longer one would fail at launch."""
    rich = rich_text(
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x" * 20_001}]}
    )
    draft = but(full_instructions=rich)
    assert [fault.field for fault in JOB_FORM.faults(draft, OPEN)] == ["full_instructions"]


def test_a_draft_comes_back_as_it_was_kept() -> None:
    """A draft lives in the database between pages: what it loses there is lost typing."""
    draft = but(
        examples=(Example("s3://orchard-raw/a.png", "brown", good=False),),
        typed={"availability_s": "x"},
    )
    assert msgspec.json.decode(msgspec.json.encode(draft), type=Draft) == draft
    assert msgspec.json.decode(b'{"job_name":"old"}', type=Draft).task_time_limit_s == 300


def test_free_names_are_free_and_legal() -> None:
    """A name that is offered must be one that can be taken."""
    assert free_name("ripe-july", {"RIPE-July"}) == "ripe-july-2"
    assert free_name("ripe-july-2", {"ripe-july-2", "ripe-july-3"}) == "ripe-july-4"
    long = "x" * 63
    assert len(free_name(long, {long})) == 63
    assert name_taken("ripe-july", (), "3 May").text == (
        "This name is taken since 3 May (upper and lower case count as the same). ripe-july-2 is "
        "free."
    )


def test_team_keys_are_short() -> None:
    """Slack's option values take 75 to 150 characters, an ARN has more."""
    assert team_key(TEAM) == "orchard"
    assert team_key("arn:aws:sagemaker:eu-west-1:1:workteam/vendor-crowd/abc") == "vendor-crowd/abc"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5 min", 300),
        ("1h 30m", 5400),
        ("1h30", 5400),
        ("2 hours 5", 7500),
        ("2 days 1h30", 178_200),
        ("1h75", None),
        ("5 min 30", None),
        ("10 days", 864_000),
        ("00:05:00", 300),
        ("1.5 hours", 5400),
        ("90s", 90),
        ("1 day, 2 hours and 3 minutes", 93_780),
        ("2 Weeks", 1_209_600),
        ("1,5 h", 5400),
        (" 8\u00a0h ", 28_800),
        ("half an hour", 1800),
        ("Two days", 172_800),
        ("an hour and ten minutes", 4200),
        ("half", None),
        ("an", None),
        ("5", None),
        ("", None),
        ("soon", None),
        ("1:30", None),
        ("-5 min", None),
        ("5 parsecs", None),
        ("5 min ago", None),
        ("9" * 40 + " days", None),
        ("5 min; drop", None),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int | None) -> None:
    """A duration that is read wrong closes a job days too early."""
    assert parse_duration(text) == seconds


@given(st.integers(1, 3_000_000))
def test_a_duration_that_is_shown_reads_as_itself(seconds: int) -> None:
    """Going back and forth through the form must not change a number."""
    assert parse_duration(spell_duration(seconds)) == seconds


def _rich(words: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return rich_text(section)


def test_a_template_speaks_of_no_labels() -> None:
    """Without this, a form whose instructions nobody ever wrote would be held up for them."""
    short, _full = beginnings("image-classification")
    taken = but(short_instructions=short, taken_labels=("kind", "harsh"))
    assert of_other_labels(taken) == ""
    mine = but(full_instructions=_rich("Brown spots"), taken_labels=("kind", "harsh"))
    assert of_other_labels(mine) == "full_instructions"
    assert of_other_labels(but(full_instructions=_rich("x"), taken_labels=GOOD.labels)) == ""


def test_only_a_form_that_somebody_filled_is_worth_going_on_with() -> None:
    """Without this, every form that was opened and closed would be offered again."""
    other = but(title="Another title")
    assert not says_more(other, GOOD), "no page of it came back"
    assert says_more(msgspec.structs.replace(other, filled=True), GOOD)
    assert not says_more(but(filled=True), GOOD), "a fresh form says the same"
