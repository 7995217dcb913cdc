"""Cleaning of typed instructions, and the same text as Slack shows it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.instructions import clean, slack_text
from tests.facts.markup import Seen

XSS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//e.v/x.js></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jAvAsCrIpT&colon;alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href=https://ok.example onclick=alert(1) style='x:expression(1)'>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<form action=javascript:alert(1)><button>x",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<style>@import 'javascript:alert(1)'</style>",
    "<p style='background:url(javascript:alert(1))'>x",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<crowd-form><crowd-button form-action=submit>x</crowd-button></crowd-form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<object data=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>x",
    "<template><img src=x onerror=alert(1)></template>",
    "<ol start='1 onclick=alert(1)'><li>x</ol>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<b><p></b><svg></p><style><a title='</style><img src onerror=alert(1)>'>",
]
ALLOWED = {"href": "a", "target": "a", "rel": "a", "start": "ol", "scope": "th"}


def assert_harmless(markup: str) -> None:
    assert "{" not in markup
    assert "}" not in markup
    assert clean.from_html(markup) == markup
    for tag, attributes in Seen(markup).tags:
        assert tag in clean._TAGS | clean._TABLE
        assert all(ALLOWED.get(name) == tag for name in attributes)
        assert re.match("https?://", attributes.get("href", "https://"), re.IGNORECASE)
        if tag == "a":
            assert "noopener" in attributes["rel"]


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def section(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(parts)}


def bullets(style: str, indent: int, *items: str, **more: Any) -> dict[str, Any]:
    elements = [section(text(item)) for item in items]
    return {
        "type": "rich_text_list",
        "style": style,
        "indent": indent,
        "elements": elements,
        **more,
    }


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


@pytest.mark.parametrize("attack", XSS)
def test_nothing_that_runs_survives(attack: str) -> None:
    """A worker's session could be taken by whoever may write instructions."""
    assert_harmless(clean.from_html(attack))
    assert_harmless(clean.from_html(f"<p>{{{{ x }}}}</p>{attack}<ul><li>{attack}"))
    assert_harmless(clean.from_text(attack))
    assert attack in Seen(clean.from_rich_text(rich(section(text(attack))))).text.replace("\n", "")


@given(st.text(max_size=60), st.text(alphabet="<>/ab='\" {}%[]&;#:x1", max_size=80))
def test_any_text_comes_out_harmless(words: str, markup: str) -> None:
    """What nobody thought of must not run either."""
    assert_harmless(clean.from_html(markup))
    assert_harmless(clean.from_text(words + markup))
    assert_harmless(
        clean.from_rich_text(rich(section({"type": "link", "url": markup, "text": words})))
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "elements", "style", "text", "url", "indent", "unicode"]),
            inner,
        )
    ),
    max_leaves=12,
)
KNOWN = st.sampled_from(
    [
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
        "text",
        "link",
        "emoji",
        "date",
    ]
)


@given(
    st.dictionaries(
        st.just("elements"),
        st.lists(st.fixed_dictionaries({"type": KNOWN, "elements": JSON}) | JSON),
    )
)
def test_any_block_is_read(block: dict[str, Any]) -> None:
    """Slack adds element types; an unknown one must not lose the form that somebody filled in."""
    markup = clean.from_rich_text(block)
    assert_harmless(markup)
    slack_text.to_mrkdwn(block)
    slack_text.to_text(block)


def test_rich_text_is_kept_as_it_looks() -> None:
    """Bold, lists, links and pictures of the form reach the worker as they were written (story
    16).
    """
    block = rich(
        section(
            text("Choose "),
            text("one", bold=True),
            text(" word", italic=True, strike=True),
            text("a\nb\n\nsecond"),
        ),
        bullets("bullet", 0, "a", "b"),
        bullets("ordered", 1, "b1", "b2"),
        bullets("bullet", 0, "c"),
        bullets("ordered", 0, "three", offset=2),
        {"type": "rich_text_quote", "elements": [text("said")]},
        {"type": "rich_text_preformatted", "elements": [text("x = 1\n<y>")]},
        section(
            {"type": "link", "url": "https://a.b/?x=1&y='2'", "text": "here"},
            text(" "),
            text("f()", code=True),
        ),
    )
    link = (
        '<a href="https://a.b/?x=1&amp;y=\'2\'" target="_blank" rel="noopener noreferrer">here</a>'
    )
    assert clean.from_rich_text(block) == (
        "<p>Choose <b>one</b><i><s> word</s></i>a<br>b</p><p>second</p>"
        "<ul><li>a</li><li>b<ol><li>b1</li><li>b2</li></ol></li><li>c</li></ul>"
        '<ol start="3"><li>three</li></ol><blockquote>said</blockquote><pre>x = 1\n&lt;y&gt;</pre>'
        f"<p>{link} <code>f()</code></p>"
    )


