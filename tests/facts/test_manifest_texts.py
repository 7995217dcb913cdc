"""Files of texts, read as what they are."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.texts import NotText, Reading, Seen, TextsRead, texts

CSV = (
    'id,text,stars\r\n1,"Good apples, quick\r\ndelivery.",5\r\n'
    '2,"She said ""no""",1\r\n3,fine,3\r\n'
)


def in_pieces(body: bytes, size: int = 7) -> Iterator[bytes]:
    """The bytes as they come from S3, cut anywhere."""
    return (body[start : start + size] for start in range(0, len(body), size))


def read(name: str, body: str | bytes, **chosen: str | bool) -> tuple[list[str], TextsRead]:
    """The texts of one file, and how it was read."""
    seen = Seen(Reading(**chosen))  # type: ignore[arg-type]
    whole = body.encode() if isinstance(body, str) else body
    return list(texts(name, in_pieces(whole), seen)), seen.read()


def test_a_table_is_read_as_a_table() -> None:
    """Without this, people would be paid to judge a header and halves of sentences."""
    found, how = read("a/reviews.csv", CSV)
    assert found == ["Good apples, quick\ndelivery.", 'She said "no"', "fine"]
    assert how == TextsRead(
        "“text”, without its header of 1 file", (".csv",), ("id", "text", "stars")
    )


@pytest.mark.parametrize(
    ("name", "body", "column", "wanted"),
    [
        ("a.tsv", "id\ttext\n1\ta, b\n2\tc\n", "", ["a, b", "c"]),
        ("a.csv", "id;Satz\n1;lang, sehr lang\n2;kurz\n", "", ["lang, sehr lang", "kurz"]),
        ("a.csv", "id;Satz\n1;lang\n", "satz", ["lang"]),
        ("a.csv", "id,title,body\n1,Short,A long story\n", "", ["A long story"]),
        ("a.csv", "id,title,body\n1,Short,A long story\n", "title", ["Short"]),
        ("A.CSV", "text\nfine\nbad\n", "", ["fine", "bad"]),
        ("a.csv", "fine\nbad\n", "", ["fine", "bad"]),
        ("a.csv", "1,fine by me\n2,bad\n", "", ["fine by me", "bad"]),
        ("a.csv", "1,fine by me\n2,bad\n", "column 1", ["1", "2"]),
        ("a.csv", "id,text\n1,\n2\n\n3,ok\n", "", ["ok"]),
        ("a.csv", "\ufefftext,id\nfine,1\n", "", ["fine"]),
        ("a.csv", "", "", []),
        ("a.csv", "id,text\n", "", []),
        ("a.csv", ",text,stars\n0,fine,5\n1,bad,1\n", "", ["fine", "bad"]),
        ("a.csv", "id,text,text\n1,fine,x\n", "", ["fine"]),
        ("a.csv", "sep=;\nid;text\n1;fine\n", "", ["fine"]),
        ("a.csv", "id|text\n1|fine, so far\n", "", ["fine, so far"]),
        ("a.csv", "\n\nid,text\n1,fine\n", "", ["fine"]),
        ("a.csv", "id,text\r1,fine\r2,bad\r", "", ["fine", "bad"]),
        ("a.txt", "fine\rbad\r", "", ["fine", "bad"]),
        ("a.csv", "review_text\nfine\nbad\n", "", ["fine", "bad"]),
        ("a.csv", "2026-01-01,fine\n2026-01-02,bad\n", "", ["fine", "bad"]),
        ("a.jsonl", '{"id":"1","source":"a"}\n\n{"id":"2","source":"b"}\n', "", ["a", "b"]),
        ("a.jsonl", '{"id":"1","note":"a long one"}\n', "", ["a long one"]),
        ("a.jsonl", '{"id":"1","note":"a long one"}\n', "id", ["1"]),
        ("a.txt", "fine\r\n\r\n  \nbad", "", ["fine", "bad"]),
    ],
)
def test_each_kind_of_file_gives_its_texts(
    name: str, body: str, column: str, wanted: list[str]
) -> None:
    """Without this, a file as a common program writes it would be labeled wrongly, and paid for."""
    assert read(name, body, column=column)[0] == wanted


def test_blank_texts_are_counted_and_said() -> None:
    """Without this, fewer texts than lines would be labeled, and nobody would know why."""
    seen = Seen()
    assert list(texts("a.txt", [b"\n \nfine\n\n"], seen)) == ["fine"]
    assert seen.blank == 3
    assert seen.read().words == "one per line of 1 file"


