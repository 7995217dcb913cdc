"""How far people agree."""

import math
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.agreement import Agreement, Confused, Differing, Label, agreement
from bot.answers.alpha import alpha
from bot.answers.overlap import Figure, Mark, marks, matched, overlap
from bot.manifests.areas import runs_of
from bot.manifests.shapes import Area, Box, Class, Cuboid, Drawing, FrameMarks, Span, Told


def near(value: float | None, within: float = 1e-9) -> Any:
    return pytest.approx(value, abs=within)


def one(*names: str) -> Told:
    return Told("", "", "classes", classes=tuple(map(Class, names)))


def boxes(*drawn: Box) -> Told:
    return Told("", "", "boxes", boxes=drawn)


def units(*people: str) -> list[list[str]]:
    """What each person said of each unit, a letter each; "." is nothing."""
    return [[said for said in column if said != "."] for column in zip(*people, strict=True)]


# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A to C, with the
# values that stand there.
PUBLISHED = [
    (("0100000010", "1110010000"), 0.095),
    (("aabbdcccedda", "babbbccceddd"), 0.692),
    (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
]


def test_alpha_is_what_its_author_says() -> None:
    """Without this, a figure that scientists quote would be our own invention."""
    for people, value in PUBLISHED:
        assert alpha(units(*people)) == near(value, within=0.0005)


def test_alpha_needs_something_to_compare() -> None:
    """Without this, a job in which everybody said the same, or nobody met, would look like one of
    pure chance, or end with an error.
    """
    assert alpha([]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([["a", "a"], ["a", "a"]]) is None
    assert alpha([["a", "b"]]) == near(0)


def _by_definition(said: Sequence[Sequence[str]]) -> float | None:
    """Alpha by its definition: every ordered pair within a unit, and every pair of all values."""
    met = [values for values in said if len(values) > 1]
    held = [value for values in met for value in values]
    within = [
        (first != second) / (len(values) - 1)
        for values in met
        for first, second in permutations(values, 2)
    ]
    across = [first != second for first, second in permutations(held, 2)]
    if not sum(across):
        return None
    return 1 - (sum(within) / len(held)) / (sum(across) / len(across))


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=8))
def test_alpha_is_its_definition(said: list[list[str]]) -> None:
    """Without this, the short form could be wrong where the published examples do not reach."""
    value, wanted = alpha(said), _by_definition(said)
    assert value is wanted is None or value == near(wanted)


def test_overlap_is_intersection_over_union() -> None:
    """Without this, the figure would not be the one that everybody else's tools tell."""
    square = Mark("a", 0, 0, 10, 10)
    assert overlap(square, square) == 1
    assert overlap(square, Mark("a", 5, 0, 15, 10)) == near(1 / 3)
    assert overlap(square, Mark("a", 10, 0, 20, 10)) == 0
    assert overlap(Mark("a", 3, 3, 3, 3), Mark("a", 3, 3, 3, 3)) == 0


def test_each_figure_is_one_thing_at_most() -> None:
    """Without this, one large box round two pears would agree with both of them."""
    wide = Mark("pear", 0, 0, 20, 10)
    left, right = Mark("pear", 0, 0, 10, 10), Mark("pear", 8, 0, 20, 10)
    assert matched([wide], [left, right]) == [(wide, right, near(0.6))]
    apple = Mark("apple", 0, 0, 20, 10)
    assert matched([wide], [apple, wide]) == [(wide, wide, 1)]


def test_one_class_each() -> None:
    """Without this, nobody would know which label people cannot tell from which."""
    found = agreement(
        [
            (0, [one("ripe"), one("ripe"), one("ripe")]),
            (1, [one("ripe"), one("soft"), one("ripe")]),
            (2, [one("unripe")]),
            (5, [one("soft"), one("ripe")]),
        ]
    )
    assert found == Agreement(
        objects=3,
        share=near((1 + 1 / 3 + 0) / 3),
        alpha=alpha(units("rrs", "rsr", "rr.")),
        labels=(Label("soft", 0.0, 3), Label("ripe", 8 / 11, 11)),
        confused=(Confused("ripe", "soft", 3),),
        differing=(Differing(5, 0.0), Differing(1, near(1 / 3))),
    )


