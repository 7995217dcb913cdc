"""The labeling jobs that Mara asks for in the demo and in the first minute."""

from dataclasses import replace
from typing import Any

from bot.sandbox.crowd import sample_truth
from bot.sandbox.workspace import seed
from bot.sandbox.workspace.story import Order


def _example(label: str) -> str:
    """A sample picture of that label."""
    name = next(scene.name for scene in sample_truth.scenes(seed.SEED) if scene.label == label)
    return f"s3://{seed.RAW}/ripeness/{name}"


_RIPENESS: dict[str, Any] = {
    "description": "Choose one word for the fruit in the middle",
    "category": "Image",
    "task_type": "image-classification",
    "output": f"s3://{seed.OUT}/labels/",
    "team": seed.AUTOMATIC_TEAM,
    "short": (
        "Choose ONE word for the fruit in the middle.\n- Overripe: brown spots larger than a coin."
    ),
}
_WORDS = ("unripe", "ripe", "overripe")
BASKET = Order(
    name="first-basket",
    title="First basket: ripe or not",
    source=f"s3://{seed.RAW}/first-basket.manifest",
    labels=_WORDS,
    **_RIPENESS,
)
JULY = Order(
    name="ripe-july",
    title="Ripe or not, July harvest",
    source=f"s3://{seed.RAW}/ripeness/",
    labels=_WORDS,
    full=(
        "Look at the fruit in the middle only.\n- Unripe: green.\n- Ripe: full colour.\n- "
        "Overripe: brown spots."
    ),
    good_examples=(
        f"{_example('ripe')} | Ripe: full colour, no spots\n{_example('overripe')} | Overripe: "
        "brown spots"
    ),
    **_RIPENESS,
)
HARVEST = replace(JULY, source=f"s3://{seed.RAW}/{seed.HARVEST}")
"""As July's, of so many pictures that it moves for a quarter of an hour."""
BOXES = Order(
    name="fruit-boxes",
    title="Boxes round the fruit",
    description="Draw a tight box round every fruit",
    category="Image",
    task_type="bounding-box",
    source=f"s3://{seed.RAW}/boxes/boxes.manifest",
    output=f"s3://{seed.OUT}/labels/",
    team=seed.AUTOMATIC_TEAM,
    labels=("apple", "pear", "orange", "lemon"),
    workers=3,
)
TONE = Order(
    name="tone-of-reviews",
    title="Tone of the reviews",
    description="Is the customer kind, harsh, or both",
    category="Text",
    task_type="text-classification",
    source=f"s3://{seed.RAW}/texts/reviews.manifest",
    output=f"s3://{seed.OUT}/labels/",
    team=seed.AUTOMATIC_TEAM,
    labels=("kind", "mixed", "harsh"),
)
