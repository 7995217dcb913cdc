"""What people can do with models (pure): a list of actions, each with its facts.

What an action does lies in `commands/dataset/<word>.py`: models are made of datasets, and share
their command.
"""

from bot.people.action import Action
from bot.people.rules import SEE, Role, Rule

DATASET = "/dataset"

TRAIN: Action[None] = Action(
    command=DATASET,
    word="train",
    usage="train [project]",
    help="train a model with a project's datasets: a form of one page",
    right="train model",
    first="train model",
    rule=Rule(Role.MEMBER, words="train models here"),
)
RUN: Action[None] = Action(
    command=DATASET,
    word="run",
    usage="run [model]",
    help="run a trained model until an end that you choose; it costs money while it runs",
    right="run model",
    first="run model",
    rule=Rule(Role.MEMBER, words="run models here"),
)
TRY: Action[None] = Action(
    command=DATASET,
    word="try",
    usage="try [model]",
    help="show a running model a picture, and see what it finds",
    right="try model",
    first="try model",
    rule=Rule(Role.MEMBER, words="try models here"),
)
DRAFT: Action[None] = Action(
    command=DATASET,
    word="draft",
    usage="draft [model]",
    help="have a running model label the next pictures, for people to correct",
    right="draft labels",
    first="draft labels",
    rule=Rule(Role.MEMBER, words="have labels drafted here"),
)
COPY: Action[None] = Action(
    command=DATASET,
    word="copy",
    usage="copy model",
    help="copy a trained model into another project of this account",
    right="copy model",
    first="copy model",
    rule=Rule(Role.MEMBER, words="copy models here"),
    unnamed="Name the model to copy: /dataset copy model. /dataset models shows them.",
)
SHARE: Action[None] = Action(
    command=DATASET,
    word="share",
    usage="share model account",
    help="let another AWS account copy a trained model",
    right="share model",
    first="see",
    rule=Rule(Role.MANAGER, words="let other AWS accounts copy models"),
    unnamed="Name the model and the account: /dataset share model 210987654321.",
)
STOP: Action[None] = Action(
    command=DATASET,
    word="stop",
    usage="stop model",
    help="stop a running model now",
    right="stop model",
    first="see",
    rule=Rule(Role.MANAGER, asker_too=True, words="stop this model"),
    unnamed="Name the model to stop: /dataset stop model. /dataset models shows those that run.",
)
MODELS: Action[None] = Action(
    command=DATASET,
    word="models",
    usage="models [project]",
    help="the models of this channel; with a project, its versions side by side",
    right="see",
    first="see",
    rule=SEE,
)
DELETE: Action[None] = Action(
    command=DATASET,
    word="delete",
    usage="delete name",
    help=(
        "delete a dataset, a model that does not run, or (delete project name) a whole project; "
        "there is a minute to undo it"
    ),
    right="delete model",
    first="see",
    rule=Rule(Role.MANAGER, asker_too=True, words="delete this model"),
    unnamed="Name what to delete: /dataset delete name. /dataset list and models show the names.",
)

MODEL_ACTIONS: tuple[Action[None], ...] = (
    TRAIN,
    RUN,
    TRY,
    DRAFT,
    COPY,
    SHARE,
    STOP,
    MODELS,
    DELETE,
)

TRY_THESE_SHORTCUT = "try_these"
"""The message shortcut whose pictures a running model is shown."""

DELETE_PROJECT = "delete project"
DELETE_PROJECT_RULE = Rule(Role.MANAGER, words="delete projects")
"""Who may delete a project with all that is in it, whoever made it."""
