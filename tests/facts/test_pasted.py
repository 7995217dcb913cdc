"""Pictures that were pasted into instructions as a template writes them."""

import pytest

from bot.base.blocks import rich_text, rich_words
from bot.instructions.pasted import pasted_in, without_pasted


def said(*texts: str) -> dict[str, object]:
    elements = [{"type": "text", "text": text} for text in texts]
    return rich_text({"type": "rich_text_section", "elements": elements})


@pytest.mark.parametrize(
    "pasted",
    [
        "{{ 's3://raw/good.png' | grant_read_access }}",
        '{{"s3://raw/good.png"|grant_read_access}}',
        "{{ ‘s3://raw/good.png’ | grant_read_access }}",  # noqa: RUF001 - as Slack bends them
        "{{- s3://raw/good.png | grant_read_access -}}",
    ],
)
def test_pasted_picture_is_found_and_taken_out(pasted: str) -> None:
    """Without this, workers would read signs where a picture was meant."""
    text = said(f"Like this: {pasted} and so on")
    assert pasted_in(text) == ("s3://raw/good.png",)
    after = without_pasted(text)
    assert rich_words(after).split() == ["Like", "this:", "and", "so", "on"]
    assert rich_words(without_pasted(said(pasted))) == ""


@pytest.mark.parametrize(
    "text", ["{{ task.input.taskObject | grant_read_access }}", "s3://raw/good.png", "{{ once }}"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Without this, words of the instructions would vanish."""
    assert pasted_in(said(text)) == ()
    assert without_pasted(said(text)) == said(text)
    assert without_pasted(None) is None
