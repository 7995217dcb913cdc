"""What of a new bucket the bot may not set, told by whom it is refused."""

from bot.base.s3_uri import Allowed
from bot.base.storage import Storage
from bot.jobs.data.made_ready import new_bucket
from tests.one_answer import OneAnswer


def test_what_the_bot_may_not_set_is_said() -> None:
    """Without this, a manager would believe that a bucket is ready whose pictures nobody sees."""
    refusals = OneAnswer("BucketAlreadyOwnedByYou", "AccessDenied", status=403)
    with refusals.open():
        ready = new_bucket("orchard-new", Storage.for_work(refusals.aws, Allowed(("orchard-new",))))
    assert ready.done == ("What lies in it is encrypted.",)
    assert [words.partition(" by the bot ")[0] for words in ready.left] == [
        "Public access could not be blocked",
        "The CORS rule could not be added",
    ]
