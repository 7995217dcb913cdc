"""Manifests made from folders and texts."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.build import Tally, lines_for
from bot.manifests.lines import check, words

MEDIA = (".jpg", ".jpeg", ".png")


def test_a_folder_becomes_a_manifest_and_the_rest_is_counted() -> None:
    """Somebody who sees fewer lines than files must be told why (story 6)."""
    keys = [
        ("july/", 0),
        ("july/.DS_Store", 9),
        ("july/a b+é.JPG", 10),
        ("july/b.jpeg", 10),
        ("july/b_$folder$", 0),
        ("july/c.txt", 10),
        ("july/d", 10),
        ("july/e.png", 0),
        ("july/f.png", 41),
        ("july/../g.png", 10),
        ("july/__MACOSX/h.png", 10),
        ("july/日本.png", 10),
        ("july/z.png", 10),
    ]
    tally = Tally()
    made = list(lines_for(keys, "orchard-raw", MEDIA, tally=tally, limit=3, max_bytes=40))
    assert [json.loads(line)["source-ref"] for line in made] == [
        "s3://orchard-raw/july/a b+é.JPG",
        "s3://orchard-raw/july/b.jpeg",
        "s3://orchard-raw/july/日本.png",
    ]
    assert made[2] == '{"source-ref":"s3://orchard-raw/july/日本.png"}\n'.encode()
    assert (tally.written, tally.folders, tally.hidden, tally.empty, tally.large) == (3, 2, 2, 1, 1)
    assert (tally.odd, tally.over, tally.other) == (1, 1, {".txt": 1, "": 1})
    assert tally.left_out == (
        "Left out: 1 empty file, 1 too large, 2 hidden, 1 with a name that programs read "
        "differently, "
        "2 of other kinds (.txt 1, none 1), 1 beyond the limit of one job."
    )
    assert Tally(written=1240).left_out == ""


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.integers(0, 3))
    )
)
def test_what_is_made_passes_the_check(keys: list[tuple[str, int]]) -> None:
    """A manifest of our own that the next step refuses would be our fault, not the person's."""
    tally = Tally()
    named = [(f"{key}.png", size) for key, size in keys]
    made = b"".join(lines_for(named, "orchard-raw", MEDIA, tally=tally))
    verdict = check([made], source_key="source-ref", media=MEDIA)
    assert verdict.good == tally.written
    assert words(verdict) == (
        "" if tally.written else "This file is empty. Write one JSON object per line."
    )
    assert (
        tally.written + tally.hidden + tally.empty + tally.odd + tally.folders + tally.other.total()
        == len(keys)
    )
