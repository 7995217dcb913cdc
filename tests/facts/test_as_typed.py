"""Names and addresses as people type and paste them: what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.as_typed import (
    as_folder,
    home_of,
    plain_address,
    plain_name,
    same_to_the_eye,
    spellings,
    unseen_sign,
)
from commands.asking import words_of

JOB = "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/ripe-july"
CONSOLE = "https://us-east-1.console.aws.amazon.com/sagemaker/groundtruth?region=us-east-1"


@pytest.mark.parametrize(
    "typed",
    [
        "ripe-july",
        "“ripe-july”",
        "„ripe-july“",
        "\u2018ripe-july\u2019",
        "'ripe-july'",
        "«ripe-july»",
        "‹ripe-july›",  # noqa: RUF001 - it is meant
        "「ripe-july」",
        "`ripe-july`",
        "*ripe-july*",
        "_*`ripe-july`*_",
        "ripe-july.",
        "ripe-july…".replace("…", "..."),
        "“ripe-july”,",
        "ripe-july…",
        "(ripe-july).",
        "<ripe-july>",
        "《ripe-july》",
        "〝ripe-july〞",
        "＂ripe-july＂",  # noqa: RUF001 - it is meant
        "#ripe-july",
        "• ripe-july",
        "\u00a0ripe-july\u200b",
        "ripe-\u200bjuly",
        "\ufeffripe-july",
        "ripe\u2011july",
        "ripe\u2013july",
        JOB,
        f"`{JOB}`",
        "arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:labeling-job/ripe-july",
        f"{CONSOLE}#/labeling-jobs/details/ripe-july",
        f"<{CONSOLE}#/labeling-jobs/details/ripe-july>",
        f"<{CONSOLE}#/labeling-jobs/details/ripe-july|the job>",
        "https://console.aws.amazon.com/sagemaker/home#/labeling-jobs/details/ripe-july",
        "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/ripe-july",
        "arn:aws:rekognition:us-east-1:123456789012:project/ripe-july/1700000000000",
        "arn:aws:rekognition:us-east-1:123456789012:project/ripe-july/dataset/train/1700000000000",
    ],
)
def test_what_stands_round_a_name_is_no_part_of_it(typed: str) -> None:
    """Without this, a name pasted from a card, a sentence or the console would be no job's."""
    assert plain_name(typed) == "ripe-july"


def test_a_name_that_is_written_so_on_purpose_is_meant_first() -> None:
    """Without this, a dataset called “v1.” could not be named at all."""
    assert spellings("V1.") == ("v1.", "v1")
    assert spellings("ripe–basket") == ("ripe–basket", "ripe-basket")  # noqa: RUF001 - a dash
    assert spellings("plain") == ("plain",)


def test_a_title_keeps_its_brackets() -> None:
    """Without this, “Ripe or not (July)” would be looked for as “Ripe or not (July”."""
    assert plain_name("“Ripe or not (July)”.") == "Ripe or not (July)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("כותרת\u200f (2)", ""),
        ("بزرگ\u061c", ""),
        ("ripe\u200f", "right-to-left mark, U+200F"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", ""),
        ("ripe\U000e0067", "tag latin small letter g, U+E0067"),
        ("ri\u00adpe", "soft hyphen, U+00AD"),
    ],
)
def test_signs_that_are_part_of_a_word_or_a_picture_are_taken(text: str, said: str) -> None:
    """Without this, Hebrew as keyboards write it and England's flag would be refused for ever."""
    assert unseen_sign(text) == said


def test_marks_of_direction_make_no_other_label() -> None:
    """Without this, two labels that look the same would part a dataset."""
    assert same_to_the_eye("שלום\u200f") == same_to_the_eye("שלום")


def test_joiners_inside_a_word_stay() -> None:
    """Without this, a dataset named in Persian would be another word."""
    assert plain_name("“می\u200cوه”") == "می\u200cوه"  # noqa: RUF001 - Persian


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("status “ripe-july”", ("status", "“ripe-july”")),
        ("`Status ripe-july`", ("status", "ripe-july`")),
        ("status\u00a0ripe-july", ("status", "ripe-july")),
        ("list  Tom &amp; Mara &lt;3", ("list", "Tom & Mara <3")),
        ("", ("", "")),
    ],
)
def test_command_is_read_as_it_was_typed(typed: str, meant: tuple[str, str]) -> None:
    """Without this, Slack's own way of writing & would stand in a name."""
    assert words_of(typed) == meant


