"""Preview: exactly what workers will see of the first object, as a file for whoever asks.

Promises to the review: the page is made of what the launch would send, and stands in the person's
direct message with the bot, where nobody else reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.base.errors import Refusal
from bot.delivery.uploads import File, Uploads
from bot.engines.protocol import Engine
from bot.jobs.cards import preview_words
from bot.jobs.draft import Draft
from bot.jobs.orders import Orders


class NoPreview(Refusal):
    """There is no preview of this job."""


@dataclass(frozen=True, slots=True)
class Previews:
    """Makes previews, in the worker."""

    engine: Engine
    orders: Orders
    uploads: Uploads

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
        file = File(
            f"{draft.job_name}-preview.html", previewed.page.encode(), preview_words.title(draft)
        )
        self.uploads.give(user_id, file, preview_words.words(draft, line, previewed.notes))
