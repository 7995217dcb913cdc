"""The `labeljob` command: the administrator's door.

Imports happen inside the subcommands, so that `labeljob --help` costs little more than argparse
itself.
"""

import argparse
import os
import select
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any

VERSION = "0.1.0"  # as in pyproject.toml, which is not there where the bot runs
_UNREAD = 141  # what a shell says of a program that ended because nobody read its output
_LAST_PORT = 65535
# what the extra brings, by the names that it is imported by
_EXTRA = (
    "starlette",
    "uvicorn",
    "websockets",
    "python_multipart",
    "liquid",
    "PIL",
    "regex",
    "rich",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit code for the shell (0 done, 1 failed with words, 2 wrong
    usage).
    """
    parser = _parser(sys.argv[1:] if arguments is None else arguments)
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return 2
    from bot.base.errors import LabeljobError  # noqa: PLC0415 - see the module's docstring

    try:
        code = int(chosen.run(chosen) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        if not _unread():
            raise
        return _UNREAD
    except LabeljobError as error:
        from bot.base.log import redact  # noqa: PLC0415

        print(redact(error.words), file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _unread() -> bool:
    """Whether it is our output that nobody reads any more (`| head`); what is left of it then goes
    nowhere.
    """
    output = sys.stdout.fileno()
    looks = select.poll()
    looks.register(output, 0)
    if not any(event & (select.POLLERR | select.POLLHUP) for _, event in looks.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def _parser(arguments: Sequence[str] = ()) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="labeljob", description="The Slack bot that coordinates data labeling."
    )
    parser.add_argument("--version", action="version", version=f"labeljob {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _practice_commands(commands)
    _product_commands(commands)
    manifest = commands.add_parser("manifest", help="count, check, build and change manifests")
    if "manifest" in arguments[:1]:
        from bot.runtime.manifest_commands.offered import offer  # noqa: PLC0415 - as above

        offer(manifest)
    return parser


def _practice_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands that need no account."""
    sandbox = commands.add_parser(
        "sandbox", help="start the practice workspace: no Slack and no AWS account needed"
    )
    sandbox.add_argument(
        "--folder", default=".sandbox", help="where it remembers everything (default: .sandbox)"
    )
    sandbox.add_argument(
        "--pictures", metavar="FOLDER", help="put your own pictures into the practice bucket"
    )
    sandbox.add_argument(
        "--port",
        type=_port,
        default=8470,
        help="the page's port; the next free ones are for the rest",
    )
    sandbox.add_argument(
        "--pace", type=_pace, default=0.2, help="objects the simulated team labels a second (0.2)"
    )
    sandbox.add_argument(
        "--transport",
        choices=["socket", "http"],
        default="socket",
        help="how Slack reaches the bot",
    )
    sandbox.add_argument(
        "--people",
        choices=["off", "grouped", "by-person"],
        default="off",
        help="what is kept and told of those who label (off)",
    )
    sandbox.add_argument(
        "--services-only",
        action="store_true",
        help="start the stand-ins alone, print their settings",
    )
    sandbox.add_argument(
        "--forget",
        action="store_true",
        help="start nothing: delete what the folder remembers, unless it is open",
    )
    sandbox.set_defaults(run=_sandbox)
    _demo_command(commands)


def _demo_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo", help="run the whole story once in the practice workspace, in the terminal"
    )
    demo.add_argument(
        "--json", action="store_true", help="print one JSON object instead of the threads"
    )
    other = demo.add_mutually_exclusive_group()
    other.add_argument(
        "--all-types", action="store_true", help="a job of every task type instead of the story"
    )
    other.add_argument(
        "--datasets",
        action="store_true",
        help="datasets of every source instead, and models that are trained, run and stopped",
    )
    other.add_argument(
        "--results",
        metavar="FOLDER",
        nargs="?",
        const="demo-results",
        default="",
        help="look at the results of three jobs instead; their sheets are kept (demo-results)",
    )
    demo.set_defaults(run=_demo)


