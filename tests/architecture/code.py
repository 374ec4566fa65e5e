"""Reading Python: which names a file means, whatever it calls them, and what it says in strings."""

import ast
import re
from collections.abc import Collection, Iterator

from tests.architecture.checkout import Source


def uses(source: Source, names: Collection[str]) -> list[str]:
    """Where the file means one of these dotted names; an alias or a name passed around counts too."""
    return [f"{source.path}:{line}: {name}" for name, line in _references(source.tree()) if name in names]


def says(source: Source, pattern: str) -> list[str]:
    """Where a string that is no docstring holds the pattern."""
    docstrings = {id(node.value) for node in ast.walk(source.tree()) if isinstance(node, ast.Expr)}
    return [
        f"{source.path}:{node.lineno}: {match[0]}"
        for node in ast.walk(source.tree())
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        for match in re.finditer(pattern, node.value, re.IGNORECASE)
    ]


def imports(source: Source) -> Iterator[tuple[str, str]]:
    """(module, name) of everything imported by `from module import name`."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name


def _references(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each name that the file means, in full, with its line."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                known[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := _dotted(node, known)):
            yield name, node.lineno


def _dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and (owner := _dotted(node.value, known)):
        return f"{owner}.{node.attr}"
    return None