def test_an_arn_or_a_link_says_where_its_job_is() -> None:
    """Without this, another job of the same name would be followed for one of another Region."""
    assert home_of(JOB) == ("123456789012", "us-east-1")
    assert home_of(f"{CONSOLE}#/labeling-jobs/details/x") == ("", "us-east-1")
    assert home_of("ripe-july") == ("", "")
    assert home_of("https://evil.example/?region=us-east-1") == ("", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://s3.console.aws.amazon.com/s3/buckets/orchard-raw", "s3://orchard-raw/"),
        (
            (
                "https://s3.console.aws.amazon.com/s3/buckets/orchard-raw?region=us-east-1"
                "&prefix=july/early/&showversions=false"
            ),
            "s3://orchard-raw/july/early/",
        ),
        (
            "https://us-east-1.console.aws.amazon.com/s3/buckets/orchard-raw?prefix=july&tab=objects",
            "s3://orchard-raw/july/",
        ),
        (
            (
                "https://us-east-1.console.aws.amazon.com/s3/object/orchard-raw?region=us-east-1"
                "&prefix=july/first+basket%2Fdata%2B1.manifest"
            ),
            "s3://orchard-raw/july/first basket/data+1.manifest",
        ),
        (
            "https://s3.console.aws.amazon.com/s3/buckets/orchard-raw/july/?region=us-east-1",
            "s3://orchard-raw/july/",
        ),
        (
            "https://console.amazonaws.cn/s3/buckets/orchard-raw?prefix=july/",
            "s3://orchard-raw/july/",
        ),
        ("arn:aws:s3:::orchard-raw/july/*", "s3://orchard-raw/july/"),
        ("S3://orchard-raw/july/", "s3://orchard-raw/july/"),
        ("s3://orchard-raw/data.manifest.", "s3://orchard-raw/data.manifest"),
        ("<s3://orchard-raw/july/>,", "s3://orchard-raw/july/"),
        (
            "https://orchard-raw.s3.us-east-1.amazonaws.com/my+farm/a%2Bb%20c.manifest",
            "https://orchard-raw.s3.us-east-1.amazonaws.com/my farm/a+b c.manifest",
        ),
        ("arn:aws:s3:::orchard-raw/july/data.manifest", "s3://orchard-raw/july/data.manifest"),
        ("“s3://orchard-raw/july/”", "s3://orchard-raw/july/"),
        ("`s3://orchard-raw/july/`", "s3://orchard-raw/july/"),
        ("\u200bs3://orchard-raw/july/\u00a0", "s3://orchard-raw/july/"),
        ("s3://orchard-raw/it's'", "s3://orchard-raw/it's'"),
        (
            "https://s3.console.aws.amazon.com/s3/home?region=us-east-1",
            "https://s3.console.aws.amazon.com/s3/home?region=us-east-1",
        ),
        (
            "https://console.aws.amazon.com.evil.example/s3/buckets/orchard-raw?prefix=july/",
            "https://console.aws.amazon.com.evil.example/s3/buckets/orchard-raw?prefix=july/",
        ),
    ],
)
def test_address_of_the_console_is_the_place_that_it_shows(typed: str, meant: str) -> None:
    """Without this, people would have to put an address together of what the console shows."""
    assert plain_address(typed) == meant


@given(st.text(alphabet=st.sampled_from("s3:/?#&=%2E.<>|“”'` \u200babcprefix")))
def test_nothing_that_is_typed_raises(text: str) -> None:
    """Without this, a strange paste would be answered with a number for the administrator."""
    console = f"https://s3.console.aws.amazon.com/s3/{text}"
    for typed in (text, console, f"arn:aws:s3:::{text}", f"arn:aws:s3:r:1:{text}"):
        assert isinstance(plain_name(typed) + plain_address(typed), str)
        assert len(spellings(typed)) in {1, 2}
        assert len(home_of(typed)) == 2


def test_only_what_ends_like_a_file_gets_no_slash() -> None:
    """Without this, a folder of a month would be a file, or a file a folder."""
    assert as_folder("s3://b/2026.07") == "s3://b/2026.07/"
    assert as_folder("s3://b/.hidden") == "s3://b/.hidden/"
    assert as_folder("s3://b/data.json") == "s3://b/data.json"
