"""`labeljob doctor`: everything the bot needs from outside, probed by name, with the remedy in
words.

One function per probe, in the file of its subject; a probe's docstring is what is probed (first
line) and the remedy that an administrator reads (the rest). Nothing is changed anywhere, but for
one small object per bucket that is written and removed again.
"""
