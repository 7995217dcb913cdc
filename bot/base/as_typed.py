"""Names and addresses as people type and paste them (pure).

Promises to commands and forms: quotes, code spans, bold marks, a full stop behind, blanks that
nobody sees, an ARN and a console's link all mean the name that is in them. A name that is written
so on purpose is found first, since `spellings` begins with what was typed.
"""

import re
import unicodedata
from urllib.parse import parse_qs, unquote, unquote_plus

# What keyboards, telephones and copied text put between letters; joiners are not among them, since
# words of Persian and Sinhala need theirs.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_JOINERS = {"\u200c", "\u200d"}
# Which way words run: of Hebrew and Arabic text they are a part.
_DIRECTIONS = {"\u061c", "\u200e", "\u200f"}
_RIGHT_TO_LEFT = {"R", "AL"}
_FLAG, _TAGS = "\U0001f3f4", range(0xE0020, 0xE0080)  # England's flag is spelled with tags
_OUTSIDE = re.compile(rf"^(?:\s|{_UNSEEN.pattern})+|(?:\s|{_UNSEEN.pattern})+$")
_HYPHENS = re.compile("[\u2010-\u2014\u2212]")
# Quotes of every kind, the marks of Slack's formatting, and what ends a sentence.
_AROUND = "\"'`´*_~“”„‟«»‹›‘’‚‛「」『』《》〈〉〝〞＂#•,;:!?.…。 \u200c\u200d"  # noqa: RUF001 - they are meant
_BRACKETS = {"()", "[]", "<>"}
_PAIRS = _BRACKETS | {*"““ “” „“ „” ‘’ ‚‘ «» »« ‹› \"\" '' `` **".split()}  # noqa: RUF001, SIM905 - as above
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d*):(.+)", re.DOTALL)
_OBJECT = re.compile(r"arn:aws[a-z-]*:s3:::(.+)", re.DOTALL)
_CONSOLE = re.compile(
    r"https://(?:[a-z0-9.-]+\.)?console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)"
    r"/([^?#]*)(?:\?([^#]*))?(?:#(.*))?",
    re.DOTALL,
)
_IN_S3 = re.compile(  # the address of an object as a browser has it
    r"https://((?:[a-z0-9.-]+\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?)/([^?#]*)",
)
_BEHIND = re.compile(r"(?<=[\w/>)\]\"'”’`*])[.,;]$")  # noqa: RUF001 - what ends a sentence
_DETAILS = re.compile(r"/(?:[a-z-]*details|projects)/([^/?]+)")
_ENDING = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}$")


def unescaped(text: str) -> str:
    """What was typed into a command or a message, where Slack writes three signs as entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain_name(text: str) -> str:
    """The name without what stands round it; of an ARN or a console's link, the name that it
    names.
    """
    bare = _bare(text)
    arn, console = _ARN.fullmatch(bare), _CONSOLE.fullmatch(bare)
    if arn:
        return _of_resource(arn[3])
    if console:
        found = _DETAILS.search(f"/{console[1]}#{console[3] or ''}")
        return unquote(found[1]) if found else bare
    return _HYPHENS.sub("-", bare)


def spellings(text: str) -> tuple[str, ...]:
    """The names that may be meant, in small letters: as it was typed, then plainly."""
    typed = " ".join(text.split())
    return tuple(dict.fromkeys((typed.casefold(), plain_name(text).casefold())))


def home_of(text: str) -> tuple[str, str]:
    """(account, Region) that an ARN or a console's link says, each "" where it does not."""
    bare = _bare(text)
    arn, console = _ARN.fullmatch(bare), _CONSOLE.fullmatch(bare)
    if arn:
        return arn[2], arn[1]
    if console:
        return "", _said(console, "region")
    return "", ""


