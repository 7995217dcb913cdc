"""What people read about a dataset."""

import json
import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base import bucket_policy
from bot.base.bucket_policy import Closed, any_curable, merged, role_of, statements
from bot.datasets import card
from bot.datasets.findings import VANISHED, Finding
from bot.datasets.lifecycle import (
    ASKED,
    CREATING,
    EXAMINING,
    FAILED,
    IMPORTING,
    READY,
    REFUSED,
    DatasetState,
    LabelCount,
)
from bot.datasets.source import Source
from bot.delivery.message import Message
from bot.manifests.rekognition_codes import CODES

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)
validate_message = validator.validate_message

BOT = "arn:aws:iam::123456789012:role/Labeljob"
RIPE = Source(
    project="orchard",
    name="ripe-july",
    manifest_uri="s3://orchard-out/ripe-july/manifests/output/output.manifest",
    channel="C1",
    team_id="T1",
    asked_by="U0MARA",
    asked_by_name="Mara",
)
LABELS = (LabelCount("ripe", 512), LabelCount("unripe", 430), LabelCount("overripe", 291))
DONE = DatasetState(
    state=READY,
    lines=1240,
    sent=1235,
    arrived=1233,
    labeled=1230,
    errors=2,
    labels=LABELS,
    findings=(
        Finding("source_ref_repeated", 5, (12, 90, 91, 204, 300), "line 3 has it too"),
        Finding(VANISHED, 2, (17, 18)),
        Finding("ERROR_INVALID_IMAGE", 2, (40, 41)),
        Finding("WARNING_UNANNOTATED_RECORD", 1, (77,)),
    ),
)


def words(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_the_result_says_what_arrived_what_did_not_and_why() -> None:
    """The result would be a word instead of numbers, lines and remedies."""
    text = card.ready_line(RIPE, DONE).text
    assert text.splitlines()[:3] == [
        "<@U0MARA> *Dataset ripe-july* (training, project orchard) is ready",
        "1,233 of 1,240 lines arrived: ripe 512 · unripe 430 · overripe 291",
        "7 lines did not arrive: 1,240 lines = 1,233 imported + 7 reported.",
    ]
    assert (
        "• Lines 12, 90, 91, 204 and 1 more repeat a picture; line 12: line 3 has it too. Keep "
        "one line"
    ) in text
    assert "• Lines 17 and 18 were sent and did not arrive." in text
    assert "AWS lists errors on 2 lines; they are not trained on:" in text
    assert "It takes PNG and JPEG up to 15 MB" in text
    assert "Line 77 has no label. Imported, but not trained on" in text


def test_a_clean_import_is_two_lines() -> None:
    """People would look for faults where there are none."""
    clean = DatasetState(
        state=READY, lines=3, sent=3, arrived=3, labels=(LabelCount("pear", 3, 5),)
    )
    assert card.ready_line(RIPE, clean).text.splitlines()[1:] == [
        "3 of 3 lines arrived: pear 3 (5 boxes)"
    ]


@pytest.mark.parametrize(
    ("rounded", "clipped", "said"),
    [
        (31, 0, "31 boxes rounded to whole pixels; the manifest stays as it is."),
        (0, 2, "2 boxes clipped to their pictures; the manifest stays as it is."),
        (
            1,
            1,
            (
                "1 box rounded to whole pixels, 1 box clipped to its picture; the manifest stays "
                "as it is."
            ),
        ),
    ],
)
def test_boxes_that_were_moved_are_told_once(rounded: int, clipped: int, said: str) -> None:
    """Rekognition would hold other boxes than the manifest, and nobody would know why, or hear of
    it all the time.
    """
    pear = (LabelCount("pear", 9, 31),)
    moved = DatasetState(
        state=READY, lines=9, sent=9, arrived=9, labels=pear, rounded=rounded, clipped=clipped
    )
    assert card.ready_line(RIPE, moved).text.splitlines()[1:] == [
        "9 of 9 lines arrived: pear 9 (31 boxes)",
        said,
    ]
    assert said not in card.live_card(RIPE, moved).text
    for state in (CREATING, IMPORTING, READY):
        assert (
            card.status_message(RIPE, msgspec.structs.replace(moved, state=state))
            .text.splitlines()
            .count(said)
            == 1
        )
    for state in (REFUSED, FAILED, ASKED):
        assert (
            said not in card.status_message(RIPE, msgspec.structs.replace(moved, state=state)).text
        )


def test_a_failure_says_what_is_safe_and_what_to_do() -> None:
    """People would be left with a code of AWS."""
    cause = "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET: The S3 bucket cannot be read."
    text = card.failed_line(RIPE, DatasetState(state=FAILED, cause=cause)).text
    assert "are untouched" in text
    assert "Allow s3:GetObject on it to whoever imports." in text
    assert "keeps its place" not in text
    left = card.failed_line(RIPE, DatasetState(state=FAILED, cause=cause, remains=True)).text
    assert (
        "The failed dataset keeps its place in project orchard: delete it in the AWS console "
        "first, or name another project."
    ) in left


def test_a_bucket_that_rekognition_may_not_read_is_named_with_the_policy_it_needs() -> None:
    """People would have to find the statements in AWS's guide, and guess where they belong."""
    cause = "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET: The S3 bucket cannot be read."
    closed = Closed("raw", caller=BOT)
    failed = DatasetState(state=FAILED, cause=cause, closed=(closed,), remains=True)
    line = card.failed_line(RIPE, failed)
    assert "could not use bucket `raw` with the bot's rights" in line.text
    policy = json.loads(line.text.partition("```")[2].partition("```")[0])
    assert [each["Principal"] for each in policy["Statement"]] == [{"AWS": BOT}] * 2
    assert [each["Resource"] for each in policy["Statement"]] == [
        "arn:aws:s3:::raw",
        "arn:aws:s3:::raw/*",
    ]
    assert "s3:PutObject" not in line.text
    assert "s3:PutObject" in bucket_policy.words(msgspec.structs.replace(closed, writes=True))
    shown = json.dumps(card.live_card(RIPE, failed, dataset_id="d1").blocks)
    assert card.POLICY_ID in shown
    refused = DatasetState(state=REFUSED, cause="No.", closed=(closed,))
    assert "```" in card.refused_line(RIPE, refused).text
    assert card.POLICY_ID in json.dumps(card.live_card(RIPE, refused, dataset_id="d1").blocks)
    assert "```" not in card.failed_line(RIPE, DatasetState(state=FAILED, cause="No.")).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"foreign": True}, "what its policy says is not known here"),
        ({"barred": True}, "A statement denies that outright"),
    ],
)
def test_no_press_is_offered_where_it_would_not_help(changes: dict[str, bool], said: str) -> None:
    """Without this, a manager would press, and nothing would be better, or be refused by S3."""
    closed = Closed("theirs", ("s3:GetObject",), BOT, **changes)
    assert "S3 denies the bot s3:GetObject in bucket `theirs`." in bucket_policy.words(closed)
    assert said in bucket_policy.words(closed)
    assert not any_curable([closed])
    state = DatasetState(state=FAILED, closed=(closed,), remains=True)
    shown = json.dumps(card.live_card(RIPE, state, dataset_id="d1").blocks)
    assert card.POLICY_ID not in shown


