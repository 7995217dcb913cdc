"""Names of teams, addresses of people and groups, as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.workforce import (
    BadMember,
    BadTeamName,
    Member,
    Roster,
    check_email,
    check_groups,
    check_team_name,
)
from bot.jobs.cards import member_words
from bot.people.work_team import WorkTeam

validate_view = pytest.importorskip("bot.sandbox.slack.validate").validate_view

TEAM = WorkTeam("arn:orchard", "orchard-team", portal="https://portal.example", channel="C0LABEL")


@pytest.mark.parametrize("name", ["a", "A-1", "orchard-team", "x" * 63, "a--b"])
def test_names_that_sagemaker_takes_are_taken(name: str) -> None:
    """Without this, a manager would be told to think of another name."""
    check_team_name(name)


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "ä", "a_b", "x" * 64, "a\n"])
def test_names_that_sagemaker_refuses_are_refused_in_words(name: str) -> None:
    """Without this, AWS would answer with a pattern."""
    with pytest.raises(BadTeamName):
        check_team_name(name)


@pytest.mark.parametrize("email", ["lin@orchard.example", "a.b+c@x-y.co.uk", "jo@müller.example"])
def test_addresses_are_taken(email: str) -> None:
    """Without this, somebody could not be invited."""
    check_email(email)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lin",
        "lin@",
        "@orchard.example",
        "lin@orchard",
        "lin@.example",
        "lin@orchard..example",
        "a@b@c.example",
        'a"b@c.example',
        "<lin@orchard.example>",
        f"{'a' * 65}@orchard.example",
        f"a@{'b' * 130}.example",
    ],
)
def test_what_is_no_address_is_refused_with_what_was_typed(text: str) -> None:
    """Without this, an invitation would go to nobody, or a filter would be broken open."""
    with pytest.raises(BadMember) as refused:
        check_email(text)
    assert text[:80] in refused.value.words


@given(st.text(max_size=40))
def test_no_address_ends_the_filter_that_it_stands_in(text: str) -> None:
    """Without this, a quote in an address would find somebody else."""
    try:
        check_email(text)
    except BadMember:
        return
    assert '"' not in text


@pytest.mark.parametrize("groups", [(), ("g",) * 11, ("g" * 64,)])
def test_groups_that_no_team_is_made_of_are_refused(groups: tuple[str, ...]) -> None:
    """Without this, AWS would answer with a length."""
    with pytest.raises(BadMember):
        check_groups(groups)


def test_who_is_in_a_team_is_said_up_to_what_slack_shows() -> None:
    """Without this, the list of a large team would be refused by Slack, or would name strangers."""
    people = tuple(Member(f"p{number}@x.example", "P", waiting=True) for number in range(60))
    text = member_words.roster_message(TEAM, Roster(people), ["U1", *[""] * 59]).text
    lines = text.splitlines()
    assert lines[0] == "*orchard-team*, 60 people"
    assert lines[1] == "<@U1> · p0@x.example · invited, has not signed in yet"
    assert (len(lines), lines[-1]) == (42, "and 20 more")
    assert "has no members" in member_words.roster_message(TEAM, Roster(), []).text
    groups = member_words.roster_message(TEAM, Roster(groups=("a<b", "c")), []).text
    assert "a&lt;b, c" in groups


def test_windows_are_those_that_slack_takes() -> None:
    """A view that Slack refuses opens as nothing at all."""
    many = [f"{'a' * 64}@{'b' * 50}.example"] * 10
    views = [
        member_words.remove_window(TEAM, many, "C0DATA"),
        member_words.delete_window(TEAM, "C0DATA"),
        member_words.done_window("Removed", "x" * 5000),
    ]
    assert [validate_view(view) for view in views] == [[], [], []]


def test_who_joins_is_told_where_the_work_is() -> None:
    """Without this, somebody would be in a team and not know where to begin."""
    words = member_words.joined_words(TEAM, "Sam")
    assert "Sam took you into the labeling team orchard-team." in words
    assert "<#C0LABEL>" in words
    assert "<https://portal.example|Open the portal>" in words
    assert "portal" not in member_words.joined_words(WorkTeam("arn", "t"), "Sam")
