"""The form of a new dataset."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.errors import Fault
from bot.base.forms import VALUE
from bot.base.s3_uri import Allowed
from bot.datasets import form
from bot.datasets.source import JOB, MANIFEST, TEST, Source

validator = pytest.importorskip(
    "bot.sandbox.slack.validate", reason="the stand-in's validator is not here"
)
validate_view = validator.validate_view

RIPE = Source(
    project="orchard",
    dataset_type=TEST,
    manifest_uri="s3://orchard-out/ripe-july/manifests/output/output.manifest",
    name="ripe-july",
    channel="C1",
)


def as_submitted(view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack sends it back when nobody changed anything."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            answer = {"type": element["type"], "value": element.get("initial_value")}
            if element["type"] in {"radio_buttons", "static_select"}:
                answer = {"type": element["type"], "selected_option": element.get("initial_option")}
            values[block["block_id"]] = {element["action_id"]: answer}
    return {**view, "state": {"values": values}}


def test_a_prefilled_form_comes_back_as_it_was() -> None:
    """Something that a finished job knows would be lost on the way through the form."""
    of_job = msgspec.structs.replace(RIPE, origin=JOB, told_below=("job", "j1"))
    page = form.page(of_job, nonce="n1", job="j1", lead="From the job")
    assert form.read(as_submitted(page)) == of_job
    assert "origin" not in blocks_of(page), "the card has said where it comes from"


def test_what_is_asked_follows_the_source() -> None:
    """Without this, people would fill fields that have no sense for what they chose."""
    page = form.page(RIPE, nonce="n1")
    assert {"origin", "manifest_uri", "pair", "project"} <= blocks_of(page)
    assert "finished_job" not in blocks_of(page)
    switched = as_submitted(page)
    switched["state"]["values"]["origin"][form.ORIGIN_MENU]["selected_option"] = {"value": JOB}
    source = form.read(switched)
    assert (source.origin, source.project) == (JOB, RIPE.project)
    again = form.page(source, nonce="n2", draft="n1")
    assert {"origin", "finished_job", "project"} <= blocks_of(again)
    assert not {"manifest_uri", "pair"} & blocks_of(again)
    back = form.read(again, msgspec.structs.replace(source, origin=MANIFEST))
    assert back.manifest_uri == RIPE.manifest_uri, "what was typed for the other comes back"


def test_a_source_that_nobody_knows_is_not_taken() -> None:
    """Without this, a request made by hand would end in an error page."""
    view = as_submitted(form.page(RIPE, nonce="n1"))
    view["state"]["values"]["origin"][form.ORIGIN_MENU]["selected_option"] = {"value": "moon"}
    assert form.read(view).origin == MANIFEST


def test_a_job_has_to_be_chosen() -> None:
    """Without this, a dataset would be made of nothing."""
    source = msgspec.structs.replace(RIPE, origin=JOB)
    assert [one.field for one in form.faults(source, Allowed(("orchard-out",)))] == ["finished_job"]


def blocks_of(view: dict[str, Any]) -> set[str]:
    """The ids of the fields on a page."""
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def test_a_link_of_the_console_is_read_as_the_address_that_it_shows() -> None:
    """Without this, what the console gives people to copy would be no address of a manifest."""
    filled = as_submitted(form.page(RIPE, nonce="n1"))
    filled["state"]["values"]["manifest_uri"]["value"]["value"] = (
        "https://s3.console.aws.amazon.com/s3/object/orchard-out?region=us-east-1"
        "&prefix=labels/ripe-july/manifests/output/output.manifest"
    )
    assert (
        form.read(filled).manifest_uri
        == "s3://orchard-out/labels/ripe-july/manifests/output/output.manifest"
    )


def test_pairing_is_chosen_on_the_form() -> None:
    """Without this, a file whose labels and metadata have two names could only be written anew."""
    filled = as_submitted(form.page(RIPE, nonce="n1"))
    assert form.read(filled).pair is False
    filled["state"]["values"]["pair"]["value"]["selected_option"] = {"value": "pair"}
    assert form.read(filled).pair is True
    assert form.read(as_submitted(form.page(form.read(filled), nonce="n2"))).pair is True


def test_the_form_carries_ids_and_never_what_was_typed() -> None:
    """The once-only gate would take two visits for one, or the 3,000 characters would not
    suffice.
    """
    view = form.page(RIPE, nonce="n1", job="j1")
    carried = {"channel": "C1", "job": "j1", "nonce": "n1", "draft": "n1"}
    assert json.loads(view["private_metadata"]) == carried
    assert form.carried(view) == carried
    again = form.page(RIPE, nonce="n2", draft="n1")
    assert form.carried(again) == {"channel": "C1", "job": "", "nonce": "n2", "draft": "n1"}


def test_a_form_that_nobody_filled_has_a_fault_at_every_required_field() -> None:
    """An empty submit would raise instead of being answered at its fields."""
    empty = form.read({"private_metadata": "[]", "state": {"values": {}}})
    assert (empty.project, empty.dataset_type, empty.manifest_uri, empty.channel) == (
        "",
        "",
        "",
        "",
    )


def test_faults_stand_at_their_fields_and_none_is_lost() -> None:
    """Slack refuses an answer that names a block which is not in the view."""
    view = form.page(RIPE, nonce="n1")
    faults = [Fault("project", "a"), Fault("project", "b"), Fault("elsewhere", "c")]
    errors = form.errors(faults, RIPE)
    assert errors == {"project": "a b", "name": "c"}
    assert set(errors) <= {block.get("block_id") for block in view["blocks"]}


@given(
    st.builds(
        Source,
        project=st.text(max_size=4000),
        manifest_uri=st.text(max_size=4000),
        name=st.text(max_size=4000),
        channel=st.just("C1"),
    ),
    st.text(max_size=2000),
)
def test_slack_takes_every_page(source: Source, lead: str) -> None:
    """A strange name would keep the form from opening."""
    assert validate_view(form.page(source, nonce="n" * 32, job="j" * 32, lead=lead)) == []
    assert validate_view(form.thanks(source)) == []


def test_what_was_typed_is_read_without_its_outer_blanks() -> None:
    """An address copied with a blank would be refused."""
    view = as_submitted(form.page(RIPE, nonce="n1"))
    view["state"]["values"]["project"][VALUE]["value"] = "  orchard "
    assert form.read(view) == msgspec.structs.replace(RIPE, project="orchard")
