"""`/labeljob`, the buttons of a job's card, and mentions: a file for each action, and the front
that finds them.
"""

from importlib import import_module
from pkgutil import iter_modules

from commands.labeljob.front import register

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["register"]
