"""Areas as Label Studio's brush keeps them (pure): bits packed by the run lengths of rle-pack.

Promises to the converter: four words a pixel (red, green, blue, alpha), row after row; the alpha is
the mask. What a foreign file says is never spread out into pixels, and what is short to write and
long to read is refused.
"""

from collections.abc import Iterable, Iterator

from bot.manifests.areas import crossings, runs_to, stretches, turned
from bot.manifests.shapes import Area

PIXELS_MOST = 25_000_000  # ours: of one picture, as of masks that are opened
PIECES_MOST = 1_000_000  # ours: pixels at which the areas of one answer begin or end
_FREE = 10_000_000  # ours: of those in a file, however short it is
_PER_BYTE = 4  # ours: of those, for each byte of a mask; honest ones have one or two
_WORD = 8  # bits of a word
_WORDS = 4  # of a pixel
_ALPHA = 3  # the place of the alpha among them
_HALF = 128  # ours: a soft edge is inside from half of its strength on
_PAINTED = 255
_NUMBER, _WIDTH, _SIZE, _WHICH = 32, 5, 4, 2  # bits: how many words, of how many bits, the sizes
_SIZES = (3, 4, 8, 16)  # bits of a run's length, as Label Studio's own converter chooses them
_AHEAD = 5  # bytes that hold 32 bits, wherever they begin


class _Broken(Exception):
    """These bits are no mask of the picture."""


class Left:
    """How many pieces a file's masks may still have: `free` ones, and some for each of their bytes;
    `begin` begins another answer.
    """

    def __init__(self, free: int = _FREE) -> None:
        self._of_file = free
        self._of_answer = PIECES_MOST

    def begin(self) -> None:
        """Another answer is read, which may have as many as any."""
        self._of_answer = PIECES_MOST

    def allows(self, body: bytes) -> int:
        """How many the mask of these bytes may have."""
        self._of_file += _PER_BYTE * len(body)
        return max(0, min(self._of_file, self._of_answer))

    def take(self, pieces: int) -> None:
        """A mask had so many."""
        self._of_file -= pieces
        self._of_answer -= pieces


def read(body: bytes, size: tuple[int, int], left: Left) -> tuple[int, ...] | None:
    """The runs (see `areas.py`) of the mask of a picture of this width and height; None where it is
    no such mask, is broken, huge, or in more pieces than are left.
    """
    width, height = size
    most = left.allows(body)
    if width * height > PIXELS_MOST:
        return None
    try:
        edges = _edges(_inside(body, width * height), most)
    except _Broken:
        return None
    crossed = crossings(edges, width)
    pieces = sum(end - begin for begin, end in crossed)
    if pieces > most:
        return None
    left.take(pieces)
    return runs_to(turned(crossed, width, height), width * height)


def written(area: Area) -> bytes | None:
    """The bits of an area, in bytes; None where it is of a huge picture, or in too many pieces."""
    width, height = area.size
    if width * height > PIXELS_MOST:
        return None
    try:
        crossed = crossings(_edges(stretches(area.runs), PIECES_MOST), height)
    except _Broken:
        return None
    if sum(end - begin for begin, end in crossed) > PIECES_MOST:
        return None
    packed, value = _Packed(), 0
    packed.put(width * height * _WORDS, _NUMBER)
    packed.put(_WORD - 1, _WIDTH)
    for bits in _SIZES:
        packed.put(bits - 1, _SIZE)
    for run in runs_to(turned(crossed, height, width), width * height):
        packed.run(run * _WORDS, value)
        value = _PAINTED - value
    return packed.whole()


def _edges(inside: Iterable[tuple[int, int]], most: int) -> set[int]:
    """Where inside and outside meet.

    Raises:
        _Broken: at more than `most` places.

    """
    edges = set[int]()
    for begin, end in inside:
        edges ^= {begin}
        edges ^= {end}
        if len(edges) > most:
            raise _Broken
    return edges


def _inside(body: bytes, pixels: int) -> Iterator[tuple[int, int]]:
    """Where pixels are inside, from and to (not included), counted row after row.

    Raises:
        _Broken: it is no mask of so many pixels.

    """
    bits = _Bits(body)
    words = bits.take(_NUMBER)
    if words != pixels * _WORDS or bits.take(_WIDTH) + 1 != _WORD:
        raise _Broken
    sizes = [bits.take(_SIZE) + 1 for _ in _SIZES]
    at = 0
    while at < words:
        alike = bits.take(1)
        end = at + 1 + bits.take(sizes[bits.take(_WHICH)])
        if end > words:
            raise _Broken
        if not alike:
            for word in range(at, end):
                strong = bits.take(_WORD) >= _HALF
                if strong and word % _WORDS == _ALPHA:
                    yield word // _WORDS, word // _WORDS + 1
        elif bits.take(_WORD) >= _HALF and at // _WORDS < end // _WORDS:
            yield at // _WORDS, end // _WORDS  # the pixels whose alpha lies between
        at = end


class _Bits:
    """Bits that are read from the highest of the first byte on."""

    def __init__(self, body: bytes) -> None:
        self._body = body + bytes(_AHEAD)
        self._end = len(body) * 8
        self._at = 0

    def take(self, count: int) -> int:
        """The number that the next bits are, 32 of them at most.

        Raises:
            _Broken: there are fewer.

        """
        begin, self._at = self._at, self._at + count
        if self._at > self._end:
            raise _Broken
        ahead = int.from_bytes(self._body[begin >> 3 : (begin >> 3) + _AHEAD])
        return ahead >> (_AHEAD * 8 - (begin & 7) - count) & (1 << count) - 1


class _Packed:
    """Bits that are written, in the same order."""

    def __init__(self) -> None:
        self._whole = bytearray()
        self._held = 1  # the bits that fill no byte yet, behind a one

    def put(self, number: int, count: int) -> None:
        """Write a number of so many bits."""
        held = self._held << count | number
        over = held.bit_length() - 1 & 7
        full = held >> over
        self._whole += full.to_bytes(_AHEAD + 1)[-(full.bit_length() >> 3) :] if full > 1 else b""
        self._held = 1 << over | held & (1 << over) - 1

    def run(self, words: int, value: int) -> None:
        """Write so many words that are alike."""
        while words:
            part = min(words, 1 << _SIZES[-1])
            which = next(at for at, bits in enumerate(_SIZES) if part <= 1 << bits)
            self.put(1, 1)
            self.put(which, _WHICH)
            self.put(part - 1, _SIZES[which])
            self.put(value, _WORD)
            words -= part

    def whole(self) -> bytes:
        """All that was written; what is missing in the last byte is 0."""
        self.put(0, -(self._held.bit_length() - 1) & 7)
        return bytes(self._whole)