def test_a_file_may_be_one_text() -> None:
    """Without this, letters would be labeled line by line."""
    found, how = read("letter.txt", "Dear Mara,\n\nthe pears are ripe.\n", whole=True)
    assert found == ["Dear Mara,\n\nthe pears are ripe."]
    assert how.words == "one per file of 1 file"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("latin-1", "fine\nmüde\n".encode("latin-1")),
        ("cp1252", "fine\nmüde\n".encode("cp1252")),
        ("utf-16", "fine\nmüde\n".encode("utf-16")),
        ("utf-16", "fine\r\nmüde\r\n".encode("utf-16-le")),
        ("cp1252", "fine\nmüde\n".encode()),
        ("utf-16", "fine\nmüde\n".encode()),
        ("utf-8", "\ufefffine\nmüde\n".encode()),
    ],
)
def test_what_is_not_utf8_is_converted_as_it_was_chosen(encoding: str, body: bytes) -> None:
    """Without this, every file of an older program would have to be written anew."""
    assert read("a.txt", body, encoding=encoding)[0] == ["fine", "müde"]


def test_lines_in_another_encoding_are_said() -> None:
    """Without this, a wrong choice of an encoding would be seen by the workers first."""
    _, how = read("a.txt", "fine\nmüde\nsüß\n".encode("cp1252"), encoding="cp1252")
    assert how.words == "one per line of 1 file, 2 lines read as Windows (CP1252)"


@pytest.mark.parametrize(
    ("name", "body", "chosen", "said"),
    [
        ("b/a.txt", "fine\nmüde\n".encode("latin-1"), {}, "b/a.txt, line 2, is not UTF-8 text."),
        ("a.txt", "müde".encode("latin-1"), {}, "most likely Windows (CP1252)"),
        ("a.txt", "fine".encode("utf-16"), {}, "most likely UTF-16"),
        ("a.txt", "fine\nbad".encode("utf-16-le"), {}, "a.txt, line 1, is not UTF-8 text."),
        ("a.txt", b"ok\n\x81\n", {"encoding": "cp1252"}, "line 2, is not Windows (CP1252) either"),
        ("a.txt", b"\xff\xfea", {"encoding": "utf-16"}, "a.txt is not UTF-16."),
        ("a.txt", b"x" * 20_001, {}, "the text at line 1 is longer than 20,000"),
        ("a.txt", b"x" * 900_000, {}, "longer than 20,000"),
        ("a.txt", b"x\n" * 20_001, {"whole": True}, "longer than 20,000"),
        ("a.csv", 'id,text\n1,"' + "x" * 20_001 + '"', {}, "longer than 20,000"),
        ("a.csv", 'id,text\n1,"' + "x\n" * 70_000, {}, "longer than 20,000"),
        ("a.csv", 'id,text\n1,ok\n2,"open\n3,b\n', {}, "row that begins at line 3 has a quote"),
        ("a.csv", 'id,text\n1,"a" b\n', {}, "begins at line 2 has a quote that is not closed, or"),
        ("a.csv", "id,text\n1,well, yes\n", {}, "line 2, has 3 cells; the header has 2."),
        ("a.csv", CSV, {"column": "review"}, "a.csv has no column “review”. It has: “id”, “text”"),
        ("a.jsonl", '{"a":"b"}\n{"a" 1}\n', {}, "a.jsonl, line 2"),
        ("a.jsonl", '{"a":"b"}\n{"a":1}\n', {}, "a.jsonl, line 2, has no text under “a”."),
        ("a.jsonl", '{"a":1}\n', {}, "a.jsonl has no texts"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(
    name: str, body: str | bytes, chosen: dict[str, str | bool], said: str
) -> None:
    """Without this, one file of a thousand would be looked for by hand."""
    with pytest.raises(NotText) as refused:
        read(name, body, **chosen)
    assert said in refused.value.words
    assert refused.value.field == "input_uri"


@given(
    st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.jsonl"]),
    st.binary(max_size=200) | st.text(alphabet='ab",;\t\n\r{}:', max_size=60).map(str.encode),
    st.sampled_from(["", "utf-8", "latin-1", "cp1252", "utf-16", "x"]),
    st.sampled_from(["", "a", "column 1"]),
    st.booleans(),
)
def test_no_bytes_raise_anything_but_words(
    name: str, body: bytes, encoding: str, column: str, whole: bool
) -> None:
    """Without this, a strange file would be answered with a number for the administrator."""
    with suppress(NotText):
        found, _ = read(name, body, encoding=encoding, column=column, whole=whole)
        assert all(text == text.strip() and text for text in found)