def test_several_classes_each() -> None:
    """Without this, an object with four labels in common and one apart would count as quarrelled
    over as one without any.
    """
    found = agreement([(0, [one("a", "b"), one("a")]), (1, [one(), one()]), (2, [one("b"), one()])])
    assert found.share == near((2 / 3 + 1 + 0) / 3)
    assert found.labels == (Label("b", 0.0, 2), Label("a", 1.0, 2))
    assert found.confused == ()
    given = [[True, True], [True, False], [False, False], [False, False], [False, False]]
    assert found.alpha == near(alpha([*given, [True, False]]))


def test_boxes_agree_as_far_as_they_cover_each_other() -> None:
    """Without this, two people who draw the same pear a little apart would seem to disagree, and
    one who overlooked it would not.
    """
    pear, lower = Box("pear", 0, 0, 10, 10), Box("pear", 0, 0, 10, 8)
    quince, far = Box("quince", 40, 0, 10, 10), Box("pear", 40, 0, 10, 10)
    found = agreement(
        [
            (0, [boxes(pear), boxes(lower)]),
            (1, [boxes(pear, quince), boxes(lower, far)]),
            (2, [boxes(pear), boxes()]),
            (3, [boxes(), boxes()]),
        ]
    )
    assert [each.number for each in found.differing] == [2, 1], "a little apart is no difference"
    assert found.differing[1].share == near(2 * 0.8 / 4)
    assert found.overlap == near((0.8 + 0.8 + 1) / 3)
    pears = Label("pear", near(4 / 6), 6, overlap=near(0.8))
    assert found.labels == (Label("quince", 0.0, 1), pears)
    assert found.confused == (Confused("pear", "quince", 1),)


def test_spans_and_outlines_are_figures_too() -> None:
    """Without this, texts and polygons would have no agreement at all."""
    said = Told("", "", "spans", spans=(Span("Person", 0, 4),))
    other = Told("", "", "spans", spans=(Span("Person", 0, 3),))
    assert agreement([(0, [said, other])]).overlap == near(0.75)
    corners = ((0.0, 0.0), (8.0, 0.0), (8.0, 5.0))
    leaf = Told("", "", "drawings", drawings=(Drawing("leaf", "polygon", corners),))
    assert agreement([(0, [leaf, leaf])]).share == 1


def test_what_cannot_be_compared_is_said_so() -> None:
    """Without this, painted pictures would all agree, since nobody looks into them."""
    mask = Told("", "", "mask")
    crowd = boxes(*(Box("pear", place, 0, 9, 9) for place in range(501)))
    found = agreement([(0, [mask, mask]), (1, [one("a"), one("a")]), (2, [crowd, crowd])])
    assert (found.objects, found.not_compared, found.share) == (1, 2, 1.0)
    nobody = agreement([(0, [one("a")]), (1, [])])
    assert nobody == Agreement()


def painted(**labels: str) -> Told:
    """A mask of a picture 1 high: where each label is painted, by `x`."""
    areas = tuple(
        Area(name, (len(row), 1), runs_of(bytes(255 * (sign == "x") for sign in row)))
        for name, row in labels.items()
    )
    return Told("", "", "mask", areas=areas, size=(8, 1))


def test_masks_agree_label_by_label() -> None:
    """Without this, who paints by pixels would never learn which label people see differently."""
    found = agreement(
        [
            (
                0,
                [
                    painted(tree="xxxx....", sky="....xxxx"),
                    painted(tree="xxx.....", sky="...xxxxx"),
                ],
            ),
            (1, [painted(tree="xxxx...."), painted(sky="xxxx....")]),
            (2, [painted(), painted()]),
            (3, [painted(tree="xxxxxxxx"), painted(tree="x.......")]),
        ]
    )
    assert found.share == near(((0.75 + 0.8) / 2 + 0 + 1 + 1 / 8) / 4)
    assert found.labels == (
        Label("tree", near(2 / 5), 5, overlap=near((0.75 + 1 / 8) / 2)),
        Label("sky", near(2 / 3), 3, overlap=near(0.8)),
    )
    assert found.confused == (Confused("sky", "tree", 1),)
    assert found.overlap == near((0.75 + 0.8 + 1 / 8) / 3)


