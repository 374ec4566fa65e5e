"""`hub doctor`: what is wrong, in plain words, and how to mend it."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from hub.clock import SystemClock
from hub.doctor.examination import examine
from hub.doctor.finding import Finding, State, is_well
from hub.doctor.settings_check import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub doctor`."""
    parser.add_argument("--json", action="store_true", help="for machines: one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; 0 when nothing is wrong, 1 when something is."""
    settings, first = read_settings()
    findings = (first,) if settings is None else (first, *asyncio.run(examine(settings, clock=SystemClock())))
    sys.stdout.write(as_json(findings) if arguments.json else as_text(findings))
    return 0 if is_well(findings) else 1


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, and below it what to do; a summary at the end."""
    lines = [""]
    for finding in findings:
        lines.append(f"  {finding.sign} {finding.what}")
        if finding.do is not None:
            lines.append(f"      → {finding.do}")
    return "\n".join([*lines, "", f"  {_summary(findings)}", ""])


def as_json(findings: Sequence[Finding]) -> str:
    """The same as one JSON object."""
    told = [
        {
            "check": finding.check,
            "state": finding.state,
            "what": {"fr": finding.what.fr, "en": finding.what.en},
            "do": None if finding.do is None else {"fr": finding.do.fr, "en": finding.do.en},
        }
        for finding in findings
    ]
    return json.dumps({"well": is_well(findings), "findings": told}, ensure_ascii=False, indent=2) + "\n"


def _summary(findings: Sequence[Finding]) -> str:
    faults = sum(finding.state is State.WRONG for finding in findings)
    if not faults:
        return "Tout va bien · All is well"
    return f"{faults} à réparer · {faults} to mend"
