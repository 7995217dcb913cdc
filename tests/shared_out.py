"""How the tests are shared out among processes.

Promises `make test` that a file's tests run in one process (worlds are made once a file), and that
no more than two browsers are open at once: each is four processes of its own, and the people of the
tests wait three seconds for an answer.
"""

from xdist.scheduler import LoadFileScheduling

_BROWSERS = "tests/browser/"


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives each file to one process, and the browsers' files to two."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if not file.startswith(_BROWSERS):
            return file
        # the files of the two halves of the alphabet take about as long
        return f"browsers {file < f'{_BROWSERS}test_r'}"
