"""`hub openapi`: print the OpenAPI document, the same text for the same API."""

import argparse
import json
import sys

from hub.main import document


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(_arguments: argparse.Namespace) -> int:
    """Print it; 0 always."""
    sys.stdout.write(json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return 0
