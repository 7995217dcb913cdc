"""What people can do with datasets (pure): a list of actions, each with its facts.

What an action does lies in `commands/dataset/<word>.py`.
"""

from bot.people.action import Action
from bot.people.rules import SEE, Role, Rule

DATASET = "/dataset"

CREATE: Action[None] = Action(
    command=DATASET,
    word="create",
    usage="create",
    help="make a Rekognition dataset: of a job, a manifest, a folder, a file, a copy",
    right="create dataset",
    first="create dataset",
    rule=Rule(Role.MEMBER, words="make datasets here"),
)
LIST: Action[None] = Action(
    command=DATASET,
    word="list",
    usage="list [words]",
    help="every dataset of this channel, or those that fit: mine, open, done, failed, orchard",
    right="see",
    first="see",
    rule=SEE,
)
STATUS: Action[None] = Action(
    command=DATASET,
    word="status",
    usage="status [name]",
    help="how an import goes, to you alone",
    right="see",
    first="see",
    rule=SEE,
)
SHOW: Action[None] = Action(
    command=DATASET,
    word="show",
    usage="show name",
    help="the pictures of a dataset with their labels, to you alone",
    right="see",
    first="see",
    rule=SEE,
    unnamed="Name the dataset: /dataset show name. /dataset list shows those there are.",
)
ADD: Action[None] = Action(
    command=DATASET,
    word="add",
    usage="add name s3://…",
    help="send more lines to a dataset that is ready: those of a manifest",
    right="add to dataset",
    first="see",
    rule=Rule(Role.MANAGER, asker_too=True, words="add to this dataset"),
)
POLICY_RULE = Rule(Role.MANAGER, words="change the policy of a bucket")
DELETE_RIGHT = "delete dataset"
DELETE_RULE = Rule(Role.MANAGER, asker_too=True, words="delete this dataset")
CHANGE_RIGHT = "change labels"
CHANGE_RULE = Rule(Role.MEMBER, words="change the labels of this dataset")
HELP: Action[None] = Action(command=DATASET, word="help", usage="help", help="these words")

DATASET_ACTIONS: tuple[Action[None], ...] = (
    CREATE,
    ADD,
    LIST,
    STATUS,
    SHOW,
    HELP,
)
