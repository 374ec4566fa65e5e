"""The files of the project as they lie in the checkout, and what a check finds in them."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The product, without tests and tools.
ROOMS = ("domain", "storage", "understanding", "routing", "channels", "hub")


@dataclass(frozen=True)
class Source:
    """A text file; `path` from the root of the project, with `/`."""

    path: str
    text: str

    @property
    def module(self) -> str:
        """Its dotted name, if it is Python."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def tree(self) -> ast.Module:
        """Its syntax tree, if it is Python."""
        return _parsed(self.path, self.text)


#: Says what is wrong in a file, a line for each fault.
Check = Callable[[Source], list[str]]


@cache
def everything() -> tuple[Source, ...]:
    """Every text file of the project: what git keeps, or would keep when told to."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = []
    for path in sorted(filter(None, listed.split("\0"))):
        try:
            found.append(Source(path, (ROOT / path).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # no text, or removed a moment ago
    return tuple(found)


def python(*folders: str) -> tuple[Source, ...]:
    """The Python files in these folders."""
    within = tuple(f"{folder}/" for folder in folders)
    return tuple(one for one in everything() if one.path.endswith(".py") and one.path.startswith(within))


def faults(check: Check, sources: Iterable[Source], *, excepted: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong in these files. `excepted`: paths and why; an exception that is not needed is a fault as well."""
    excepted = excepted or {}
    found = {source.path: check(source) for source in sources}
    needless = [f"{path}: needs no exception" for path in excepted if not found.get(path)]
    return [fault for path, faults in found.items() if path not in excepted for fault in faults] + needless


@cache
def _parsed(path: str, text: str) -> ast.Module:
    return ast.parse(text, filename=path)