def test_a_policy_names_the_role_of_a_session() -> None:
    """S3 takes no session that will be another one tomorrow; a caller that nobody knows is said."""
    for partition in ("aws", "aws-cn"):
        session = f"arn:{partition}:sts::123456789012:assumed-role/Labeljob/i-0f"
        role = f"arn:{partition}:iam::123456789012:role/Labeljob"
        assert role_of(session) == role
        there = statements(Closed("b-1", caller=role))
        assert there[0]["Resource"] == f"arn:{partition}:s3:::b-1"
    user = "arn:aws:iam::123456789012:user/team/labeljob"
    assert role_of(user) == user
    assert "the ARN of the bot's role" in bucket_policy.words(Closed("b-1"))


def test_a_policy_keeps_what_others_wrote_and_gets_ours_once() -> None:
    """Without this, letting Rekognition in would lock somebody else out of the bucket."""
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    mine = Closed("b-1", caller=BOT)
    for there in ([theirs], theirs):
        made = merged(json.dumps({"Version": "2008-10-17", "Id": "x", "Statement": there}), mine)
        assert made is not None
        said = json.loads(made)
        assert (said["Version"], said["Id"], said["Statement"][0]) == ("2008-10-17", "x", theirs)
        assert said["Statement"][1:] == statements(mine)
        assert merged(made, mine) is None
    assert json.loads(merged("", mine) or "")["Statement"] == statements(mine)
    # what it may write there it goes on writing
    writes = msgspec.structs.replace(mine, writes=True)
    larger = merged(merged("", mine) or "", writes)
    assert json.loads(larger or "")["Statement"] == statements(writes)
    assert merged(larger or "", mine) is None


