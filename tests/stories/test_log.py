"""[Log]: what the engine noted about a job, for whoever sees its card."""

from bot.sandbox.workspace import seed
from tests.stories.test_managers import ephemeral, say
from tests.stories.world import WAITING, World, an_order, buttons, words


def test_log_is_read_newest_first_by_command_press_and_mention(world: World) -> None:
    """Without this, only an administrator with the console could see why a job did not move."""
    channel = world.channel("own-log")
    world.ask(an_order("logged"), channel)
    world.finish("logged")
    typed = words(world.mara.command(channel, "/labeljob", "log logged"))
    lead, *entries = typed.splitlines()
    assert lead == "*Log of Ripe or not (logged)*, newest first"
    assert "Job completed: " in entries[0]
    assert entries[-1].endswith("Job started: The manifest has 8 objects.")

    card = world.card("logged", channel)
    assert "Log" in buttons(card)
    world.mara.press(card, "job_log")
    assert ephemeral(world.mara, channel)["text"] == typed
    (answer,) = say(world, channel, "@labeljob log", card["ts"])
    assert answer["text"] == typed


def test_words_behind_the_name_are_looked_for(world: World) -> None:
    """Without this, one failure among thousands of entries would not be found."""
    channel = world.channel("own-log-words")
    world.ask(an_order("sifted"), channel)
    world.finish("sifted")
    (lead, entry) = words(world.mara.command(channel, "/labeljob", "log sifted STARTED")).split(
        "\n"
    )
    assert lead == "*Log of Ripe or not (sifted)* for “STARTED”, newest first"
    assert "Job started" in entry
    none = words(world.mara.command(channel, "/labeljob", "log `sifted` no such thing"))
    assert none == "The log of Ripe or not (sifted) has nothing for “no such thing”."


def test_failure_comes_with_its_remedy(world: World) -> None:
    """Without this, the log would name the fault and leave the reader alone with it."""
    channel = world.channel("own-log-failed")
    source = world.put("gone.manifest", '{"source-ref": "s3://orchard-raw/ripeness/a.jpg"}\n')
    world.put("ripeness/a.jpg", b"\x89PNG\r\n\x1a\n" + b"x" * 64)
    world.ask(an_order("log-failed", source=source), channel)
    world.s3.delete_object(Bucket=seed.RAW, Key="gone.manifest")
    world.finish("log-failed")
    typed = words(world.mara.command(channel, "/labeljob", "log log-failed"))
    assert "Job failed: ClientError: the manifest could not be read." in typed
    assert "Check that manifest and data are still where they were" in typed


def test_job_without_a_log_says_why(world: World) -> None:
    """Without this, a job that never ran would be looked for at AWS."""
    channel = world.channel("own-log-none")
    world.mara.command(channel, "/labeljob", "create")
    world.mara.close_windows()
    assert words(world.mara.command(channel, "/labeljob", "log")).startswith(
        "Name the job whose log to read"
    )
    assert "This channel has no job “nobody”" in words(
        world.mara.command(channel, "/labeljob", "log nobody at all")
    )
    world.fault("SageMaker.CreateLabelingJob", "throttle")
    world.ask(an_order("unlaunched", team=WAITING), channel)
    assert "Log" not in buttons(world.card("unlaunched", channel))
    said = words(world.mara.command(channel, "/labeljob", "log unlaunched"))
    assert said == "This job has no log: it was not launched."
