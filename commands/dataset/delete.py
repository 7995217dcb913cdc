"""Delete a project, a dataset or a model: each has a window where its name is typed."""

from bot.models.actions import DELETE
from commands.dataset import delete_dataset, delete_model, delete_project
from commands.doing import Answer, Ask, does


@does(DELETE)
def delete(ask: Ask) -> Answer:
    """Offer the confirmation for the project, else the dataset of that name, else for the one model
    that bears it.
    """
    word, _, project = ask.said.partition(" ")
    if word.lower() == "project" and project:
        return delete_project.window(project, ask.who, ask.stories)
    dataset = ask.datasets.status.standing(ask.team_id, ask.who.channel, ask.said)
    if dataset is not None:
        return delete_dataset.window(dataset.id, ask.who, ask.stories)
    model = ask.models.status.named(ask.team_id, ask.who.channel, ask.said)
    return delete_model.window(model.id, ask.who, ask.stories)
