"""What is said of a worker template: errors, warnings, and the lines they stand on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.instructions.page import PAGE_LIMIT, Instructions, Tool, worker_page
from bot.instructions.pictures import Example
from bot.instructions.template_check import Remark, check_template

HEAD = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'
WELL = f"""{HEAD}<crowd-form>
  <crowd-bounding-box
    name="boxes"
    src="{{{{ task.input.taskObject | grant_read_access }}}}"
    labels="{{{{ task.input.labels | to_json | escape }}}}"
    header="Draw">
    <full-instructions header="How">{{% comment %}} <b-c> {{% endcomment %}}All</full-instructions>
    <short-instructions>{{% if task.input.source-ref %}}Short{{% endif %}}</short-instructions>
  </crowd-bounding-box>
</crowd-form>
"""


def in_form(inner: str) -> str:
    """A page whose third line is `inner`."""
    return f"{HEAD}<crowd-form>\n{inner}\n</crowd-form>"


def only(source: str) -> Remark:
    (found,) = check_template(source)
    return found


def test_good_template_gets_no_remark() -> None:
    """Without this, people would learn to overlook the check."""
    assert check_template(WELL) == ()


def test_our_own_pages_get_no_remark() -> None:
    """Without this, the bot would find fault with what it writes itself."""
    tool = Tool("crowd-bounding-box", "boundingBox", "labels")
    example = Example("s3://raw/a.jpg", good=True, caption="so")
    told = Instructions("Fruit", "Draw", ("a",), "<p>Short</p>", "<p>{{ x }}</p>", (example,))
    assert check_template(worker_page(tool, told)) == ()


@pytest.mark.parametrize(
    ("liquid", "line", "words"),
    [
        ("a\n{{ task.input | }}", 4, "expected word"),
        ("a\n{{}}", 4, "{{}}"),
        ("{% nosuch %}", 3, "'nosuch'"),
        ("\n{% if task.input.x %}\n<p>\n", 4, "has no {% endif %}"),
        ("{% if a %}\n{% for b in c %}{% endfor %}", 3, "{% if a %} has no {% endif %}"),
        ("{% endfor %}", 3, "'endfor'"),
        ("{% for a of b %}{% endfor %}", 3, "expected in"),
        ("\n\n{% assign x = %}", 5, "{% assign x = %}"),
        ("{{ 'open }}", 3, "unexpected"),
        ("\n{% include 'head' %}", 4, "a template stands alone"),
        ("{% render 'head' %}", 3, "a template stands alone"),
    ],
)
def test_liquid_that_does_not_parse(liquid: str, line: int, words: str) -> None:
    """Without this, each worker would get an error in place of the task."""
    found = only(in_form(liquid))
    assert found.error
    assert found.line == line
    assert words in found.words


@pytest.mark.parametrize(
    "page",
    [
        f"{HEAD}<crowd-bounding-box name=x></crowd-bounding-box>",
        f"{HEAD}<form><button>Submit</button></form>",
        f"{HEAD}<!-- <crowd-form> --><p>",
        f"{HEAD}{{% comment %}}<crowd-form></crowd-form>{{% endcomment %}}",
        "",
    ],
)
def test_nothing_submits(page: str) -> None:
    """Without this, people would label for an hour and could hand in nothing."""
    found = only(page)
    assert found.error
    assert "Nothing on this page hands in an answer" in found.words


def test_page_without_the_library_submits_nothing() -> None:
    """Without this, a page of unknown elements would pass: the form itself is one of them."""
    found = only("<crowd-form><crowd-input name=a></crowd-input></crowd-form>")
    assert found.error
    assert "does not load AWS's elements" in found.words


def test_element_that_submits_by_itself_needs_no_form() -> None:
    """Without this, AWS's own page for text spans would be refused."""
    entity = '<crowd-entity-annotation name="a" labels="[]" text="x"></crowd-entity-annotation>'
    assert check_template(HEAD + entity) == ()
    found = only(in_form(entity))
    assert not found.error
    assert found.line == 3
    assert "outside of crowd-form" in found.words


