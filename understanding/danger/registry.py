"""Which readers of danger there are."""

from collections.abc import Callable, Mapping

from understanding.danger.rules import load_rules
from understanding.port import DangerRules

DANGER_RULES: Mapping[str, Callable[[], DangerRules]] = {"local": load_rules}
