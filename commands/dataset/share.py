"""Let another AWS account copy a trained model: the command, and what is typed over there."""

from bot.models import sharing
from bot.models.actions import SHARE
from bot.models.share import NoAccount
from commands.doing import Answer, Ask, Shows, does


@does(SHARE)
def share(ask: Ask) -> Answer:
    """Leave for the account whose digits end the words, for the one model that they name."""
    ask.access.check_here(ask.who.channel)
    named, account = sharing.asked(ask.said)
    if not account:
        raise NoAccount
    model = ask.models.status.named(ask.team_id, ask.who.channel, named)
    home = model.training.channel
    person = ask.access.at_home(ask.team_id, ask.who.user_id, home, ask.who.channel)
    return Shows(ask.models.share.share(model, account, person))
