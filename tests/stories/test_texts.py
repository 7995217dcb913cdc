"""Files of texts, from the form to what workers get: tables, whole files, other encodings."""

import pytest

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import Order
from tests.cases import forms
from tests.stories.world import World, an_order, shown

RAW = f"s3://{seed.RAW}"
LETTERS = {
    "a-monday.txt": b"good\n\nbad\n",
    "b-tuesday.txt": "fine\nmüde\n".encode("cp1252"),
}


def an_order_of_texts(name: str, source: str) -> Order:
    """An order for texts in classes."""
    return an_order(
        name,
        source=source,
        category="Text",
        task_type="text-classification",
        labels=("kind", "harsh"),
    )


def launched(world: World, order: Order) -> tuple[str, list[str]]:
    """Launch what the review shows: the review, and the texts that workers are handed."""
    review = shown(world.mara.view())
    told = forms.create(world, order)
    assert not told.refused, told
    return review, [task["source"] for task in forms.tasks(world, order.name)]


def test_encoding_is_chosen_where_a_file_is_refused(world: World) -> None:
    """Without this, every file of an older program would have to be written anew."""
    for name, body in LETTERS.items():
        world.put(f"old-letters/{name}", body)
    order = an_order_of_texts("old-letters", f"{RAW}/old-letters/")
    refused = forms.faults(world, order)["input_uri"]
    assert "old-letters/b-tuesday.txt, line 2, is not UTF-8 text." in refused
    assert "choose under [More…]" in refused
    choice = {"selected_option": {"value": "cp1252"}}
    world.mara.press_in_view("job_form_show_more")
    assert not world.mara.fill(text_encoding=choice).get("errors")
    assert not world.mara.fill().get("errors")
    review, texts = launched(world, order)
    assert texts == ["good", "bad", "fine", "müde"]
    assert "4 texts found: one per line of 2 files, 1 line read as Windows (CP1252)" in review
    assert "Left out: 1 blank text." in review


@pytest.mark.parametrize("place", ["reviews-choice/", "reviews-choice/reviews.csv"])
def test_column_is_chosen_once_the_tables_are_known(world: World, place: str) -> None:
    """Without this, the wrong column of a table would be labeled, and nobody could say which."""
    world.put(
        "reviews-choice/reviews.csv", 'id,title,text\n1,Pears,"Good,\nquick."\n2,Plums,Late\n'
    )
    order = an_order_of_texts(f"reviews-{len(place)}", f"{RAW}/{place}")
    assert forms.faults(world, order) == {}
    said = shown(world.mara.view())
    assert "2 texts found: “text”, without its header of 1 file" in said
    world.mara.press_in_view("job_form_show_more")
    choice = {"selected_option": {"value": "title"}}
    assert not world.mara.fill(text_column=choice).get("errors")
    review, texts = launched(world, order)
    assert texts == ["Pears", "Plums"]
    assert "“title”, without its header of 1 file" in review
    assert "(made before launch)" in review


def test_each_file_is_one_text_where_that_is_chosen(world: World) -> None:
    """Without this, letters would be cut into lines."""
    world.put("whole-letter.txt", "Dear Mara,\n\nripe.\n")
    order = an_order_of_texts("whole-letter", f"{RAW}/whole-letter.txt")
    assert forms.faults(world, order) == {}
    world.mara.press_in_view("job_form_show_more")
    choice = {"selected_option": {"value": "file"}}
    assert not world.mara.fill(text_per=choice).get("errors")
    review, texts = launched(world, order)
    assert texts == ["Dear Mara,\n\nripe."]
    assert "1 text found: one per file of 1 file" in review


def test_review_says_how_texts_are_read_once_the_preflight_has_read_them(world: World) -> None:
    """Without this, who waited for a slow S3 would create a job without knowing what was read."""
    world.put("slow-letters/a.csv", "id,text\n1,good\n2,bad\n")
    order = an_order_of_texts("slow-letters", f"{RAW}/slow-letters/")
    world.fault("*", "drop_before")
    assert forms.faults(world, order) == {}
    assert "texts not counted yet" in shown(world.mara.view())
    world.mend()
    world.settle()
    assert "2 texts found: “text”, without its header of 1 file" in shown(world.mara.view())


def test_answers_about_data_are_not_carried_to_other_data_unseen(world: World) -> None:
    """Without this, files would be read as somebody chose for others weeks ago, and nothing on the
    form would say so.
    """
    channel = world.channel("own-other-texts")
    world.put("carried/letter.txt", "Dear Mara,\n\nripe.\n")
    world.put("carried/lines.txt", "good\nbad\n")
    first = an_order_of_texts("carried-one", f"{RAW}/carried/letter.txt")
    assert forms.faults(world, first, channel) == {}
    world.mara.press_in_view("job_form_show_more")
    assert not world.mara.fill(text_per={"selected_option": {"value": "file"}}).get("errors")
    assert "1 text found: one per file of 1 file" in shown(world.mara.view())
    assert "Launched" in forms.create(world, first, channel).thread
    lines = an_order_of_texts("carried-two", f"{RAW}/carried/lines.txt")
    assert forms.faults(world, lines, channel) == {}
    assert "2 texts found: one per line of 1 file" in shown(world.mara.view())
    world.mara.close_windows()
