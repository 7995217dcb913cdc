"""The checks of a labeling job, one file a question; the same list runs at the form and before the
launch.

A file of this folder that makes a check has thereby put it on the list.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from bot.jobs.checks.check import Check


def _found() -> Iterator[Check]:
    """What the files of this folder make."""
    for file in iter_modules(__path__):
        made = vars(import_module(f"{__name__}.{file.name}")).values()
        yield from (each for each in made if isinstance(each, Check))


CHECKS: tuple[Check, ...] = tuple(sorted(_found(), key=lambda each: each.place))
