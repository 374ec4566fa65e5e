"""Who commits: the unit of work and the group commit, and nobody beside them."""

import ast

import pytest

from tests.architecture.checkout import ROOMS, Source, faults, python
from tests.architecture.code import uses

#: The two commit sites (ARCHITECTURE, "The database"), and what stands outside the product's data.
COMMITS = {
    "storage/unit_of_work.py": "the one transaction of a step",
    "hub/migration.py": "changes the tables themselves, before there is anything to work on",
    "storage/work.py": "only looks, many times a second: nothing is ever written through it",
}
#: Connections beside the engine's.
SESSIONS = {
    "storage/group_commit.py": "the other commit site: one insert, committed by itself",
    "storage/engine.py": "makes the engine",
    "hub/bus/postgres.py": "LISTEN and NOTIFY",
    "hub/journey/relay.py": "holds the relay's advisory lock for as long as it lives",
}
OPENERS = frozenset(
    {
        "asyncpg.connect",
        "asyncpg.create_pool",
        "sqlalchemy.create_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.async_sessionmaker",
    }
)
_ENDS_BY_COMMIT = frozenset({"begin", "begin_nested", "transaction"})


def commits(source: Source) -> list[str]:
    """Where the file commits by itself: not by a unit of work that it opened or was given."""
    units = _units_of_work(source.tree())
    return [
        f"{source.path}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(source.tree())
        if isinstance(node, ast.expr) and _is_commit(node, units=units)
    ]


def sessions(source: Source) -> list[str]:
    """Where the file opens a connection of its own."""
    return uses(source, OPENERS)


def _is_commit(node: ast.expr, *, units: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == "AUTOCOMMIT"
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr == "commit":
        return not (isinstance(node.func.value, ast.Name) and node.func.value.id in units)
    return node.func.attr in _ENDS_BY_COMMIT


def _units_of_work(tree: ast.Module) -> set[str]:
    """Names bound by `with UnitOfWork(…) as name`, or annotated so."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name) and ast.unparse(item.context_expr).startswith(
                    "UnitOfWork("
                ):
                    found.add(item.optional_vars.id)
        if isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation) == "UnitOfWork":
            found.add(node.arg)
    return found


class TestACommit:
    def test_has_two_sites(self) -> None:
        assert faults(commits, python(*ROOMS), excepted=COMMITS) == []

    @pytest.mark.parametrize(
        "text",
        [
            "async def f(connection):\n    await connection.commit()",
            "async def f(engine):\n    async with engine.begin() as c: ...",
            "async def f(self):\n    async with self._engine.begin(): ...",
            "async def f(c):\n    async with c.transaction(): ...",
            "c.execution_options(isolation_level='AUTOCOMMIT')",
            "async def f(work):\n    await work.commit()",
        ],
    )
    def test_is_seen_elsewhere(self, text: str) -> None:
        assert commits(Source("hub/journey/x.py", text))

    @pytest.mark.parametrize(
        "text",
        [
            "async def f(engine):\n    async with UnitOfWork(engine) as work:\n        await work.commit()",
            "async def f(unit: UnitOfWork):\n    await unit.commit()",
        ],
    )
    def test_may_be_asked_of_a_unit_of_work(self, text: str) -> None:
        assert not commits(Source("hub/journey/x.py", text))


class TestAConnection:
    def test_is_the_engines_or_has_a_reason(self) -> None:
        assert faults(sessions, python(*ROOMS), excepted=SESSIONS) == []

    @pytest.mark.parametrize(
        "text", ["import asyncpg as pg\npg.connect()", "from asyncpg import create_pool as p\nf(p)"]
    )
    def test_is_seen_elsewhere(self, text: str) -> None:
        assert sessions(Source("hub/journey/x.py", text))
