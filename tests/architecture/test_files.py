"""Every file: short, named for one thing, and about the product alone."""

import json
import re
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.architecture.checkout import Source, everything, faults

MOST_LINES = 400
#: Lists, not code: they are as long as what they list.
LISTS = {
    "console/src/api/schema.d.ts": "generated from the OpenAPI document",
    "console/openapi.json": "generated from the API",
    "console/package-lock.json": "written by npm",
    "requirements/*.txt": "written by tools/lock.sh",
    "migrations/versions/*.py": "a migration is never shortened afterwards",
    "tests/*.json": "recorded",
    "*.tsv": "a catalogue",
    "*.toml": "a catalogue",
    "*.jsonl": "recorded",
    "*.eml": "recorded",
    "*.svg": "a picture",
}
#: Names that say nothing: whatever lies there belongs to a noun of the trade.
EMPTY_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"})
CODE = frozenset({".py", ".ts", ".vue", ".js", ".sh", ".css"})


def _joined(*pieces: str) -> str:
    return "".join(pieces)


#: Where packages come from. In pieces, so that this file passes its own check.
REGISTRY_HOSTS = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("npmmirror", "com"),
        ("yarnpkg", "com"),
        ("jsr", "io"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("anaconda", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("nodejs", "org/dist"),
        ("debian", "org/debian"),
    )
)
#: How the project was made is no part of it.
OTHER_MATTERS = re.compile(
    "|".join(
        (
            _joined(r"(?i:\b(cla", r"ude|anthr", r"opic|open", r"ai|chat", r"gpt|co", r"pilot|gem", r"ini)\b)"),
            _joined(r"\bA", r"I\b"),
            _joined(r"\bLL", r"Ms?\b"),
            _joined(r"(?i:language mo", r"del)"),
            _joined(r"(?i:\bsub-?ag", r"ents?\b|coding ag", r"ent)"),
            _joined(r"(?i:\b(iss", r"ue|pull req", r"uest)\s*#?\d)"),
            _joined(r"(?<![\w.])/wo", r"rk/"),
        )
    )
)


def too_long(source: Source) -> list[str]:
    """Whether the file has more lines than a person reads at once."""
    lines = source.text.count("\n")
    listed = any(fnmatch(source.path, pattern) for pattern in LISTS)
    return [f"{source.path}: {lines} lines, {MOST_LINES} at most"] if lines > MOST_LINES and not listed else []


def emptily_named(source: Source) -> list[str]:
    """Whether a module or a folder has a name that says nothing."""
    path = PurePosixPath(source.path)
    names = [*path.parts[:-1], *([path.name.partition(".")[0]] if path.suffix in CODE else [])]
    return [f"{source.path}: {name}" for name in names if EMPTY_NAMES & set(re.split(r"[_\-]", name.lower()))]


def registry_hosts(source: Source) -> list[str]:
    """Where the file names a host that packages are downloaded from."""
    return [
        f"{source.path}:{number}: {host}"
        for number, line in enumerate(source.text.splitlines(), start=1)
        for host in REGISTRY_HOSTS
        if host in line.lower()
    ]


def other_matters(source: Source) -> list[str]:
    """Where the file speaks of how it was made instead of the product."""
    return [
        f"{source.path}:{number}: {match[0]}"
        for number, line in enumerate(source.text.splitlines(), start=1)
        for match in OTHER_MATTERS.finditer(line)
    ]


def addresses(source: Source) -> list[str]:
    """Where a lock holds an address; whom to thank (npm's `funding`) is not where a package comes from."""
    texts = _strings(json.loads(source.text)) if source.path.endswith(".json") else source.text.splitlines()
    return [f"{source.path}: {text.strip()}" for text in texts if "://" in text]


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for name, value in node.items() if name != "funding" for text in (name, *_strings(value))]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return [str(node)]


def locks() -> list[Source]:
    """The files that say which packages are installed."""
    return [one for one in everything() if fnmatch(one.path, "requirements/*.txt") or one.path.endswith("-lock.json")]


class TestAFile:
    def test_has_at_most_400_lines(self) -> None:
        assert faults(too_long, everything()) == []

    def test_is_seen_when_it_is_too_long(self) -> None:
        assert too_long(Source("hub/everything.py", "x = 1\n" * 401))
        assert not too_long(Source("hub/enough.py", "x = 1\n" * 400))

    def test_is_named_for_one_thing(self) -> None:
        assert faults(emptily_named, everything()) == []

    @pytest.mark.parametrize(
        "path",
        ["hub/utils.py", "storage/helpers/x.py", "console/src/common/a.ts", "hub/string_util.py", "x/Manager.vue"],
    )
    def test_is_seen_when_its_name_says_nothing(self, path: str) -> None:
        assert emptily_named(Source(path, ""))

    def test_names_no_place_that_packages_come_from(self) -> None:
        assert faults(registry_hosts, everything()) == []

    def test_is_seen_when_it_names_one(self) -> None:
        assert registry_hosts(Source("tools/x.sh", f"curl https://files.{REGISTRY_HOSTS[1].upper()}/packages/"))

    def test_speaks_of_the_product_alone(self) -> None:
        assert faults(other_matters, [one for one in everything() if one not in locks()]) == []

    @pytest.mark.parametrize(
        "text",
        [
            _joined("# see iss", "ue #12"),
            _joined("# asked by Cla", "ude"),
            _joined("# written with A", "I"),
            _joined("open('/wo", "rk/x')"),
        ],
    )
    def test_is_seen_when_it_speaks_of_something_else(self, text: str) -> None:
        assert other_matters(Source("hub/x.py", text))
        assert not other_matters(Source("hub/y.py", "# j’ai vu le ticket 12 ; issues are sorted; framework/x"))


class TestALock:
    def test_holds_no_address(self) -> None:
        assert len(locks()) >= 4
        assert faults(addresses, locks()) == []

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("requirements/dev.txt", "--index-url https://x.example/simple"),
            ("console/package-lock.json", '{"packages": {"a": {"resolved": "http://x.example/a.tgz"}}}'),
        ],
    )
    def test_is_seen_when_it_holds_one(self, path: str, text: str) -> None:
        assert addresses(Source(path, text))

    def test_may_say_whom_to_thank(self) -> None:
        assert not addresses(Source("console/package-lock.json", '{"a": {"funding": {"url": "https://x.example"}}}'))
