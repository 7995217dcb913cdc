"""What was asked for a dataset, and what is wrong with it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.forms import fields_of
from bot.base.s3_uri import Allowed
from bot.datasets.form import faults, parts
from bot.datasets.source import TEST, Source, both_sets_fault

OPEN = Allowed(("orchard-out", "shared/team-a"))
GOOD = Source(
    project="orchard", manifest_uri="s3://orchard-out/ripe-july/manifests/output/output.manifest"
)


def wrong(**changes: str) -> dict[str, str]:
    return {
        fault.field: fault.text for fault in faults(msgspec.structs.replace(GOOD, **changes), OPEN)
    }


def test_a_whole_source_has_no_faults() -> None:
    """A right form would be kept from its submit."""
    assert wrong() == {}
    assert (
        wrong(dataset_type=TEST, name="Ripe, July", manifest_uri="s3://shared/team-a/x/y.jsonl")
        == {}
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Give the manifest's address"),
        ("orchard-out/x.manifest", "not an S3 address"),
        ("s3://orchard-out/folder/", "This is a folder"),
        ("s3://orchard-out/folder/manifest", "needs an extension"),
        ("s3://orchard-out/v1.2/manifest", "needs an extension"),
        ("s3://orchard-out/folder/.manifest", "needs an extension"),
        (
            "s3://elsewhere/x.manifest",
            "in this channel. It may use: orchard-out, shared/team-a.",
        ),
        ("s3://shared/team-b/x.manifest", "The bot may not use s3://shared/team-b/x.manifest"),
        ("s3://orchard-out/../x.manifest", "“.” or “..”"),
        ("https://orchard-out.s3.amazonaws.com/x.manifest?X-Amz-Signature=abc", "plain address"),
    ],
)
def test_a_wrong_address_is_named_with_its_remedy(address: str, said: str) -> None:
    """People would be told that it is wrong and not what to do, or AWS would find it minutes
    later.
    """
    assert said in wrong(manifest_uri=address)["manifest_uri"]


def test_a_signature_in_an_address_is_never_repeated() -> None:
    """A pasted link would show its signature to everybody who sees the form."""
    address = "https://orchard-out.s3.amazonaws.com/x.manifest?X-Amz-Signature=abcdef"
    assert "abcdef" not in wrong(manifest_uri=address)["manifest_uri"]


@pytest.mark.parametrize("name", ["", "two words", "é", "a/b", "a" * 256, "line\nbreak"])
def test_a_project_name_that_aws_refuses_is_refused_at_the_form(name: str) -> None:
    """AWS would refuse it after the manifest was read and written."""
    assert set(wrong(project=name)) == {"project"}


@given(st.from_regex(r"[a-zA-Z0-9_.\-]{1,255}", fullmatch=True))
def test_every_name_that_aws_takes_is_taken(name: str) -> None:
    """A right name would be refused."""
    assert wrong(project=name) == {}


@given(
    st.builds(
        Source, project=st.text(), dataset_type=st.text(), manifest_uri=st.text(), name=st.text()
    )
)
def test_whatever_is_typed_each_field_has_one_answer_at_most(source: Source) -> None:
    """A strange text would end in an error page instead of words at its field."""
    found = [fault.field for fault in faults(source, OPEN)]
    assert len(found) == len(set(found))
    assert set(found) <= {each.name for each in fields_of(parts(source))}


def test_what_was_asked_survives_the_database() -> None:
    """A restart would forget in whose thread the dataset is told."""
    source = msgspec.structs.replace(
        GOOD, told_below=("job", "j1"), label_attribute="ripeness", action="import"
    )
    assert msgspec.json.decode(msgspec.json.encode(source), type=Source) == source


def test_a_dataset_without_a_name_is_called_like_its_project() -> None:
    """Cards would speak of a dataset without a name."""
    assert GOOD.called == "orchard"
    assert msgspec.structs.replace(GOOD, name="ripe-july").called == "ripe-july"


def test_a_manifest_is_in_one_set_of_a_project() -> None:
    """Without this, [Make test set] would put the same pictures into both sets, and a training
    would fail, or measure the model by what it had learnt.
    """
    test = msgspec.structs.replace(GOOD, dataset_type=TEST)
    assert "training set of project orchard" in both_sets_fault(test, [GOOD])
    assert both_sets_fault(test, [test]) == "", "a second test set is Rekognition's own refusal"
    elsewhere = msgspec.structs.replace(GOOD, project="meadow")
    part = msgspec.structs.replace(GOOD, manifest_uri="s3://orchard-out/part.manifest")
    assert both_sets_fault(test, [elsewhere, part]) == ""
