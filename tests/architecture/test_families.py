"""Every family has one shape: a port, adapters that keep its promises, a registry that knows them all."""

import ast
import importlib
import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import pytest

from domain.channel import ChannelKind
from tests.architecture.checkout import ROOMS, ROOT, Source, everything, faults, python
from tests.architecture.code import imports


def ports() -> list[Source]:
    """Every port of the product."""
    return [one for one in python(*ROOMS) if one.path.endswith("/port.py")]


def registries() -> list[Source]:
    """Every registry of the product."""
    return [one for one in python(*ROOMS) if one.path.endswith("/registry.py")]


def suites() -> list[Source]:
    """Every promise suite."""
    return [one for one in python("tests/contracts") if one.path.endswith("_contract.py")]


def without_suite(port: Source, suites: Sequence[Source]) -> list[str]:
    """Whether no promise suite is about this port."""
    return [] if any(_imported(suite, port.module) for suite in suites) else [f"{port.path}: no promise suite"]


def without_registry(port: Source, registries: Sequence[Source]) -> list[str]:
    """Whether no registry lists the adapters of this port."""
    return [] if any(_imported(one, port.module) for one in registries) else [f"{port.path}: no registry"]


def unpromised(registry: Source, suites: Sequence[Source], tests: Sequence[Source]) -> list[str]:
    """Adapters of the registry that no test class holds to the promises of their port."""
    promises = _promises_of(registry, suites)
    if not promises:
        return [f"{registry.path}: no promise suite is about what it lists"]
    kept = {one.path for one in tests if _inherits(one, promises)}
    return [
        f"{registry.path}: {adapter} keeps no promises: {_test_of(adapter)} inherits none of {sorted(promises)}"
        for adapter in _adapters(registry)
        if _test_of(adapter) not in kept
    ]


def unregistered(registry: Source, suites: Sequence[Source], tests: Sequence[Source]) -> list[str]:
    """Adapters that keep the promises and that the registry has forgotten."""
    promises, known = _promises_of(registry, suites), {_test_of(adapter) for adapter in _adapters(registry)}
    folders = {str(PurePosixPath(path).parent) for path in known if path.endswith("/test_contract.py")}
    return [
        f"{registry.path}: {one.path} tests an adapter that is not listed"
        for one in tests
        if _inherits(one, promises) and one.path not in known and str(PurePosixPath(one.path).parent) not in folders
    ]


def missing(registry: Mapping[Any, object]) -> list[str]:
    """Members of the registry's enumeration that it does not list."""
    kinds = {type(key) for key in registry if isinstance(key, Enum)}
    return [str(member) for kind in kinds for member in kind if member not in registry]


def _imported(source: Source, module: str) -> set[str]:
    """Names that the file imports from the module."""
    return {name for found, name in imports(source) if found == module}


def _adapters(registry: Source) -> list[str]:
    """The modules beside the registry, or below, that it imports."""
    package = registry.module.rpartition(".")[0]
    found = {module for module, _ in imports(registry) if module.startswith(f"{package}.")}
    return sorted(module for module in found if module.rpartition(".")[2] not in {"port", "registry"})


def _promises_of(registry: Source, suites: Sequence[Source]) -> dict[str, str]:
    """The suite classes, with their modules, that speak of a type which the registry lists."""
    types = {(module, name) for module, name in imports(registry) if module.endswith(".port")}
    return {
        node.name: suite.module
        for suite in suites
        if types & set(imports(suite))
        for node in suite.tree().body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Contract")
    }


def _inherits(test: Source, promises: Mapping[str, str]) -> bool:
    imported = set(imports(test))
    return any(
        isinstance(base, ast.Name) and base.id in promises and (promises[base.id], base.id) in imported
        for node in ast.walk(test.tree())
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
        for base in node.bases
    )


def _test_of(adapter: str) -> str:
    """Where the promises of an adapter are tested: a folder's in test_contract.py, a module's in its own test."""
    folder, _, name = adapter.rpartition(".")
    return f"tests/{folder.replace('.', '/')}/test_{'contract' if name == 'adapter' else name}.py"


class TestAPort:
    def test_has_a_promise_suite(self) -> None:
        assert len(ports()) >= 4
        assert faults(lambda port: without_suite(port, suites()), ports()) == []

    def test_is_seen_without_one(self) -> None:
        assert without_suite(Source("hub/mail/port.py", ""), suites())

    def test_has_a_registry(self) -> None:
        assert faults(lambda port: without_registry(port, registries()), ports()) == []

    def test_is_seen_without_a_registry(self) -> None:
        assert without_registry(Source("hub/mail/port.py", ""), registries())


class TestAnAdapter:
    def test_keeps_the_promises_of_its_port(self) -> None:
        assert len(registries()) >= 6
        assert all(_adapters(registry) for registry in registries())
        assert faults(lambda registry: unpromised(registry, suites(), python("tests")), registries()) == []

    def test_is_seen_when_it_keeps_none(self) -> None:
        registry = Source("hub/bus/registry.py", "from hub.bus.port import Bus\nfrom hub.bus.redis import RedisBus")
        assert any("hub.bus.redis keeps no promises" in fault for fault in _promised(registry))

    def test_is_seen_when_its_test_has_a_suite_of_the_same_name_only(self) -> None:
        registry = Source("hub/bus/registry.py", "from hub.bus.port import Bus\nfrom hub.bus.redis import RedisBus")
        test = Source("tests/hub/bus/test_redis.py", "class BusContract: ...\nclass TestRedis(BusContract): ...")
        assert unpromised(registry, suites(), [test])
        inheriting = Source(test.path, f"from tests.contracts.bus_contract import BusContract\n{test.text}")
        assert not unpromised(registry, suites(), [inheriting])

    def test_is_listed_in_its_registry(self) -> None:
        assert faults(lambda registry: unregistered(registry, suites(), python("tests")), registries()) == []

    def test_is_seen_when_it_is_not_listed(self) -> None:
        registry = Source("hub/bus/registry.py", "from hub.bus.port import Bus\nfrom hub.bus.memory import MemoryBus")
        assert any("test_postgres.py" in fault for fault in unregistered(registry, suites(), python("tests")))


class TestARegistry:
    @pytest.mark.parametrize("registry", registries(), ids=lambda registry: registry.module)
    def test_lists_every_kind(self, registry: Source) -> None:
        module = importlib.import_module(registry.module)
        listed = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, Mapping)]
        assert len(listed) == 1, "one explicit dict"
        assert listed[0]
        assert missing(listed[0]) == []

    def test_is_seen_when_a_kind_is_missing(self) -> None:
        assert missing({ChannelKind.FAKE: object()}) == ["email"]


class TestAChannel:
    def test_is_a_folder_a_kind_and_a_stranger_to_the_others(self) -> None:
        folders = {PurePosixPath(one.path).parts[1] for one in everything() if one.path.startswith("channels/")}
        folders = {name for name in folders if "." not in name}
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
        (strangers,) = [one for one in contracts["contracts"] if one["name"].startswith("Channels are strangers")]
        assert folders == set(ChannelKind)
        assert {f"channels.{name}" for name in folders} == set(strangers["modules"])


def _promised(registry: Source) -> list[str]:
    return unpromised(registry, suites(), python("tests"))
