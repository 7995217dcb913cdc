"""What people may well type is taken; what cannot be taken is refused on the page where it is
typed, in plain words.
"""

import pytest

from bot.sandbox.workspace import seed
from tests.cases import forms
from tests.cases.forms import says
from tests.stories.world import World, an_order, shown

RAW = f"s3://{seed.RAW}"


@pytest.mark.case("zwnj-labels")
@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"labels": ("رسیده", "نمی\u200cدانم")}, id="Persian label"),  # noqa: RUF001
        pytest.param({"labels": ("ශ්\u200dරී", "b")}, id="Sinhala label"),
        pytest.param({"labels": ("👩\u200d🌾 farmer", "tree")}, id="label with an emoji of two"),
        pytest.param({"labels": ("pas\u00a0mûr", "mûr")}, id="French label"),
        pytest.param({"title": "Mûr ou pas\u00a0?"}, id="French title"),
        pytest.param({"description": "Choisir\u00a0: mûr, pas mûr"}, id="French description"),
        pytest.param({"title": "میوه\u200cها را برچسب بزنید"}, id="Persian title"),  # noqa: RUF001
    ],
)
def test_signs_that_print_nothing_and_are_part_of_a_word_are_taken(
    world: World, typed: dict[str, object]
) -> None:
    """Without this, whoever writes Persian, Sinhala or French is told to type the same word anew
    for ever.
    """
    assert forms.faults(world, an_order("many-tongues", **typed)) == {}


@pytest.mark.case("emoji-title")
def test_title_with_a_sign_that_aws_does_not_take_is_refused_in_plain_words(world: World) -> None:
    """Without this, the launch would be refused minutes later with AWS's regular expression."""
    told = forms.ask(world, an_order("emoji-title", title="🍎 Ripe or not"))
    if told.refused:
        said = told.refused.get("title", "")
        assert says("🍎|emoji|sign|character", said)
        assert not says("regular expression|validation error", said)
        return
    assert world.aws_jobs("emoji-title") == ["emoji-title"], "the form took it, so AWS has to"
    assert says(
        (
            "(emoji|sign|character|🍎).*(left out|dropped|removed|without)|without (the|its) "
            "(emoji|sign)"
        ),
        told.all,
    )


@pytest.mark.case("quoted-names")
@pytest.mark.parametrize("typed", ["“quoted-july”.", "`quoted-july`", "quoted–july"])  # noqa: RUF001
def test_new_job_s_name_may_be_pasted(world: World, typed: str) -> None:
    """Without this, a name pasted from a message would be refused for the quotes round it."""
    assert forms.faults(world, an_order(typed)) == {}
    assert "`quoted-july`" in shown(world.mara.view())


@pytest.mark.case("emoji-title")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("emoji-words", {"description": "Choose 🍎 or 🍏"}),
        ("plain-sun", {"title": "☀ Ripe or not"}),
    ],
)
def test_signs_that_aws_takes_are_taken(world: World, name: str, typed: dict[str, str]) -> None:
    """Without this, a rule for one field would be laid on all, or on every sign that is no
    letter.
    """
    assert forms.ask(world, an_order(name, **typed)).refused == {}
    assert world.aws_jobs(name) == [name]


@pytest.mark.case("ampersand-example")
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("example-and", f"{RAW}/examples/good&ripe.jpg"),
        ("example-dollar", f"{RAW}/examples/5$.jpg"),
        ("example-percent", f"{RAW}/examples/50%25.jpg"),
        ("example-bare", "https://pictures.example"),
        ("example-umlaut", f"{RAW}/examples/früh.jpg"),
    ],
)
def test_example_picture_that_the_form_takes_is_launched(
    world: World, name: str, address: str
) -> None:
    """Without this, two rules for one address would let a job through the form and refuse it at its
    launch.
    """
    if address.startswith(RAW):
        world.put(address.removeprefix(f"{RAW}/"), forms.sample_picture(world))
    told = forms.ask(world, an_order(name, good_examples=f"{address} | like this"))
    if told.refused:
        assert list(told.refused) == ["good_examples"]
    else:
        assert world.aws_jobs(name) == [name]


@pytest.mark.case("double-slash")
def test_manifest_of_keys_with_an_empty_folder_is_labeled_or_told_true(world: World) -> None:
    """Without this, people would write “the plain path”, which names another object."""
    sources = [f"{RAW}/export-lines//{number}.jpg" for number in range(3)]
    for source in sources:
        world.put(source.removeprefix(f"{RAW}/"), forms.sample_picture(world))
    told = forms.ask(
        world, an_order("slashes", source=forms.manifest_of(world, "slashes.manifest", sources))
    )
    if told.refused:
        said = told.refused.get("input_uri", "")
        assert not says("plain path", said)
        assert "//" in said
        assert says("cannot|can not|rename|copy|move|not be (used|labeled)", said)
        return
    world.finish("slashes")
    assert forms.labeled(world, "slashes") == 3


@pytest.mark.case("double-slash")
def test_folder_with_keys_with_an_empty_folder_is_labeled_or_told_true(world: World) -> None:
    """Without this, three of four pictures would stay without labels as “other files”."""
    for key in ("plain.jpg", "/0.jpg", "/1.jpg", "/2.jpg"):
        world.put(f"export-folder/{key}", forms.sample_picture(world))
    told = forms.ask(world, an_order("slashes-folder", source=f"{RAW}/export-folder/"))
    if not told.refused and "4 pictures" in told.review:
        world.finish("slashes-folder")
        assert forms.labeled(world, "slashes-folder") == 4
        return
    assert says("(?<!s3:)//|double slash|two slashes|empty folder|folder without a name", told.all)


@pytest.mark.case("latin1-text")
def test_text_file_in_another_encoding_is_named_at_its_field(world: World) -> None:
    """Without this, people would change the job's name, and look for a manifest that they never
    wrote.
    """
    for day, text in {"a-monday": "good\nbad\n", "c-wednesday": "ok\n"}.items():
        world.put(f"letters/{day}.txt", text)
    world.put("letters/b-tuesday.txt", "fine\nmüde\n".encode("latin-1"))
    kind = {"category": "Text", "task_type": "text-classification", "labels": ("kind", "harsh")}
    told = forms.faults(world, an_order("latin", source=f"{RAW}/letters/", **kind))
    assert list(told) == ["input_uri"]
    assert "b-tuesday.txt" in told["input_uri"]
    assert says("line 2", told["input_uri"])
    assert "UTF-8" in told["input_uri"]
