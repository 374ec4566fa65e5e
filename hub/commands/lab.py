"""`hub lab <lab> …`: recorded cases through the product's own rules. Each lab is imported only when asked for."""

import argparse
import importlib

#: Every lab, in the order of --help: its module in hub/lab and what it does.
LABS = {
    "clocks": "due times, business minutes, complaint and member deadlines",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lab and its own arguments, which the lab itself reads."""
    parser.add_argument("lab", choices=LABS, help="; ".join(f"{name}: {purpose}" for name, purpose in LABS.items()))
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="see `hub lab <lab> --help`")


def run(arguments: argparse.Namespace) -> int:
    """Run the lab; 0 when every case was processed, 2 on unusable input."""
    lab = importlib.import_module(f"hub.lab.{arguments.lab}")
    parser = argparse.ArgumentParser(prog=f"hub lab {arguments.lab}", description=lab.__doc__)
    lab.add_arguments(parser)
    return int(lab.run(parser.parse_args(arguments.rest)))
