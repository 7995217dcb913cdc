"""What the sample pictures and texts of the practice workspace show: layouts, right labels, boxes
in image pixels.

Promised to the pictures' painter and to the simulated workers: a file name carries its seed and
number, so the truth of a picture can be worked out again anywhere without a sidecar file, and the
name gives nothing away to people.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random

WIDTH, HEIGHT = 640, 480
RIPENESS = ("unripe", "ripe", "overripe")
KINDS = ("apple", "pear", "orange", "lemon")
CLASS_PICTURES, BOX_PICTURES = 40, 24
_NAME = re.compile(r"(orchard|table)-s(\d+)-(\d{3})\.jpg$")
# How wide and high each fruit is, in units of its size.
_SHAPE = {"apple": (1.0, 0.93), "pear": (0.86, 1.22), "orange": (0.95, 0.93), "lemon": (1.16, 0.8)}


@dataclass(frozen=True)
class Fruit:
    """One fruit: the middle and the half axes of its body in pixels, its look, and its own seed for
    freckles.
    """

    kind: str
    ripeness: str
    x: float
    y: float
    half_width: float
    half_height: float
    leaf: bool
    seed: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width, height of the body in image pixels, within the picture."""
        left, top = (
            max(0, round(self.x - self.half_width)),
            max(0, round(self.y - self.half_height)),
        )
        right, bottom = (
            min(WIDTH, round(self.x + self.half_width)),
            min(HEIGHT, round(self.y + self.half_height)),
        )
        return left, top, right - left, bottom - top


@dataclass(frozen=True)
class Scene:
    """One picture: what lies on the table, back to front, and which wall and wood are behind and
    below it.
    """

    name: str
    label: str
    fruits: tuple[Fruit, ...]
    wall: int
    wood: int
    horizon: int
    seed: int


@dataclass(frozen=True)
class Truth:
    """The right answers for an object: its class, and its boxes as (kind, left, top, width,
    height).
    """

    label: str
    boxes: tuple[tuple[str, int, int, int, int], ...] = ()


def scenes(seed: int) -> Iterator[Scene]:
    """40 scenes for classification (label: unripe, ripe, overripe), then 24 with several fruits for
    boxes.
    """
    for number in range(1, CLASS_PICTURES + 1):
        yield _orchard(seed, number)
    for number in range(1, BOX_PICTURES + 1):
        yield _table(seed, number)


def truth_of_picture(key: str) -> Truth | None:
    """The truth of a picture by its key or file name; None for a picture that is not one of the
    samples.
    """
    found = _NAME.search(key)
    if not found:
        return None
    scene = _scene(found[1], int(found[2]), int(found[3]))
    return Truth(scene.label, tuple((fruit.kind, *fruit.box) for fruit in scene.fruits))


def truth_of_text(text: str) -> Truth | None:
    """The tone of a sample text; None for any other text."""
    tone = _TONE_OF.get(text)
    return Truth(tone) if tone else None


@lru_cache(maxsize=8)
def outline(kind: str) -> tuple[tuple[float, float], ...]:
    """The outline of a fruit's body as (x, y), stretched so that it fills the square from -1 to 1
    exactly.
    """
    points = []
    for step in range(120):
        turn = math.tau * step / 120
        x, y = math.sin(turn), -math.cos(turn)
        if kind == "apple":
            dip = (
                0.15 * math.exp(-((x / 0.3) ** 2))
                if y < 0
                else -0.07 * math.exp(-((x / 0.26) ** 2))
            )
            x, y = x * (1.0 - 0.14 * max(0.0, y) ** 2), y + dip
        elif kind == "pear":
            neck = 0.5 - 0.5 * math.tanh(4.2 * (y + 0.16))
            x = x * (1.0 - 0.5 * neck) * (1.0 + 0.12 * neck * abs(x))
        elif kind == "lemon":
            tip = math.exp(-((y / 0.2) ** 2)) * (1 if x > 0 else -1)
            x, y = x * 0.92 + 0.12 * tip, y * (1.0 - 0.05 * abs(x))
        points.append((x, y))
    lowest, highest = min(y for _, y in points), max(y for _, y in points)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    return tuple(
        (2 * (x - left) / (right - left) - 1, 2 * (y - lowest) / (highest - lowest) - 1)
        for x, y in points
    )


@lru_cache(maxsize=512)
def _scene(family: str, seed: int, number: int) -> Scene:
    return _orchard(seed, number) if family == "orchard" else _table(seed, number)


def _fruit(
    chance: Random, kind: str, ripeness: str, place: tuple[float, float], size: float
) -> Fruit:
    x, foot = place
    wide, high = _SHAPE[kind]
    half_height = size * high
    leaf = chance.random() < (0.2 if ripeness == "overripe" else 0.65)
    return Fruit(
        kind,
        ripeness,
        x,
        foot - half_height,
        size * wide,
        half_height,
        leaf,
        chance.randrange(10**6),
    )


