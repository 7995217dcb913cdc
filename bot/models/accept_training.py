"""Accept: a filled form becomes a training that is taken in. Runs within Slack's 3 seconds; only
`projects` and `faults` ask AWS, which has 1.5 s.

Row and live message are written in one commit, once per request however often it comes. `train`
does the rest.
"""

from collections.abc import Callable
from functools import partial

from bot.base.clock import Clock, NewId
from bot.base.errors import Fault, Refused
from bot.base.open_places import OpenPlaces
from bot.base.questions import Questions
from bot.models import train_form
from bot.models.custom_labels import Models, VersionTaken
from bot.models.model_records import Model, ModelRecords
from bot.models.model_state import ModelState
from bot.models.model_store import ModelStore
from bot.models.train import check_sets
from bot.models.training import Training

_PROJECTS = 1_000  # looked through for a menu: ten answers of AWS, within its 1.5 s

# places of a channel of which the last is that of results, as .env.example shows them
_PICTURES_AND_RESULTS = (1, 2)


class AcceptTraining:
    """Takes trainings in."""

    def __init__(  # noqa: PLR0913 - the parts of the story
        self,
        *,
        models: Models,
        records: ModelRecords,
        store: ModelStore,
        open_places: OpenPlaces,
        questions: Questions,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._models = models
        self._records = records
        self._store = store
        self._open = open_places
        self._questions = questions
        self._clock = clock
        self._new_id = new_id

    def projects(self, wanted: str) -> list[str]:
        """The account's projects whose names hold these letters, newest first; none while AWS does
        not answer.
        """
        look = partial(self._found, wanted.lower(), self._questions.patience())
        answers, _faults, _silent = self._questions.ask({"project": look})
        return list(answers.get("project") or ())

    def _found(self, wanted: str, step: Callable[[], None]) -> list[str]:
        found = []
        for number, name in enumerate(self._models.projects(hurried=True)):
            step()
            if wanted in name.lower():
                found.append(name)
            if number >= _PROJECTS:
                break
        return found

    def blank(self, team_id: str, channel: str, project: str) -> Training:
        """What the form begins with: a version named for this minute, and the folder of the
        channel's last model.
        """
        before = self._records.in_channel(team_id, channel)
        places = self._open.of(channel).places
        folder = ""
        if before:
            folder = before[0].training.output_uri
        elif len(places) in _PICTURES_AND_RESULTS:
            folder = f"s3://{places[-1].rstrip('/')}/models/"
        named = f"{self._clock():%Y-%m-%d-%H%M}"
        return Training(project=project, version_name=named, output_uri=folder, channel=channel)

    def copied(self, model: Model) -> Training:
        """What the form of a copy begins with."""
        earlier = model.training
        return Training(
            version_name=earlier.version_name,
            output_uri=earlier.output_uri,
            channel=earlier.channel,
            agreed=True,
            copy_of=model.arn,
            copy_from=model.project_arn,
        )

    def faults(self, training: Training) -> list[Fault]:
        """What is wrong with a filled form, the project too as far as AWS tells it within the
        form's 1.5 s; the worker asks again.
        """
        found = train_form.faults(training, self._open.of(training.channel))
        if found:
            return found
        _answers, found, _silent = self._questions.ask({"project": partial(self._look, training)})
        return found

    def _look(self, training: Training) -> None:
        """Refuse what AWS says cannot be trained."""
        project = self._models.project(training.project, hurried=True)
        if not training.copy_of:
            check_sets(self._models, project, training.test, hurried=True)
        if self._models.version(project.arn, training.version_name, hurried=True) is not None:
            raise VersionTaken

    def accept(self, training: Training, request_key: str) -> bool:
        """Take the training in, once per request; whether it was taken in now.

        Raises:
            Refused: what was asked has faults; each with its field.

        """
        if self._records.of_request(request_key) is not None:
            return False
        found = train_form.faults(training, self._open.of(training.channel))
        if not found and self._records.promised(training.project, training.version_name):
            found = [Fault("version_name", VersionTaken().words)]
        if found:
            raise Refused(found)
        model = Model(
            id=self._new_id(),
            request_key=request_key,
            asked_at=self._clock(),
            training=training,
            state=ModelState(),
        )
        return self._store.add(model)
