"""How much is drawn, and whether at all (pure): what whoever fetches and pages must know without
Pillow, which is an extra.
"""

from importlib.util import find_spec

NO_PILLOW = (
    "Pictures are not drawn here. An administrator can install Labeljob with its extra “pictures”."
)
TILES = 20  # ours: objects on one sheet
BYTES_MOST = 30_000_000  # ours: what is read of one file


def can_draw() -> bool:
    """Whether Pillow is installed."""
    return find_spec("PIL") is not None
