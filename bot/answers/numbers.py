"""Many numbers in little room (pure): which objects somebody answered, a bit for each.

Promises to the database: a person's row stays under 34 KB (in base 64) however many objects a job
has; numbers from `MOST` on are left out.
"""

from collections.abc import Iterable

MOST = 200_000  # ours: ten times the objects of a job whose answers are read


def packed(numbers: Iterable[int]) -> bytes:
    """The numbers that are below `MOST` and not below 0; the bit of 0 is the lowest of the first
    byte.
    """
    kept = [number for number in numbers if 0 <= number < MOST]
    bits = bytearray(max(kept, default=-1) // 8 + 1)
    for number in kept:
        bits[number // 8] |= 1 << number % 8
    return bytes(bits)


def unpacked(bits: bytes) -> frozenset[int]:
    """The numbers again."""
    return frozenset(
        place * 8 + bit for place, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1
    )