def test_thing_painted_in_pieces_is_one_label() -> None:
    """Without this, people who part a crowd differently would be told to see another label."""
    pieces = Area("pear", (8, 1), runs_of(b"\xff\xff" + bytes(6)))
    other = Area("pear", (8, 1), runs_of(bytes(2) + b"\xff\xff" + bytes(4)))
    both = Told("", "", "mask", areas=(pieces, other), size=(8, 1))
    assert agreement([(0, [both, painted(pear="xxxx....")])]).share == 1


def frame(name: str, *cars: float) -> FrameMarks:
    return FrameMarks(name, tuple(Box("car", left, 0, 10, 10) for left in cars))


def test_frames_agree_one_by_one() -> None:
    """Without this, a car in the first frame would be the same as one in the last."""
    ours = Told("", "", "frames", frames=(frame("1", 0, 50), frame("2", 0), frame("3")))
    theirs = Told("", "", "frames", frames=(frame("1", 2), frame("2", 0), frame("4", 0)))
    found = agreement([(0, [ours, theirs])])
    assert found.overlap == near((8 / 12 + 1) / 2)
    assert found.share == near(2 * (8 / 12 + 1) / 6)
    assert found.labels == (Label("car", near(4 / 6), 6, overlap=near((8 / 12 + 1) / 2)),)
    unplaced = Told("", "", "frames", classes=(Class("car"),))
    assert agreement([(0, [unplaced, unplaced])]).not_compared == 1


METERS = st.integers(-20, 20).map(lambda quarters: quarters / 4)
LONG = st.integers(1, 20).map(lambda quarters: quarters / 4)
CUBOIDS = st.builds(
    Cuboid, st.just("car"), st.tuples(METERS, METERS, METERS), st.tuples(LONG, LONG, LONG)
)


def cuboid(solid: Cuboid) -> Figure:
    [found] = marks(Told("", "", "cloud", cuboids=(solid,)))
    return found


def turned(solid: Cuboid, by: float) -> Cuboid:
    """The same thing, with the whole cloud turned round its upright axis."""
    (x, y, z), along, across = solid.center, math.cos(by), math.sin(by)
    center = (x * along - y * across, x * across + y * along, z)
    return msgspec.structs.replace(solid, center=center, yaw=solid.yaw + by)


@given(CUBOIDS, CUBOIDS, st.floats(-7, 7))
def test_cuboids_overlap_by_their_volumes(one: Cuboid, other: Cuboid, by: float) -> None:
    """Without this, a car would agree with another one beside it, or not with itself turned."""
    sides = [
        max(0.0, min(a + n / 2, b + m / 2) - max(a - n / 2, b - m / 2))
        for a, n, b, m in zip(one.center, one.size, other.center, other.size, strict=True)
    ]
    shared = math.prod(sides)
    plainly = shared / (math.prod(one.size) + math.prod(other.size) - shared)
    assert overlap(cuboid(one), cuboid(other)) == near(plainly)
    assert overlap(cuboid(turned(one, by)), cuboid(turned(other, by))) == near(plainly, 1e-6)
    assert overlap(cuboid(one), cuboid(msgspec.structs.replace(one, yaw=math.pi))) == near(1, 1e-6)


def test_cuboid_turned_by_an_eighth_shares_what_it_should() -> None:
    """Without this, cars that are parked askew would be compared by the boxes round them."""
    square = Cuboid("car", (0, 0, 0), (2, 2, 1))
    eighth = msgspec.structs.replace(square, yaw=math.pi / 4)
    octagon = 8 * (math.sqrt(2) - 1)  # of a square of 2 m with the same turned by an eighth
    assert overlap(cuboid(square), cuboid(eighth)) == near(octagon / (8 - octagon))
    assert overlap(cuboid(square), Mark("car", 0, 0, 1, 1)) == 0
    said = Told("", "", "cloud", cuboids=(square,))
    assert agreement([(0, [said, said])]).overlap == 1


def test_things_without_extent_cover_nothing() -> None:
    """Without this, one odd answer would cost everybody's figures of the job."""
    flat = Cuboid("car", (0, 0, 0), (0, 0, 4))
    assert overlap(cuboid(Cuboid("car", (0, 0, 0), (2, 2, 2))), cuboid(flat)) == 0
    tiny = Mark("car", 0, 0, 1e-200, 1e-200)
    assert overlap(tiny, tiny) == 0