def _product_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands of whoever runs the bot."""
    serve = commands.add_parser("serve", help="run the bot with the settings of the environment")
    serve.add_argument(
        "--role",
        choices=["web", "worker", "both"],
        default="both",
        help="requests, background work, or both",
    )
    _take_env_file(serve)
    serve.set_defaults(run=_serve)

    migrate = commands.add_parser("migrate", help="bring the database's tables to this version")
    _take_env_file(migrate)
    migrate.set_defaults(run=_migrate)

    doctor = commands.add_parser(
        "doctor", help="probe settings, Slack, AWS, buckets and database, with remedies"
    )
    _take_env_file(doctor)
    doctor.add_argument("--json", action="store_true", help="print one JSON object instead of rows")
    doctor.set_defaults(run=_doctor)

    manifest = commands.add_parser("slack-manifest", help="print the manifest of the Slack app")
    manifest.add_argument(
        "--url", help="the bot's public address (https://…): prints the form for signed HTTP"
    )
    manifest.set_defaults(run=_slack_manifest)

    template = commands.add_parser("template", help="look at a worker template of your own")
    looks = template.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = looks.add_parser(
        "check", help="say what is wrong with a worker template; exit code 1 for an error"
    )
    check.add_argument("file", metavar="FILE", help="the template (Liquid in HTML, UTF-8)")
    check.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    check.set_defaults(run=_template_check)


def _take_env_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--env-file", metavar="FILE", help="read settings from this file; the environment wins"
    )


def _port(typed: str) -> int:
    """A port as it was typed; argparse says the rest."""
    if not typed.isdecimal() or int(typed) > _LAST_PORT:
        raise argparse.ArgumentTypeError(
            f"a port is a number up to {_LAST_PORT}; 0 takes free ones"
        )
    return int(typed)


def _pace(typed: str) -> float:
    """A pace as it was typed."""
    try:
        pace = float(typed)
    except ValueError:
        pace = 0.0
    if not 0 < pace < float("inf"):
        raise argparse.ArgumentTypeError("the pace is a number above 0, such as 0.2")
    return pace


def _sandbox(chosen: argparse.Namespace) -> int:
    if chosen.forget:
        from bot.sandbox.__main__ import forget  # noqa: PLC0415 - it needs no extra

        return forget(chosen.folder)
    practice = _practice()
    if chosen.services_only:
        return int(practice.services_only(chosen.folder, chosen.port, chosen.pace))
    where = (chosen.folder, chosen.port, chosen.transport, chosen.pictures)
    return int(practice.run(*where, chosen.pace, people=chosen.people))


def _demo(chosen: argparse.Namespace) -> int:
    practice = _practice()
    what = practice.STORY
    if chosen.all_types:
        what = practice.ALL_TYPES
    if chosen.datasets:
        what = practice.DATASETS
    if chosen.results:
        what = practice.RESULTS
    return int(practice.demo(as_json=chosen.json, what=what, sheets=chosen.results))


def _practice() -> Any:
    """The practice workspace, where its extra is installed: some of it is imported when the bot is
    on its way.
    """
    from importlib.util import find_spec  # noqa: PLC0415

    from bot.base.errors import Refusal  # noqa: PLC0415

    missing = [name for name in _EXTRA if find_spec(name) is None]
    if find_spec("bot.sandbox") is None:
        missing = ["bot.sandbox"]
    if missing:
        words = "The practice workspace needs its extra: pip install 'labeljob[sandbox]'"
        raise Refusal(f"{words} (missing: {', '.join(missing)}).")
    import bot.sandbox.__main__ as practice  # noqa: PLC0415

    return practice


def _serve(chosen: argparse.Namespace) -> int:
    from bot.base import settings  # noqa: PLC0415
    from bot.runtime import serving  # noqa: PLC0415

    found = settings.read(chosen.env_file)
    if chosen.env_file:
        # the web server's processes read the settings anew
        os.environ[settings.ENV_FILE] = chosen.env_file
    serving.serve(found, chosen.role)
    return 0


def _migrate(chosen: argparse.Namespace) -> int:
    from bot.base import settings  # noqa: PLC0415
    from bot.base.db import Database, explained  # noqa: PLC0415
    from bot.base.log import redact  # noqa: PLC0415

    found = settings.read(chosen.env_file)
    redact.know(found.secrets)
    with explained(), closing(Database(found.database_url)) as database:
        database.migrate()
    print("The database's tables are those of this version.")  # noqa: T201
    return 0


def _doctor(chosen: argparse.Namespace) -> int:
    from bot.runtime.doctor import report  # noqa: PLC0415

    return report.run(chosen.env_file, as_json=chosen.json)


def _slack_manifest(chosen: argparse.Namespace) -> int:
    from bot.slack import manifest as slack_manifest  # noqa: PLC0415

    print(slack_manifest.text(chosen.url), end="")  # noqa: T201
    return 0


def _template_check(chosen: argparse.Namespace) -> int:
    from bot.runtime import template_report  # noqa: PLC0415

    return template_report.run(chosen.file, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