def test_form_that_a_script_makes_counts() -> None:
    """Without this, a page that builds its form itself would be refused."""
    script = "<script>document.body.innerHTML = '<crowd-form></crowd-form>'</script>"
    assert check_template(HEAD + script) == ()


def test_too_long_a_template() -> None:
    """Without this, SageMaker would refuse it only after everything else was asked."""
    assert check_template(in_form("x" * (PAGE_LIMIT - len(in_form(""))))) == ()
    found = only(in_form("x" * (PAGE_LIMIT - len(in_form("")) + 1)))
    assert found.error
    assert "128,001 characters" in found.words


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ('<script src="https://code.jquery.com/jquery.js"></script>', "somebody else's"),
        ('<script src="//cdn.example/x.js"></script>', "somebody else's"),
        ('<script src="app.js"></script>', "no complete address"),
        ("<crowd-entity-annotator></crowd-entity-annotator>", "Did you mean crowd-entity-anno"),
        ("<my-widget></my-widget>", "no element of AWS's"),
        ('<img src="{{ task.input.taskObject }}">', "| grant_read_access"),
        ("<img\n src={{ task.input['a'] }}>", "| grant_read_access"),
        ("<audio src='s3://raw/a.mp3'></audio>", "A browser cannot open s3://raw/a.mp3"),
        ("{% assign p = task.input.o %}<img src='{{ p }}'>", "| grant_read_access"),
        ('<crowd-classifier categories="{{ task.input.labels | to_json }}">', "not escaped"),
        ("<crowd-line labels='{{ task.input.labels | to_json }}'>", "not escaped"),
        ('<p title="{{ task.input.x | escape | skip_autoescape }}">', "not escaped"),
        (
            '{% assign l = task.input.labels | to_json %}<crowd-line labels="{{ l }}">',
            "{{ l }} is not escaped",
        ),
        ("<p>{{ task.input.o | grant_read_acces }}</p>", "Did you mean grant_read_access?"),
    ],
)
def test_warning(inner: str, words: str) -> None:
    """Without this, a template would pass that shows nothing, or more than it should."""
    found = only(in_form(inner))
    assert not found.error
    assert found.line == 3 + inner.count("\n")
    assert words in found.words


@pytest.mark.parametrize(
    "inner",
    [
        "{% assign p = task.input.o | grant_read_access %}<img src='{{ p }}'>",
        "{% capture p %}{{ task.input.o | grant_read_access }}{% endcapture %}<img src='{{ p }}'>",
        "{% for o in task.input.all %}<img src='{{ o | grant_read_access }}'>{% endfor %}",
        "<img src=\"{{ 's3://raw/a|b.png' | grant_read_access }}\">",
        "<img src='https://example.org/a.png'>",
        '<crowd-line labels="{{ task.input.labels | to_json | escape_once }}">',
        "<script>const labels = {{ task.input.labels | to_json }};</script>",
        "<script>customElements.define('my-a', class extends HTMLElement {})</script><my-a></my-a>",
        "<script src=\"{{ 's3://raw/app.js' | grant_read_access }}\"></script>",
        "{% raw %}<p>{{ shown | as_it_is }}</p>{% endraw %}",
        "<p>{{ task.input.taskObject }}</p>",
    ],
)
def test_what_is_right_is_left_alone(inner: str) -> None:
    """Without this, the check would cry wolf."""
    assert check_template(in_form(inner)) == ()


def test_unknown_element_is_named_once() -> None:
    """Without this, a page with a hundred of them would bury every other remark."""
    assert only(in_form("<a-b></a-b>\n<a-b></a-b>")).line == 3


def test_errors_come_before_warnings() -> None:
    """Without this, what stops the job would stand below what does not."""
    page = '<img src="{{ task.input.o }}">'
    assert [one.error for one in check_template(HEAD + page)] == [True, False]


@given(st.text(alphabet="<>{}%|!-[]'\"= \n\ue000\ue0010crowd-form/script&;", max_size=60))
def test_nothing_in_a_template_raises(text: str) -> None:
    """Without this, a broken file would show a person nothing but that something went wrong."""
    check_template(text)
    check_template(in_form(text))
