"""Krippendorff's alpha for names (pure): how far people agree beyond what chance would give.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), nominal data. 1 is perfect
agreement, 0 what chance gives; he takes 0.8 for reliable, and 0.667 for the least that bears a
careful conclusion.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

RELIABLE, TENTATIVE = 0.8, 0.667


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Alpha of what was said of each unit, by any number of people each: who said nothing is not
    among its values, and what only one person said is left out. None where nothing can be compared,
    or where nobody ever said anything else.
    """
    agreed, said = 0.0, Counter[Hashable]()
    for values in units:
        others = len(values) - 1
        if others < 1:
            continue
        for times in Counter(values).values():
            agreed += times * (times - 1) / others
        said.update(values)
    total = sum(said.values())
    by_chance = sum(times * (times - 1) for times in said.values())
    # The disagreement that is there, and the one that chance would give, both times `total`.
    observed = total - agreed
    expected = total - by_chance / (total - 1) if total > 1 else 0.0
    return 1 - observed / expected if expected else None
