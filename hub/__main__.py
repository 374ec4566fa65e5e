"""The command line: `hub <command>`. Each command is imported only when it is the one asked for."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

#: Every command, in the order of --help: its module in hub/commands and what it does.
COMMANDS = {
    "run": "the whole product in one process tree: database, API, worker, demo",
    "serve": "the HTTP and WebSocket API",
    "worker": "the worker: takes messages through the journeys",
    "migrate": "bring the database to this version's tables",
    "demo": "load the demo: members, tickets, conversations",
    "doctor": "check every connection and say how to mend what is wrong",
    "ledger": "received = stored = processed = answered, by hour",
    "lab": "run recorded cases through the rules",
    "bench": "measure against the budgets",
    "openapi": "print the OpenAPI document",
}
#: Exit status for a command that cannot be run as asked (as argparse does).
MISUSED = 2
#: Exit status after Ctrl-C: 128 + SIGINT.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status. Entry point `hub`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        parsed = _parser(wanted=_wanted(given)).parse_args(given)
        return int(parsed.run(parsed))
    except _MissingCommand as missing:
        sys.stderr.write(f"hub: {missing}\n")
        return MISUSED
    except KeyboardInterrupt:
        return INTERRUPTED


class _MissingCommand(Exception):  # noqa: N818 - said to the user as it stands
    """A command that --help lists and this installation does not have."""


def _wanted(arguments: Sequence[str]) -> str | None:
    return next((word for word in arguments if not word.startswith("-")), None)


def _parser(*, wanted: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hub", description="The contact hub of the insurance programme of the French international volunteers."
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if name == wanted:
            module = _load(name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _load(name: str) -> ModuleType:
    path = f"hub.commands.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        raise _MissingCommand(f"the command “{name}” is not part of this installation ({path} is missing)") from None


if __name__ == "__main__":
    sys.exit(main())