def _orchard(seed: int, number: int) -> Scene:
    """One to three fruits of one kind and one ripeness: what a worker looks at and says in a
    word.
    """
    chance = Random(f"orchard {seed} {number}")
    ripeness = RIPENESS[(number + seed) % 3] if chance.random() < 0.8 else chance.choice(RIPENESS)  # noqa: PLR2004
    kind = "pear" if chance.random() < 0.3 else "apple"  # noqa: PLR2004
    count = chance.choice((1, 1, 2, 3))
    horizon = chance.randint(225, 265)
    size = {1: chance.uniform(104, 122), 2: chance.uniform(80, 92), 3: chance.uniform(66, 76)}[
        count
    ]
    gap = {1: 0.0, 2: 205.0, 3: 178.0}[count]
    places = [
        WIDTH / 2 + (i - (count - 1) / 2) * gap + chance.uniform(-18, 18) for i in range(count)
    ]
    foots = [chance.uniform(372, 412) for _ in places]
    fruits = [
        _fruit(chance, kind, ripeness, place, size * chance.uniform(0.93, 1.07))
        for place in sorted(zip(places, foots, strict=True), key=lambda place: place[1])
    ]
    wall, wood = chance.randrange(5), chance.randrange(3)
    name = f"orchard-s{seed}-{number:03d}.jpg"
    return Scene(name, ripeness, tuple(fruits), wall, wood, horizon, chance.randrange(10**6))


def _table(seed: int, number: int) -> Scene:
    """Two to six ripe fruits of several kinds, none hidden by more than a fifth."""
    chance = Random(f"table {seed} {number}")
    horizon = chance.randint(190, 225)
    wanted = chance.randint(2, 6)
    fruits: list[Fruit] = []
    for _ in range(60):
        if len(fruits) == wanted:
            break
        foot = chance.uniform(horizon + 70, 448)
        near = (foot - horizon) / (448 - horizon)
        size = 46 + 24 * near + chance.uniform(-4, 4)
        fruit = _fruit(
            chance, chance.choice(KINDS), "ripe", (chance.uniform(75, WIDTH - 75), foot), size
        )
        if all(_apart(fruit, other) for other in fruits):
            fruits.append(fruit)
    fruits.sort(key=lambda fruit: fruit.y + fruit.half_height)
    wall, wood = chance.randrange(5), chance.randrange(3)
    name = f"table-s{seed}-{number:03d}.jpg"
    return Scene(name, fruits[0].kind, tuple(fruits), wall, wood, horizon, chance.randrange(10**6))


def _apart(one: Fruit, other: Fruit) -> bool:
    near_x = abs(one.x - other.x) / (one.half_width + other.half_width)
    near_y = abs(one.y - other.y) / (one.half_height + other.half_height)
    return max(near_x, near_y) > 0.86  # noqa: PLR2004 - an overlap of at most a seventh along one axis


_TEXTS: Mapping[str, tuple[str, ...]] = {
    "kind": (
        (
            "The pears arrived on Tuesday, wrapped in straw, and every single one was perfect. "
            "Thank you, Noor."
        ),
        "Best apples I have had since my grandmother's garden. We ordered again the same evening.",
        (
            "I called with a silly question and Ben took ten patient minutes to help me. Lovely "
            "people."
        ),
        (
            "Fresh, fragrant, and cheaper than the market in Lyon. My children finished the crate "
            "in two days."
        ),
        "The handwritten note from Ana made my week. The lemons made my marmalade.",
        "Delivered an hour early and carried up four floors. I did not even have to ask.",
        "Crisp, sweet, no bruises at all. This is what a Cox should taste like.",
        (
            "You replaced two soft oranges without a word of argument. That is how you keep a "
            "customer."
        ),
        "Opening the box smelled like October in the orchard. Simply wonderful.",
        "Our whole office fights for the last pear on Friday. Please never change growers.",
    ),
    "mixed": (
        "Delivery came late, but support was kind and sent a voucher the same day.",
        "Good apples, poor packing. Three of twelve were bruised, the rest were excellent.",
        "The oranges taste lovely. The website, however, lost my basket twice.",
        "Fine fruit for the price, though I expected more than four pears in a large box.",
        "Ripe when promised, but the courier left the crate in the rain in front of number 12.",
        "I like the subscription and dislike how hard it is to skip a week.",
        "Sweet, yes. Organic, I am not so sure. The label says two different things.",
        "Half the lemons were huge and juicy, the other half were mostly peel.",
        "Friendly driver, wrong address, right fruit in the end.",
        "The first crate in May was superb. The second in June was only average.",
    ),
    "harsh": (
        "Mouldy on arrival. I paid for fruit and received compost.",
        "Third late delivery in a row and nobody answers the phone. I am done with you.",
        "Hard as stones, sour as vinegar, and twice the price of the shop next door.",
        "You charged my card twice and then asked me to prove it. Shameful.",
        "The photograph shows red apples. The box held small green ones with holes.",
        "Support closed my complaint without reading it. Never again.",
        "Every orange was dry. Every single one. Do you even look at what you send?",
        "They promised Monday, then Wednesday, and on Saturday they cancelled. Useless.",
        "The bottom layer was brown mush. A child could pack a crate better than this.",
        "Worst fruit I have bought in twenty years, and I once bought pears at a petrol station.",
    ),
}
_TONE_OF = {text: tone for tone, written in _TEXTS.items() for text in written}


def texts(seed: int) -> list[tuple[str, str]]:
    """The 30 review texts with their tone (kind, mixed, harsh), shuffled by the seed."""
    pairs = list(_TONE_OF.items())
    Random(f"texts {seed}").shuffle(pairs)
    return pairs
