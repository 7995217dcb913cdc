"""How many examples the property tests try: few and always the same here, more in CI, many where
somebody asks.

HYPOTHESIS_PROFILE=ci tries more of the same examples each time; HYPOTHESIS_PROFILE=thorough tries
many new ones; HYPOTHESIS_PROFILE=few is for runs that ask something else than whether the
properties hold.
"""

import os

from hypothesis import settings

settings.register_profile("few", max_examples=2, deadline=None, derandomize=True, database=None)
settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True, database=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
