"""Files that somebody brings: what is wrong with them, and the keys they get."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.forms import fields_of
from bot.base.s3_uri import S3Uri
from bot.brought.brought import (
    Brought,
    KeyNames,
    endings_of,
    files_fault,
    from_slack,
    mark_of,
    shown,
    together,
)
from bot.jobs.draft import Draft, begun_with
from bot.jobs.form.data_fields import placed
from bot.jobs.form.pages import job_form
from tests.idle_engine import idle_engine

PICTURES = (".jpg", ".jpeg", ".png")


def files(number: int, name: str = "{}.jpg", size: int = 9) -> tuple[Brought, ...]:
    return tuple(Brought(name=name.format(n), size=size, id=f"F{n}") for n in range(number))


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        ((), "Add the files to label, or a zip of them."),
        (files(31), "These are 31 files; Labeljob takes 30 at a time. Leave 1 out"),
        (files(4, "{}.pdf"), "0.pdf, 1.pdf, 2.pdf and 1 more cannot be labeled as pictures"),
        (files(1, size=0), "0.jpg holds 0 bytes"),
        (files(1, size=50_000_000), "0.jpg is larger than the 40 MB"),
        (files(1, "{}.zip", size=2_000_000_000), "0.zip is larger than 1 GB"),
    ],
)
def test_each_wrong_file_is_named_with_what_to_do(brought: tuple[Brought, ...], said: str) -> None:
    """Without this, the launch would fail minutes later."""
    assert said in files_fault(brought, PICTURES, "picture")


@pytest.mark.parametrize("brought", [files(30), files(1, "{}.PNG"), files(1, "{}.zip", 10**8)])
def test_what_can_be_labeled_passes(brought: tuple[Brought, ...]) -> None:
    """Without this, good pictures would be refused for their capitals or their number."""
    assert files_fault(brought, PICTURES, "picture") == ""


def test_text_types_take_files_of_texts() -> None:
    """Without this, reviews could not be brought."""
    texts = endings_of(("inline text",), texts=True)
    assert files_fault(files(1, "{}.csv"), texts, "text") == ""
    assert "cannot be labeled as texts" in files_fault(files(1, "{}.jpg"), texts, "text")


def test_each_file_counts_once_and_what_was_deleted_does_not() -> None:
    """Without this, a form that is sent twice would bring everything twice."""
    said = [
        {"id": "F1", "name": "a.jpg", "size": 3},
        {"id": "F2", "mode": "tombstone"},
        {"name": "no id"},
        "strange",
    ]
    assert from_slack(said) == (Brought(name="a.jpg", size=3, id="F1"),)
    assert together(files(2), files(3)) == files(3)
    assert shown(files(5)) == "5 files: 0.jpg, 1.jpg, 2.jpg and 2 more"


def test_same_files_have_one_mark_and_others_another() -> None:
    """Without this, a second try would store everything anew, or find another job's pictures."""
    assert mark_of(files(3)) == mark_of(files(3)) != mark_of(files(2))


def test_pasted_pictures_of_one_name_get_keys_of_their_own() -> None:
    """Without this, the second image.png of a message would replace the first."""
    names = KeyNames()
    assert [names.of("image.png") for _ in range(3)] == ["image.png", "image-2.png", "image-3.png"]
    assert names.of("IMAGE-2.png") == "IMAGE-2-2.png"


@given(st.lists(st.text(max_size=30), max_size=8))
def test_every_key_is_one_that_all_readers_take_alike(paths: list[str]) -> None:
    """Without this, a strange name would break the manifest that names it."""
    names = KeyNames()
    keys = [names.of(path) for path in paths]
    assert len({key.lower() for key in keys}) == len(keys)
    for key in keys:
        assert str(S3Uri.parse(f"s3://bucket/{key}")) == f"s3://bucket/{key}"


def test_files_have_a_folder_that_follows_from_the_draft() -> None:
    """Without this, pictures of two jobs would lie among each other."""
    draft = Draft(job_name="ripe", output_uri="s3://out/labels/", brought=files(2))
    beside = placed(draft)
    assert beside.input_uri == f"s3://out/labels/ripe/data-{mark_of(files(2))}/"
    assert beside.input_kind == "folder"
    there = placed(msgspec.structs.replace(draft, more={"store": "s3://raw/data/"}))
    assert there.input_uri.startswith("s3://raw/data/ripe/data-")
    assert placed(msgspec.structs.replace(draft, output_uri="nowhere")).input_uri == ""


def test_next_job_begins_with_the_folder_and_a_mended_one_with_the_files() -> None:
    """Without this, the next form would bring last week's files again."""
    draft = Draft(brought=files(2), more={"data_from": "files", "text_per": "file"})
    fresh = begun_with(draft, "next", "U0MARA")
    assert (fresh.brought, fresh.more) == ((), {"text_per": "file"})
    assert begun_with(draft, "same", "U0MARA", mended=True).brought == files(2)


def test_form_asks_for_no_files_where_slack_gives_none() -> None:
    """Without this, an app without files:read would ask for files that it can never fetch."""
    names = {each.name for each in fields_of(job_form(idle_engine(), files=False).parts)}
    assert not names & {"data_from", "files_1", "files_2", "files_3", "files_kept", "store"}
    assert "files_1" in {each.name for each in fields_of(job_form(idle_engine()).parts)}
