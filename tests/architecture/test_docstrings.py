"""Everything that others may call says what it does."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.checkout import ROOMS, Source, faults, python

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def undocumented(source: Source) -> list[str]:
    """The module and its public classes, functions and methods that have no docstring."""
    return [
        f"{source.path}:{getattr(node, 'lineno', 1)}: {getattr(node, 'name', 'the module')}"
        for node in _public(source.tree())
        if not ast.get_docstring(node)
    ]


def _public(node: ast.Module | ast.ClassDef) -> Iterator[_Documented]:
    yield node
    for member in node.body:
        if isinstance(member, ast.ClassDef) and not member.name.startswith("_"):
            yield from _public(member)
        if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _is_private(member):
            yield member


def _is_private(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Also a setter, which says nothing that its property has not said, and an overload, one signature of many."""
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
    return function.name.startswith("_") or bool(decorators & {"setter", "deleter", "overload"})


class TestADocstring:
    def test_stands_on_everything_public(self) -> None:
        assert faults(undocumented, python(*ROOMS)) == []

    @pytest.mark.parametrize(
        "text",
        [
            "x = 1",
            '"""Here."""\ndef open(): ...',
            '"""Here."""\nasync def open(): ...',
            '"""Here."""\nclass Door:\n    x = 1',
            '"""Here."""\nclass Door:\n    """A door."""\n    def open(self): ...',
            '"""Here."""\nclass Door:\n    """A door."""\n    class Key:\n        x = 1',
        ],
    )
    def test_is_missed_where_it_is_not(self, text: str) -> None:
        assert undocumented(Source("hub/x.py", text))

    def test_is_not_asked_of_what_is_private_or_said_already(self) -> None:
        text = (
            '"""Here."""\ndef _f(): ...\nclass _C:\n    def f(self): ...\nclass D:\n    """A door."""\n'
            "    def __init__(self): ...\n    @key.setter\n    def key(self, key): ...\n"
        )
        assert not undocumented(Source("hub/x.py", text))