def test_a_refusal_names_the_lines_and_that_nothing_was_made() -> None:
    """People would have to find the wrong lines themselves."""
    state = DatasetState(
        state=REFUSED,
        cause="Rekognition would reject this import, so nothing was sent.",
        findings=(
            Finding("ERROR_TOO_MANY_RECORDS_IN_ERROR", 1, (), " (2 of 7)"),
            Finding("ERROR_INVALID_JSON_LINE", 2, (4, 6), "comma missing"),
        ),
    )
    text = card.refused_line(RIPE, state).text
    assert "was not imported; it was not made at AWS." in text
    assert "More than 20 % of the lines are wrong (2 of 7)." in text
    assert "Lines 4 and 6 are not JSON; line 4: comma missing." in text
    left = card.refused_line(
        RIPE, DatasetState(state=REFUSED, cause="AWS could not read it", remains=True)
    ).text
    assert left.endswith("AWS could not read it. Project orchard stands there without it.")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DatasetState(state=ASKED), "Waiting"),
        (DatasetState(state=EXAMINING), "Reading the manifest"),
        (
            DatasetState(state=CREATING, lines=7, sent=5, labels=LABELS),
            "5 lines sent, 2 left out: ripe 512",
        ),
        (
            DatasetState(state=IMPORTING, lines=7, sent=5),
            "AWS reads the lines · 5 lines sent, 2 left out",
        ),
        (
            DatasetState(state=IMPORTING, lines=1240, sent=1240, arrived=620),
            "▰▰▰▰▰▱▱▱▱▱  620 of 1,240",
        ),
        (DONE, "*Dataset ripe-july* · Ready"),
        (DatasetState(state=FAILED, cause="AWS gave no reason."), "AWS gave no reason."),
    ],
)
def test_the_live_card_says_how_far_it_is(state: DatasetState, said: str) -> None:
    """The card would stand still while AWS works."""
    message = card.live_card(RIPE, state)
    assert said in message.blocks[0]["text"]["text"]
    assert "requested by Mara" in message.text
    assert "<@" not in words(message)


def test_a_dataset_that_is_set_aside_says_so() -> None:
    """A card would say Importing for ever."""
    message = card.live_card(
        RIPE, DatasetState(state=IMPORTING, sent=5), set_aside="AWS denied the bot's access."
    )
    assert "Paused after errors" in message.text
    assert "AWS denied the bot's access." in message.text


def test_lists_say_what_to_do_when_there_is_nothing() -> None:
    """An empty channel would answer with silence."""
    assert "/dataset create" in card.list_message([]).text
    assert "No dataset is being imported" in card.list_message([], running=True).text
    assert "ripe" in card.no_such_dataset("ripe").text


ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
HOSTILE = st.sampled_from(
    ["<!channel>", "<@U0SAM>", "<https://x.y|z>", "&" * 300, "*" * 300, "{{ x }}", string.printable]
)
TYPED = ODD | HOSTILE
FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from([*CODES, VANISHED]) | TYPED,
        st.integers(1, 250_000),
        st.lists(st.integers(1, 250_000), max_size=20).map(tuple),
        TYPED,
    ),
    max_size=40,
).map(tuple)
STATES = st.builds(
    DatasetState,
    state=st.sampled_from([ASKED, EXAMINING, CREATING, IMPORTING, READY, FAILED, REFUSED]),
    lines=st.integers(0, 250_000),
    sent=st.integers(0, 250_000),
    arrived=st.integers(0, 300_000),
    errors=st.integers(0, 250_000),
    rounded=st.integers(0, 12_500_000),
    clipped=st.integers(0, 12_500_000),
    labels=st.lists(
        st.builds(LabelCount, TYPED, st.integers(0, 9), st.integers(0, 9)), max_size=250
    ).map(tuple),
    findings=FINDINGS,
    cause=TYPED,
)
SOURCES = st.builds(
    Source,
    project=TYPED,
    name=TYPED,
    manifest_uri=TYPED,
    asked_by=st.sampled_from(["", "U0MARA"]),
    asked_by_name=TYPED,
)


@given(SOURCES, STATES)
def test_slack_takes_every_message_and_nobody_is_pinged_by_a_text(
    source: Source, state: DatasetState
) -> None:
    """A name or a line of a file would break a message, ping a channel, or make a link."""
    quiet = [
        card.live_card(source, state),
        card.live_card(source, state, set_aside="x" * 900),
        card.status_message(source, state),
        card.list_message([(source, state, "")] * 60),
        card.no_such_dataset(source.name),
        card.help_message(),
    ]
    loud = [
        card.ready_line(source, state),
        card.failed_line(source, state),
        card.refused_line(source, state),
        card.set_aside_line(source, state.cause),
    ]
    for message in [*quiet, *loud]:
        assert validate_message(message.payload()) == []
        shown = [message.text, *_texts(message.blocks)]
        for text in shown:
            assert "<" not in text.replace("<@U0MARA>", "", 1 if message in loud else 0)
            assert text.count("<@U0MARA>") <= (message in loud)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return [*own, *(text for inner in value.values() for text in _texts(inner))]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


def test_a_training_that_would_fail_is_told_beforehand() -> None:
    """The next step would fail for a reason that is known now."""
    lonely = msgspec.structs.replace(
        DONE,
        labels=LABELS[:1],
        findings=(Finding("ERROR_MANIFEST_TOO_FEW_LABELS", 1, (), " (1)"),),
        arrived=1240,
    )
    text = card.ready_line(RIPE, lonely).text
    assert (
        "A training from it would fail as it is:\n• There are too few labels (1). Classification "
        "needs two"
    ) in text
    assert "AWS lists errors" not in text
