"""What a bucket tells to whom, with an entry of ours (pure).

S3's call replaces the bucket's whole configuration with every write: what is written is what was
read, with one entry more or less. Entries are known by their ids.
"""

from collections.abc import Mapping
from typing import Any

_TOPICS = "TopicConfigurations"
_META = "ResponseMetadata"

Configuration = dict[str, Any]


def with_entry(read: Mapping[str, Any], *, name: str, topic: str, prefix: str) -> Configuration:
    """The configuration with an entry that tells the topic of every new object below the prefix; an
    earlier one of that name gives way.
    """
    entry = {
        "Id": name,
        "TopicArn": topic,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
    }
    rest = without_entry(read, name)
    return {**rest, _TOPICS: [*rest.get(_TOPICS, ()), entry]}


def without_entry(read: Mapping[str, Any], name: str) -> Configuration:
    """The configuration without the entry of that name."""
    rest = plain(read)
    kept = [each for each in rest.pop(_TOPICS, ()) if each.get("Id") != name]
    return {**rest, **({_TOPICS: kept} if kept else {})}


def plain(read: Mapping[str, Any]) -> Configuration:
    """What S3 answered, without what is no part of the configuration."""
    return {member: value for member, value in read.items() if member != _META}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two configurations tell the same to the same; S3 calls a filter's members with a
    capital or without.
    """
    return bool(_flat(one) == _flat(other))


def _flat(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _flat(each) for key, each in value.items() if each != []}
    if isinstance(value, list):
        return [_flat(each) for each in value]
    return value.lower() if value in {"Prefix", "Suffix"} else value
