"""The list of checks."""

from bot.jobs.checks import CHECKS


def test_every_check_is_found_once_and_in_its_place() -> None:
    """Without this, a check could be read twice or not at all, and the review would say the same
    things in another order.
    """
    assert [each.name for each in CHECKS] == [
        "name is free",
        "data can be labeled",
        "the place for results is there",
        "results have a folder of their own",
        "the good examples are there",
        "the bad examples are there",
        "objects are there",
        "browsers may fetch the pictures",
        "the engine has its rights",
        "results can be written",
        "the team has enough people",
        "labels and instructions fit",
        "mentions have names",
        "the own page works",
        "pictures are no text",
        "the team does such work",
        "the place for files is there",
        "automated labeling is worth it",
        "the topics are there",
        "an audit's lines carry the audited labels alone",
        "browsers may fetch what a folder gets",
        "zips are honest",
    ]
    assert len({each.place for each in CHECKS}) == len(CHECKS)