def plain_address(text: str) -> str:
    """An address without quotes round it and a full stop behind; the S3 console's links, S3's ARNs
    and the addresses that browsers have of its objects become s3://.

    Nothing is judged: what is no such link comes back as it is.
    """
    bare = _unquoted(text)
    bare = _unquoted(_BEHIND.sub("", bare))
    found, console, web = (form.fullmatch(bare) for form in (_OBJECT, _CONSOLE, _IN_S3))
    if found:
        return f"s3://{found[1].removesuffix('*')}"
    if console:
        return _in_s3(console) or bare
    if web:
        return f"https://{web[1]}/{unquote_plus(web[2])}"  # S3 reads + as a blank
    if bare[:5].lower() == "s3://":
        return f"s3://{bare[5:]}"
    return bare


def as_folder(address: str) -> str:
    """The address of a folder with its slash; one that ends like a file's name stays."""
    if address.endswith("/") or _ENDING.search(address):
        return address
    return f"{address}/"


def unseen_sign(text: str) -> str:
    """The first sign that prints nothing and is no part of a word, by its name; "" for none.

    Blanks of any width are none, and neither are joiners behind a letter or a picture: words of
    Persian, Hindi or Sinhala and emoji of two need theirs. The same goes for marks of direction in
    words that run from right to left, and for the tags of a flag.
    """
    letters = set(text) - _DIRECTIONS
    runs_left = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in letters)
    for before, sign in zip(f" {text}", text, strict=False):
        joins = sign in _JOINERS and unicodedata.category(before)[0] in "LMS"
        turns = sign in _DIRECTIONS and runs_left
        tags = ord(sign) in _TAGS and _FLAG in text
        seen = sign.isprintable() or unicodedata.category(sign) == "Zs"
        if not (seen or joins or turns or tags):
            name = unicodedata.name(sign, "control character").lower()
            return f"{name}, U+{ord(sign):04X}"
    return ""


def same_to_the_eye(text: str) -> str:
    """The text as it looks, to be compared: capitals, widths of blanks, joiners and marks of
    direction do not count.
    """
    plain = unicodedata.normalize("NFC", text.casefold())
    unseen = _JOINERS | _DIRECTIONS
    return " ".join("".join(sign for sign in plain if sign not in unseen).split())


def _in_s3(console: re.Match[str]) -> str:
    """What a link of the console shows of S3, a folder with its slash; "" where it is no such
    link.
    """
    service, _, path = console[1].partition("/")
    kind, _, rest = path.partition("/")
    bucket, _, below = unquote(rest).partition("/")  # older links have the folder in their path
    if service != "s3" or kind not in {"buckets", "object"} or not bucket:
        return ""
    key = _said(console, "prefix") or below
    if kind == "object" or not key or key.endswith("/"):
        return f"s3://{bucket}/{key}"
    return f"s3://{bucket}/{key}/"


def _said(console: re.Match[str], name: str) -> str:
    """What a link of the console says under a name, "" for nothing."""
    asked: dict[str, list[str]] = parse_qs(console[2] or "")
    return asked.get(name, [""])[0]


def _bare(text: str) -> str:
    """On one line, without marks at its ends and signs that nobody sees."""
    linked = _LINK.sub(lambda link: link[1], text)
    bare = " ".join(_UNSEEN.sub("", linked).split()).strip(_AROUND)
    while bare[:1] + bare[-1:] in _BRACKETS:  # a title may end in one
        bare = bare[1:-1].strip(_AROUND)
    return bare


def _unquoted(text: str) -> str:
    """Without blanks and quotes round the whole, those that nobody sees among them."""
    text = _OUTSIDE.sub("", text)
    while len(text) > 1 and text[0] + text[-1] in _PAIRS:
        text = _OUTSIDE.sub("", text[1:-1])
    return text


def _of_resource(resource: str) -> str:
    """The name in the last part of an ARN: `labeling-job/name`, `workteam/private-crowd/name`,
    `project/name/dataset/…`.
    """
    kind, _, rest = resource.partition("/")
    names = rest.split("/")
    # of a project, its datasets are parts
    if kind == "project":
        return names[0]
    return names[-1]
