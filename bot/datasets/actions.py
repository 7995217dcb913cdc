"""What people can do with datasets (pure): a list of actions; what they do lies in
`commands/dataset.py`.
"""

from bot.datasets.source import Source
from bot.people.action import Action
from bot.people.rules import Role, Rule

DATASET = "/dataset"

CREATE: Action[Source] = Action(
    command=DATASET,
    word="create",
    usage="create",
    help="make a Rekognition dataset of a manifest: a form of one page",
    right="create dataset",
    rule=Rule(Role.MEMBER, words="make datasets here"),
)
LIST: Action[Source] = Action(
    command=DATASET, word="list", usage="list", help="every dataset of this channel"
)
STATUS: Action[Source] = Action(
    command=DATASET,
    word="status",
    usage="status [name]",
    help="how an import goes, to you alone",
)
HELP: Action[Source] = Action(command=DATASET, word="help", usage="help", help="these words")

DATASET_ACTIONS: tuple[Action[Source], ...] = (CREATE, LIST, STATUS, HELP)
