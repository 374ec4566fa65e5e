"""The files of the project as they lie in the checkout, and what a check finds in them."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
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
    """Every text file of the project, without what .gitignore names."""
    found = []
    for path in _walk(ROOT, _ignored()):
        try:
            found.append(Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
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


def _ignored() -> frozenset[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return frozenset({".git", *(line.strip("/") for line in lines)})


def _walk(folder: Path, ignored: frozenset[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        names = (path.name, path.relative_to(ROOT).as_posix())
        if path.is_symlink() or any(fnmatch(name, pattern) for name in names for pattern in ignored):
            continue
        if path.is_dir():
            yield from _walk(path, ignored)
        elif path.is_file():
            yield path
