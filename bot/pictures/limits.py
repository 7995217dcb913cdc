"""How much is drawn (pure): what whoever fetches and pages must know without Pillow."""

TILES = 20  # ours: objects on one sheet
BYTES_MOST = 30_000_000  # ours: what is read of one file
