"""Sentences written for the tests, apart from the rules' own examples."""

import csv
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


def read_samples(name: str) -> list[dict[str, str]]:
    """The rows of a sample file as dicts; `\\n` in a text stands for a line break."""
    with (_FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row | {"text": row["text"].replace("\\n", "\n")} for row in rows]