def test_mentions_become_plain_words() -> None:
    """Workers are no Slack users: an id says nothing to them, and a card must not ping."""
    block = rich(
        section(
            {"type": "user", "user_id": "U1"},
            {"type": "user", "user_id": "U2"},
            {"type": "channel", "channel_id": "C1"},
            {"type": "usergroup", "usergroup_id": "S1"},
            {"type": "broadcast", "range": "channel"},
            {"type": "emoji", "name": "tada", "unicode": "1f389"},
            {"type": "emoji", "name": "ours"},
            {"type": "emoji", "name": "odd", "unicode": "d800"},
            {"type": "date", "timestamp": 1720000000, "format": "{date}"},
            {"type": "color", "value": "#ff0000"},
            {"type": "new_kind", "text": "kept"},
        )
    )
    said = slack_text.to_text(block, {"U1": "Mara"})
    assert (
        said
        == "@Mara@someone#a channel@a group@channel🎉:ours::odd:2024-07-03 09:46 UTC#ff0000kept"
    )
    assert "<!" not in slack_text.to_mrkdwn(block)


def test_plain_text_keeps_its_lines_and_lists() -> None:
    """Instructions pasted as plain text stay readable."""
    assert (
        clean.from_text("Look & choose\none\r\n\r\n- a\n• b")
        == "<p>Look &amp; choose<br>one</p><ul><li>a</li><li>b</li></ul>"
    )


def test_mrkdwn_shows_the_formatting_and_nothing_typed() -> None:
    """The Slack preview must look like the page, and typed signs must not format, link or ping."""
    said = slack_text.to_mrkdwn(
        "<h3>Rules</h3><p>Take <b> one </b> of "
        "<i>these</i>:<br><s>all</s></p><ul><li>a<ol><li>b</li></ol></li></ul>"
        "<blockquote>q<br>r</blockquote><p><a href='https://a.b/?x=1&y=<2>'>go | on</a> "
        "<code>x`y</code></p>"
        "<pre>1\n2</pre><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
        "<p>*not bold* @here</p>"
    ).replace("\u200b", "·")
    assert said.split("\n") == [
        *(
            "*Rules*",
            "",
            "Take  *one*  of _these_:",
            "~all~",
            "",
            "• a",
            "    1. b",
            "",
            "> q",
            "> r",
            "",
        ),
        *(
            "<https://a.b/?x=1&y=%3C2%3E|go ¦ on> `xˋy`",  # noqa: RUF001 - what Slack is given
            "",
            "```",
            "1",
            "2",
            "```",
            "",
            "a | b",
            "1 | 2",
            "",
        ),
        "∗not bold∗ @·here",  # noqa: RUF001
    ]


@given(
    st.lists(
        st.sampled_from(
            ["<!channel>", "<@U1>", "@here", "<https://e.v|x>", "*b*", "`c`", "&lt;", "a"]
        )
    ).map("".join)
)
def test_typed_text_never_pings_or_links_in_slack(typed: str) -> None:
    """Anybody could otherwise make the bot ping a whole channel."""
    said = slack_text.to_mrkdwn(rich(section(text(typed))))
    assert "<" not in said
    assert ">" not in said
    assert not re.search(r"@(here|channel)\b", said)
    assert not re.search(r"[*`]", said)


def test_deep_nesting_is_read() -> None:
    """A pasted page of thousands of nested tags must not end the worker process."""
    deep = "<b>" * 2_000 + "x" + "<ul><li>" * 1_000
    assert "x" in slack_text.to_mrkdwn(deep)
    assert "x" in slack_text.to_text(deep, limit=50)
