"""The lines of a job's results with what was left out of its input (pure, streaming).

Promises to whoever writes the new manifest: what a job said of an object is never changed; an
object keeps every other member that its line of the whole manifest has. Memory stays flat as long
as both manifests name objects in one order, which the service keeps to and nowhere promises.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Any

from bot.manifests.json_lines import LINE_LIMIT, numbered, parse, written
from bot.manifests.json_words import BadLine

_SOURCES = ("source-ref", "source")


class PutBack:
    """Puts together the results of one job and the manifest that its input was made of, both as
    they arrive in pieces. `found` counts the lines that got something back, `too_long` those that
    would have more than 100,000 characters with it, and stay as they were.
    """

    def __init__(self, results: Iterable[bytes], whole: Iterable[bytes]) -> None:
        self._results = numbered(results)
        self._whole = numbered(whole)
        self._ahead: defaultdict[str, deque[bytes]] = defaultdict(deque)
        self.found = 0
        self.too_long = 0

    def lines(self) -> Iterator[bytes]:
        """Every line of the results, without its end; one that cannot be read as it is, one that
        is longer than a manifest takes not at all.
        """
        for _number, body in self._results:
            if body:
                yield self._line(body)

    def _line(self, body: bytes) -> bytes:
        line = _read(body)
        before = self._before(_source(line))
        if before.keys() <= line.keys():
            return body
        joined = written(before | line)  # what is older stays before what is newer
        if len(joined.decode()) > LINE_LIMIT:
            self.too_long += 1
            return body
        self.found += 1
        return joined

    def _before(self, source: str) -> dict[str, Any]:
        """The line of the whole manifest about this object; the next one, where several are."""
        if not source:
            return {}
        if waiting := self._ahead.get(source):
            found = _read(waiting.popleft())
            if not waiting:
                del self._ahead[source]
            return found
        for _number, body in self._whole:
            if not body:
                continue
            line = _read(body)
            if _source(line) == source:
                return line
            self._ahead[_source(line)].append(body)
        return {}


def _read(body: bytes) -> dict[str, Any]:
    """What a line holds; nothing where it cannot be read."""
    try:
        return parse(body)
    except BadLine:
        return {}


def _source(line: dict[str, Any]) -> str:
    """What a line is about; "" where it does not say."""
    return next((line[name] for name in _SOURCES if isinstance(line.get(name), str)), "")
