"""What is in a zip that somebody brings, and what no honest one holds."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.zipped import BadZip, Zip


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return made.getvalue()


def opened(body: bytes) -> Zip:
    return Zip(io.BytesIO(body), "crates.zip")


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.jpg")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def test_files_come_out_as_they_went_in() -> None:
    """Without this, pictures would be damaged on their way."""
    zipped = opened(packed(("a.jpg", b"one"), ("in/", b""), ("in/b.jpg", b"two" * 200_000)))
    found = {entry.path: b"".join(zipped.pieces(entry)) for entry in zipped.entries}
    assert found == {"a.jpg": b"one", "in/b.jpg": b"two" * 200_000}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (("../a.jpg", b"x"), "leads out of the zip"),
        (("/etc/a.jpg", b"x"), "leads out of the zip"),
        (("in/../../a.jpg", b"x"), "leads out of the zip"),
        (("C:/a.jpg", b"x"), "leads out of the zip"),
        (("in\\a.jpg", b"x"), "leads out of the zip"),
        (("a\x07.jpg", b"x"), "invisible control characters"),
        ((link(), b"/etc/passwd"), "is a link to another file"),
        (("more.tar", b"x"), "is an archive within the archive"),
        (("a.jpg", b"0" * 9_000_000), "is over 100 times as large"),
    ],
)
def test_what_no_honest_zip_holds_is_refused(
    entry: tuple[str | zipfile.ZipInfo, bytes], said: str
) -> None:
    """Without this, a zip would write where it likes, or fill the disk."""
    with pytest.raises(BadZip) as refused:
        opened(packed(("fine.jpg", b"x"), entry))
    assert refused.value.words.startswith("crates.zip: “")
    assert said in refused.value.words


def test_others_that_are_refused_are_counted() -> None:
    """Without this, whoever mends the one that is named would meet the next at the next try; and
    they were said to be archives where they lead out of the zip.
    """
    with pytest.raises(BadZip) as refused:
        opened(packed(("in.zip", b"x"), ("../a.jpg", b"x"), ("/b.jpg", b"x")))
    assert refused.value.words == (
        "crates.zip: “in.zip” is an archive within the archive. Unpack it first. 2 other files in "
        "it cannot be taken either."
    )


def locked(body: bytes) -> bytes:
    """As if its first entry were locked with a password."""
    place = body.index(b"PK\x01\x02") + 8
    return body[:place] + b"\x01" + body[place + 1 :]


def unusual(body: bytes) -> bytes:
    """As if its first entry were packed by a method that few know."""
    place = body.index(b"PK\x01\x02") + 10
    return body[:place] + b"\x62" + body[place + 1 :]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (locked, "is locked with a password"),
        (unusual, "is packed in an unusual way"),
        (lambda body: body[: len(body) // 2], "is no zip, or a broken one"),
        (lambda _body: b"", "is no zip, or a broken one"),
        (lambda _body: b"GIF89a", "is no zip, or a broken one"),
    ],
)
def test_broken_and_locked_zips_are_named(spoilt: Callable[[bytes], bytes], said: str) -> None:
    """Without this, half an upload would be a bug of ours."""
    with pytest.raises(BadZip) as refused:
        opened(spoilt(packed(("a.jpg", b"x" * 1000))))
    assert said in refused.value.words


def test_table_of_contents_that_is_too_long_is_not_read() -> None:
    """Without this, a few bytes could have the bot take gigabytes of memory."""
    body = packed(("a.jpg", b"x" * 100))
    place = body.index(b"PK\x05\x06") + 12
    hole = b"\0" * 70_000_000
    long = hole + body[:place] + (70_000_000).to_bytes(4, "little") + body[place + 4 :]
    with pytest.raises(BadZip):
        opened(long)


def test_bytes_that_do_not_fit_the_contents_are_refused() -> None:
    """Without this, a broken picture would be stored, and paid for."""
    body = packed(("a.jpg", bytes(range(256)) * 40))
    place = body.index(b"a.jpg") + 40
    zipped = opened(body[:place] + b"\xff\xff\xff" + body[place + 3 :])
    with pytest.raises(BadZip) as refused:
        list(zipped.pieces(zipped.entries[0]))
    assert "a.jpg in it cannot be unpacked" in refused.value.words


@given(st.binary(max_size=400), st.integers(0, 200), st.binary(max_size=4))
def test_whatever_somebody_uploads_is_read_or_refused(
    start: bytes, place: int, other: bytes
) -> None:
    """Without this, a strange file would stop a launch as a bug of ours."""
    whole = packed(("a.jpg", start))
    for body in (start, whole[:place] + other + whole[place + len(other) :]):
        with suppress(BadZip):
            zipped = opened(body)
            for entry in zipped.entries:
                list(zipped.pieces(entry))
