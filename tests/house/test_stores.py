"""Only the stores change a job or a dataset, so its row, its cards and its lines are one commit."""

import ast
from pathlib import Path

from tests.house.trees import ROOT

SHOWING = {
    "bot/jobs/store.py",
    "bot/datasets/store.py",
    "bot/models/model_store.py",
    "bot/models/run_store.py",
    "bot/jobs/giving.py",  # how far something is, in a direct message
    "bot/jobs/results/results.py",  # counts below a card, which are no card
    "bot/models/batch_store.py",
    "bot/models/delete_project.py",  # the only one that changes a deletion
    "bot/jobs/queue.py",  # the team's message is of no job: the queue keeps it itself
}
CARDS = {
    "bot/jobs/store.py",
    "bot/jobs/cards/status_card.py",  # an answer to one person, made of the same lines
}


def callers(name: str) -> set[str]:
    """The product's files that call something of this name."""
    return {
        file.relative_to(ROOT).as_posix()
        for folder in ("bot", "commands")
        for file in Path(ROOT / folder).rglob("*.py")
        if "sandbox" not in file.parts and name in _called(file)
    }


def _called(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {call.id for call in calls if isinstance(call, ast.Name)}
    return (
        named
        | {ast.unparse(call).removeprefix("self.") for call in calls}
        | {call.attr for call in calls if isinstance(call, ast.Attribute)}
    )


def test_nobody_but_the_stores_shows_a_card() -> None:
    """A card that somebody else puts together is not the one that the next change shows."""
    assert callers("_outbox.show") | callers("outbox.show") == SHOWING
    assert callers("root_card") == CARDS
