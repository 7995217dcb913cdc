"""One entry more or less in what a bucket tells to whom."""

from typing import Any

from bot.engines.ground_truth.bucket_events import plain, same, with_entry, without_entry

THEIRS: dict[str, Any] = {"Id": "theirs", "TopicArn": "t", "Events": ["s3:ObjectRemoved:*"]}
QUEUES = [{"Id": "q", "QueueArn": "a", "Events": ["s3:ObjectCreated:*"]}]
READ: dict[str, Any] = {
    "ResponseMetadata": {"RequestId": "1"},
    "TopicConfigurations": [THEIRS],
    "QueueConfigurations": QUEUES,
    "EventBridgeConfiguration": {},
}


def test_what_others_are_told_stays() -> None:
    """Without this, a job that begins or ends would cut off somebody else's machines: every write
    replaces the whole configuration.
    """
    after = with_entry(READ, name="ours", topic="topic", prefix="in/")
    ours = after["TopicConfigurations"][1]
    assert after["TopicConfigurations"][0] == THEIRS
    assert (ours["Id"], ours["TopicArn"]) == ("ours", "topic")
    assert ours["Filter"] == {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
    assert {name: after[name] for name in after if name != "TopicConfigurations"} == {
        "QueueConfigurations": QUEUES,
        "EventBridgeConfiguration": {},
    }
    assert without_entry(after, "ours") == plain(READ)
    assert without_entry(READ, "ours") == plain(READ)


def test_an_entry_is_made_once_and_an_empty_list_is_none() -> None:
    """Without this, every try would add an entry, and S3 refuse the second as overlapping."""
    once = with_entry({}, name="ours", topic="topic", prefix="in/")
    assert with_entry(once, name="ours", topic="topic", prefix="in/") == once
    assert without_entry(once, "ours") == {}


def test_two_readings_are_compared_by_what_they_say() -> None:
    """Without this, a bucket would be called changed because S3 writes Prefix with a capital."""
    once = with_entry({}, name="ours", topic="topic", prefix="in/")
    again = with_entry({}, name="ours", topic="topic", prefix="in/")
    again["TopicConfigurations"][0]["Filter"]["Key"]["FilterRules"][0]["Name"] = "Prefix"
    assert same(once, again)
    assert same(once, {**again, "QueueConfigurations": []})
    assert not same(once, with_entry({}, name="ours", topic="topic", prefix="out/"))
    assert not same(once, {**once, "EventBridgeConfiguration": {}})
