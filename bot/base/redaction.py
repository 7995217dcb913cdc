"""What a secret looks like, and how it is taken out of a text (pure).

Promises to every way out (log lines, tracebacks, words for people, the doctor's report): tokens,
AWS keys, signatures, presigned query strings, response addresses, socket tickets and trigger ids
are replaced by a mark, in whatever dress they come: plain, in JSON, in JSON inside JSON, in a
Python dict, or percent-encoded in a form.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "[secret]"
_SHORTEST_KNOWN = 6  # a known secret shorter than this would tear ordinary words apart

# A name and its value in any dress: name=value, "name": "value", \"name\":\"value\", name%3Dvalue,
# %22name%22%3A%22…
_QUOTE = r"(?:\\*[\"']|(?:%5C)*%2[27])?"
_BECOMES = rf"{_QUOTE}(?:\s|\+|%20)*(?:=|:|%3D|%3A)(?:\s|\+|%20)*{_QUOTE}"
# JSON may write a slash as \/ (Slack does)
_VALUE = r"(?:\\+/|(?!(?:%5C)*%2[267C]|%7D)[^\s\"'\\&,;<>(){}\[\]]){8,}"
_NAMES = (
    r"(?:trigger_id|response_url|ticket|token|secret|access_?key|signature|credential|"
    r"accesskeyid|password)"
)
_SLASHES = r"(?::|%3A)(?:\\*/|%2F){2}"
_RULES = tuple(
    (words, re.compile(pattern))
    for words, pattern in (
        # UNSURE: Slack does not publish the alphabet of its tokens; these are the forms that were
        # seen.
        (("xox", "xapp-"), r"xox[a-z][.-][\w.%-]+|xapp-[\w-]+"),
        (("akia", "asia"), r"(?:AKIA|ASIA)[A-Z0-9]{12,}"),
        (("hooks.slack",), rf"https?{_SLASHES}hooks\.slack\.com(?:\\*/|%2F)[^\s\"'<>&]+"),
        (("/response/",), r"(?<=/response/)[\w/-]+"),
        (("v0=",), r"v0=[0-9a-f]{16,}"),  # Slack's signature of a request
        (("bearer ", "basic "), r"(?P<name>(?i:\b(?:Bearer|Basic)\s+))[\w.~+/=%-]{16,}"),
        (
            ("@", "%40"),
            rf"(?P<name>{_SLASHES})[^\s/:@%]+(?::|%3A)(?:(?!%40)[^\s/@])+(?=@|%40)",
        ),  # user and password
        (
            (
                "trigger",
                "response_url",
                "ticket",
                "token",
                "secret",
                "key",
                "signature",
                "credential",
                "password",
            ),
            rf"(?P<name>(?i:{_NAMES}{_BECOMES})){_VALUE}",
        ),
        (("",), r"(?<!\d)\d{6,20}\.\d{6,20}\.[0-9a-f]{12,}"),  # a trigger id, wherever it stands
    )
)
# characters of one text; more is cut, so that a huge payload cannot stop the logging
_MAX = 200_000


class Redaction:
    """Takes secrets out of texts: those of the patterns, and those that it is told (`know`)."""

    def __init__(self) -> None:
        self._known: re.Pattern[str] | None = None
        self._values: frozenset[str] = frozenset()

    def know(self, values: Iterable[str]) -> None:
        """Never show these values (the settings' own secrets), also percent-encoded."""
        long = {value for value in values if len(value) >= _SHORTEST_KNOWN}
        self._values |= (
            long | {quote(value, safe="") for value in long} | {quote_plus(value) for value in long}
        )
        if self._values:
            self._known = re.compile(
                "|".join(re.escape(value) for value in sorted(self._values, key=len, reverse=True))
            )

    def __call__(self, text: str) -> str:
        """The text with every secret replaced by a mark."""
        if len(text) > _MAX:
            text = f"{text[:_MAX]} … ({len(text) - _MAX:,} more characters)"
        if self._known is not None:
            text = self._known.sub(MARK, text)
        lowered = text.lower()
        for (
            words,
            pattern,
        ) in _RULES:  # a search for a word is many times quicker than one for a pattern
            if any(word in lowered for word in words):
                text = pattern.sub(_marked, text)
        return text


def _marked(match: re.Match[str]) -> str:
    """The mark; where a name led to the secret, the name stays."""
    return f"{match.groupdict().get('name', '')}{MARK}"
