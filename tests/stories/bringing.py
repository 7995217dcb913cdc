"""People who bring files: to a message, to a form, in a zip."""

import io
import zipfile
from typing import Any

from bot.sandbox.workspace import sample_pictures, seed
from bot.sandbox.workspace.person import Person
from bot.sandbox.workspace.story import Order, begin_anew, first_page, second_page
from tests.stories.world import World


def pictures(number: int) -> dict[str, bytes]:
    """So many sample pictures, by name."""
    found: dict[str, bytes] = {}
    for sample in sample_pictures.pictures(seed.SEED):
        if len(found) == number:
            break
        found[sample.name] = sample.jpeg
    return found


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip as people make it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return made.getvalue()


def uploaded(_world: World, person: Person, name: str, body: bytes) -> dict[str, Any]:
    """A file that somebody has put into Slack, as Slack describes it."""
    return person.upload(name, body)


def shared(world: World, channel: str, files: dict[str, bytes], text: str = "these") -> str:
    """A message of Mara's with files; its ts."""
    ids = [uploaded(world, world.mara, name, body)["id"] for name, body in files.items()]
    return str(world.mara.ask("message", channel=channel, text=text, file_ids=ids)["ts"])


def label_these(world: World, channel: str, ts: str) -> None:
    """Mara chooses *Label these* on a message."""
    world.mara.close_windows()
    world.mara.ask("shortcut", callback_id="label_these", channel=channel, ts=ts)


def fill_files(
    person: Person, order: Order, files: list[dict[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    """Fill a form that asks for files; the workspace's answer. Files that stand there already are
    taken away where others are given.
    """
    named = first_page(person, order)
    assert not named.get("errors")
    if files and any(one.get("block_id") == "files_kept" for one in person.view()["blocks"]):
        more.setdefault("files_kept", {"selected_options": []})
    given = {"files_1": {"files": [{"id": one["id"]} for one in files]}} if files else {}
    return second_page(person, order, **given, **more)


def open_for_files(world: World, channel: str) -> None:
    """Mara opens the form and says that she brings files."""
    world.mara.close_windows()
    world.mara.command(channel, "/labeljob", "create")
    begin_anew(world.mara)
    choose_source(world.mara, "files")


def choose_source(person: Person, value: str) -> None:
    """Say where the data come from."""
    person.press_in_view("job_form_data_from", selected_option=radio(person, "data_from", value))


def field(person: Person, name: str) -> dict[str, Any]:
    """A field's element on the page on top."""
    return next(
        dict(block["element"]) for block in person.view()["blocks"] if block.get("block_id") == name
    )


def radio(person: Person, name: str, value: str) -> dict[str, Any]:
    return next(one for one in field(person, name)["options"] if one["value"] == value)
