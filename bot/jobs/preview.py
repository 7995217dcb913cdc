"""Preview: exactly what workers will see of the first object, as a file for whoever asks, and as a
picture where a browser is there to take one.

Promises to the review: the page is made of what the launch would send, and stands in the person's
direct message with the bot, where nobody else reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.base.chromium import NoPicture
from bot.base.errors import Refusal
from bot.delivery.uploads import File, Uploads
from bot.engines.protocol import Engine
from bot.instructions.page_picture import PagePictures
from bot.jobs.cards import preview_words
from bot.jobs.draft import Draft
from bot.jobs.orders import Orders


class NoPreview(Refusal):
    """There is no preview of this job. Ground Truth renders none, or Slack takes no files from
    Labeljob here (scope files:write); labeljob doctor says what is missing.
    """


@dataclass(frozen=True, slots=True)
class Previews:
    """Makes previews, in the worker."""

    engine: Engine
    orders: Orders
    uploads: Uploads
    pictures: PagePictures | None = None

    @property
    def offered(self) -> bool:
        """Whether there is a preview at all: the engine renders one, and Slack takes the file."""
        return self.uploads.may and not self.engine.abilities.no_preview

    def give(self, draft: Draft, user_id: str, step: Callable[[], None]) -> None:
        """Make the preview of a draft whose pages have no fault, and give it to the person.

        Raises:
            NoPreview: there is none.
            Refusal, Transient: of the data, the engine and Slack.

        """
        if not self.offered:
            raise NoPreview
        order, line = self.orders.first(draft, step)
        step()
        previewed = self.engine.preview(order, line)
        step()
        title, notes = preview_words.title(draft), previewed.notes
        files = [File(f"{draft.job_name}-preview.html", previewed.page.encode(), title)]
        if self.pictures is not None:
            try:
                picture = self.pictures.of_page(previewed.page, step)
                files.append(File(f"{draft.job_name}-preview.png", picture, title, title))
            except NoPicture as error:
                notes = (*notes, f"There is no picture of it. {error.words}")
        self.uploads.give(user_id, files, preview_words.words(draft, line, notes))
