"""The manifest reader: whatever the bytes, a verdict in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.manifests.json_lines import numbered, parse
from bot.manifests.json_words import BadLine
from bot.manifests.lines import FAULTS_KEPT, check, notes, words

GOOD = b'{"source-ref":"s3://orchard-raw/july/a.jpg"}\n'


def verdict_of(*lines: bytes) -> str:
    """The words on a manifest whose second and later lines these are."""
    picked = check(
        [GOOD + b"\n".join(lines)], source_key="source-ref", media=(".jpg", ".png"), allowed=None
    )
    return words(picked)


FAULTY = [
    (b'{"source-ref" "s3://b/k.jpg"}', 'Line 2 is not JSON: colon missing after "source-ref".'),
    (
        b'{"source-ref":"s3://bucket/k.jpg" "id":1}',
        'Line 2 is not JSON: comma missing after "source-ref".',
    ),
    (b'{"source-ref":"s3://bucket/k.jpg",}', "Line 2 is not JSON: one comma too many before }."),
    (b'{"source-ref":}', 'Line 2 is not JSON: value missing after "source-ref".'),
    (
        b"{'source-ref':'s3://bucket/k.jpg'}",
        "Line 2 is not JSON: single quotes; JSON wants double quotes.",
    ),
    (
        "{“source-ref”:1}".encode(),
        "Line 2 is not JSON: curly quotes; JSON wants straight double quotes.",
    ),
    (b'{source-ref:"x"}', 'Line 2 is not JSON: a name without double quotes: source-ref:"x"}.'),
    (
        b'{"source-ref":s3://b/k}',
        'Line 2 is not JSON: a value without double quotes after "source-ref": s3://b/k}.',
    ),
    (
        b'{"source-ref":"s3://b',
        'Line 2 is not JSON: a text is not closed with a double quote after "source-ref".',
    ),
    (
        b'{"source-ref":"s3://b"',
        'Line 2 is not JSON: the line ends before the object is closed after "source-ref".',
    ),
    (b'{"a":1},', "Line 2 is not JSON: a comma stands behind the object; remove it."),
    (
        GOOD.strip() + GOOD.strip(),
        "Line 2 is not JSON: two objects stand on one line; break the line between them.",
    ),
    (b'{"a":1} x', "Line 2 is not JSON: something stands behind the object: x."),
    (b'{"a":True}', "Line 2 is not JSON: True is Python; JSON writes true, false, null."),
    (
        b'{"a":"x\ty"}',
        'a tab or another control character stands in a text after "a"; write a tab as \\t.',
    ),
    (
        b'{"a":"C:\\pictures"}',
        'a backslash that JSON does not know after "a"; write \\\\ for a backslash.',
    ),
    (b'{"a":"\\ud800"}', "half of a character"),
    (
        b'{"a":NaN}',
        "Line 2 has a number that JSON does not know: NaN is no JSON number. Use plain numbers.",
    ),
    (b'{"a":-Infinity}', "-Infinity is no JSON number"),
    (b'{"a":1e999}', "a number is too large"),
    (b'{"a":' + b"9" * 5000 + b"}", "a number is too long"),
    (b'{"a":1,"a":2}', "Line 2 names an attribute twice: “a”. Keep one."),
    (b'{"a":{"b":1,"b":2},"c":"\\":"}', "Line 2 names an attribute twice: “b”. Keep one."),
    (b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "Line 2 is nested too deeply."),
    (b'{"a":' + b"[" * 80 + b"]" * 80 + b"}", "Line 2 is nested too deeply."),
    (b"[1]", "Line 2 is not a JSON object: it holds a list."),
    (b"null", "Line 2 is not a JSON object: it holds nothing (null)."),
    (b'{"a":"\xff"}', "Line 2 is not UTF-8: byte 7 is 0xff. Save the file as UTF-8."),
    (b"  \r", "Line 2 is blank. Remove blank lines."),
    (b'{"source_ref":"x"}', 'Line 2 names no source: found "source_ref"; write "source-ref".'),
    (b'{"id":"x"}', 'Line 2 names no source: each line needs "source-ref".'),
    (b"{}", 'Line 2 names no source: each line needs "source-ref".'),
    (
        b'{"source":"x"}',
        'is for another kind of task: it has "source"; this task needs "source-ref".',
    ),
    (
        b'{"source":"x","source-ref":"y"}',
        'Line 2 has both "source-ref" and "source". Keep exactly one.',
    ),
    (
        b'{"source-ref":["s3://b/k"]}',
        'a source that is not a text: "source-ref" must be a text in double quotes.',
    ),
    (
        b'{"source-ref":"https://b/k.jpg"}',
        "Line 2 has a wrong address: “https://b/k.jpg” does not begin with s3://.",
    ),
    (
        b'{"source-ref":"s3://B/k.jpg"}',
        "“B” is not the name of a bucket. Write it like s3://bucket/folder/file.jpg.",
    ),
    (b'{"source-ref":"s3://bucket/../k.jpg"}', "“..”"),
    (b'{"source-ref":"s3://bucket/k.jpg "}', "blanks stand before or behind it"),
    (
        b'{"source-ref":"s3://bucket/july/"}',
        "Line 2 names a folder, not a file: “s3://bucket/july/”.",
    ),
    (b'{"source-ref":"s3://bucket/k.gif"}', "“…s3://bucket/k.gif”; this task takes .jpg or .png."),
    (
        b'{"$id":1,"source-ref":"s3://bucket/k.jpg"}',
        "Line 2 has an attribute that begins with $: “$id”.",
    ),
    (
        b'{"source-ref":"s3://bucket/k.jpg","note":"' + b"x" * 20_001 + b'"}',
        "Line 2 has an attribute longer than 20,000 characters: “note” has 20,001.",
    ),
    (b'{"source-ref":"' + b"x" * 100_000 + b'"}', "Line 2 is longer than 100,000 characters."),
    (
        b'{"source-ref":"' + "é".encode() * 100_001 + b'"}',
        "Line 2 is longer than 100,000 characters.",
    ),
]


@pytest.mark.parametrize(("line", "said"), FAULTY, ids=range(len(FAULTY)))
def test_each_fault_has_its_words(line: bytes, said: str) -> None:
    """A person can only repair what is named: the line, the mistake, the remedy (story 5)."""
    assert said in verdict_of(line)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "This file is empty."),
        (b"\n", "Line 1 is blank."),
        (b'[{"source-ref":"s3://b/k.jpg"}]', "This file is one JSON list."),
        (b'{\n  "source-ref": "s3://bucket/k.jpg"\n}\n', "spread over several lines"),
        (b"source-ref,label\ns3://b/k.jpg,1\n", "This looks like CSV."),
        (b"s3://bucket/k.jpg\ns3://bucket/l.jpg\n", "bare list of addresses"),
        (b"\xff\xfe" + GOOD.decode().encode("utf-16-le"), "UTF-16"),
        (GOOD.decode().encode("utf-16-be"), "UTF-16"),
        (b"\x1f\x8b\x08rest", "compressed"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"<html>", "web page"),
        (
            b"\xef\xbb\xbf" + GOOD,
            "Line 1 begins with a byte order mark. Save the file as UTF-8 without BOM.",
        ),
    ],
)
def test_other_kinds_of_files_are_called_what_they_are(body: bytes, said: str) -> None:
    """Hundreds of line faults would hide that the wrong kind of file was given."""
    verdict = check([body], source_key="source-ref", media=(".jpg",))
    assert said in words(verdict)
    assert len(verdict.faults) == 1


def test_faults_of_a_kind_are_told_together() -> None:
    """The form has one line for the manifest field: numbers first, then what is wrong."""
    broken = b'{"source-ref" "x"}'
    lines = [GOOD.strip()] * 204
    for number in (17, 90, 91, 150, 203, 204):
        lines[number - 2] = broken
    assert verdict_of(*lines) == (
        'Lines 17, 90, 91, 150 and 2 more are not JSON; line 17: colon missing after "source-ref".'
    )
    assert verdict_of(b" ", b" ") == "Lines 2 and 3 are blank. Remove blank lines."


def test_a_good_manifest_is_described() -> None:
    """Preflight needs the count, the size, a few pictures and the buckets to look into."""
    body = b"".join(
        b'{"source-ref":"s3://%s/%d.JPG","id":%d}\r\n' % (b"ab%d" % (n % 2), n, n) for n in range(7)
    )
    verdict = check(
        [body[:30], body[30:]], source_key="source-ref", media=(".jpg",), allowed=lambda _: True
    )
    assert (verdict.objects, verdict.good, verdict.size, verdict.fine) == (7, 7, len(body), True)
    assert verdict.first == [f"s3://ab{n % 2}/{n}.JPG" for n in range(5)]
    assert verdict.buckets == {"ab0", "ab1"}
    assert words(verdict) == notes(verdict) == ""


def test_texts_are_checked_as_texts() -> None:
    """Text jobs carry their objects in the manifest; an empty one would reach workers as an empty
    page.
    """
    body = b'{"source":"fine"}\n{"source":"  "}\n{"source-ref":"s3://bucket/k.jpg"}\n'
    verdict = check([body], source_key="source")
    assert [fault.code for fault in verdict.faults] == ["no-text", "other"]
    assert verdict.first == ["fine"]


def test_repeats_warn_and_forbidden_places_block() -> None:
    """A repeated picture only costs money; a bucket outside the list would show people what they
    may not see.
    """
    verdict = check(
        [GOOD * 3],
        source_key="source-ref",
        allowed=lambda address: address.startswith("s3://orchard-"),
    )
    assert notes(verdict).startswith("Lines 2 and 3 repeat a picture; line 2: line 1 has it too.")
    assert verdict.fine
    texts = check([b'{"source":"fine"}\n' * 2], source_key="source")
    assert notes(texts) == "Line 2 repeats a text: line 1 has it too. Each is labeled again."
    refused = check([GOOD * 3], source_key="source-ref", allowed=lambda _: False)
    assert "may not touch" in words(refused)
    assert refused.buckets == set()


def test_kept_faults_are_bounded() -> None:
    """A manifest of nothing but mistakes must not become a list of a million of them."""
    verdict = check([b"{}\n" * 5000], source_key="source-ref")
    assert verdict.counts["missing"] == 5000
    assert len(verdict.faults) == FAULTS_KEPT
    assert "and 4,996 more" in words(verdict)


def test_crafted_quotes_do_not_stall_the_words() -> None:
    """Finding the last name before a mistake must not take minutes on a line made of escaped
    quotes.
    """
    assert "not closed" in verdict_of(b'{"a":"' + b'\\"' * 45_000)


@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from(["source-ref", "source"]))
def test_any_bytes_give_a_verdict(chunks: list[bytes], key: str) -> None:
    """Whatever somebody uploads, the form answers in words."""
    verdict = check(
        chunks, source_key="source" if key == "source" else "source-ref", media=(".jpg",)
    )
    words(verdict)
    assert verdict.size <= sum(map(len, chunks))
    assert verdict.good <= verdict.objects
    assert verdict.faults or verdict.good


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def parsed(line: bytes) -> dict[str, object] | None:
    """The object, or None where the reader names a fault."""
    try:
        return parse(line)
    except BadLine:
        return None


@given(
    st.dictionaries(st.text(max_size=6), JSON, max_size=4),
    st.booleans(),
    st.integers(0, 60),
    st.binary(max_size=3),
)
def test_strict_parsing_agrees_with_json(
    value: dict[str, object], ascii_only: bool, at: int, noise: bytes
) -> None:
    """What we call JSON every other reader must read alike, and a damaged line must never read as
    another object.
    """
    body = json.dumps(value, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    whole = parsed(body)
    assert whole == value or "\\ud" in body.decode(errors="replace") or b"\xed" in body
    damaged = body[:at] + noise + body[at + 1 :]
    read = parsed(damaged)
    assert read is None or json.loads(damaged) == read


@given(
    st.lists(
        st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")),
        max_size=8,
    ),
    st.data(),
)
def test_lines_do_not_depend_on_the_cut_of_the_stream(
    lines: list[bytes], data: st.DataObject
) -> None:
    """S3 cuts a stream anywhere, also within a character or a line end."""
    whole = b"\r\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    expected = lines if not lines or lines[-1] else lines[:-1]
    assert list(numbered(chunks)) == list(enumerate(expected, 1))


def test_page_of_ones_own_takes_texts_and_files() -> None:
    """Without this, custom jobs on texts would be refused for want of a file."""
    body = b'{"source-ref": "s3://orchard-raw/a.pdf"}\n{"source": "a text"}\n'
    assert check([body], source_key="either").fine
    verdict = check([b'{"text": "a"}\n'], source_key="either")
    assert not verdict.fine
    assert "source-ref" in words(verdict)
