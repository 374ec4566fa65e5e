"""`hub bench`: figures against the budgets, as JSON. Nothing of yours is touched: each measure has data of its own."""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import defaultdict

from hub.bench.budgets import BUDGETS
from hub.bench.measures import MEASURES

_RUNS, _SECONDS = 3, 6.0
_QUICK_RUNS, _QUICK_SECONDS = 1, 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub bench`."""
    parser.add_argument("--only", choices=sorted(MEASURES), action="append", help="one measure (may be repeated)")
    parser.add_argument("--quick", action="store_true", help="once and shortly, to see that it works")
    parser.add_argument("--runs", type=int, default=None, metavar="N", help=f"how often each is run ({_RUNS})")


def run(arguments: argparse.Namespace) -> int:
    """Measure, and print medians beside budgets; 0 when it was measured, whatever the figures."""
    runs = arguments.runs or (_QUICK_RUNS if arguments.quick else _RUNS)
    seconds = _QUICK_SECONDS if arguments.quick else _SECONDS
    figures: dict[str, list[float]] = defaultdict(list)
    for name in arguments.only or MEASURES:
        for number in range(1, runs + 1):
            _say(f"  {name} {number}/{runs} …")
            began = time.monotonic()
            for key, value in MEASURES[name](seconds).items():
                figures[key].append(value)
            _say(f" {time.monotonic() - began:.0f} s\n")
    report = {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "python": platform.python_version(),
        "runs": runs,
        "figures": {
            key: BUDGETS[key].judge(statistics.median(values)) | {"all": [round(value, 2) for value in values]}
            for key, values in figures.items()
        },
    }
    sys.stdout.write(f"{json.dumps(report, indent=2, ensure_ascii=False)}\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
