"""A command of `labeljob manifest`: its word, its arguments, and what it does.

To add one: a file in this folder that makes a `Command`, and its name on the list of `offered.py`.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

FINE, FINDINGS, UNUSABLE = 0, 1, 2
"""Exit codes: all is well; there is something to look at; the file or the request is unusable."""


@dataclass(frozen=True)
class Command:
    """`take` gives the parser its arguments; `run` does the work and gives the exit code.

    `run` may raise a LabeljobError, whose words are shown; the exit code then is 2. Every command
    takes `--json` besides.
    """

    word: str
    help: str
    take: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
