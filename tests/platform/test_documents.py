"""The documents: what they point to exists, what they tell people to type works, what they number has no gaps."""

import ast
import importlib.util
import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from pathlib import PurePosixPath

import pytest

from hub.__main__ import COMMANDS
from hub.commands.lab import LABS
from hub.settings import Settings
from tests.architecture.checkout import ROOMS, ROOT, Source, everything, faults, python

WANTED = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/decisions/README.md",
    "docs/adding-a-channel.md",
    "docs/traceability.md",
)
#: The requirements that this slice carries.
CARRIED = ("R012", "R030", "R034", "R140")
#: What a record says, in this order.
PARTS = ["Context", "Decision", "Consequences", "Alternatives"]
MOST_LINES = 50
RECORDS, INDEX = "docs/decisions/", "docs/decisions/README.md"
#: Where a path in a document begins when it is one of the project's.
FOLDERS = (*ROOMS, "tests", "tools", "console", "docs", "migrations", "requirements", "docker", ".ci")
#: Made on the machine, or an address of the API: no files of the project.
ELSEWHERE = re.compile(r"console/dist|hub/lab …")

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
#: The hub as a command, and not as a folder or in a word.
_HUB = r"(?<![\w./-])(?:\.venv/bin/)?hub "
_HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


def documents() -> list[Source]:
    """Every document of the project."""
    return [one for one in everything() if one.path.endswith(".md")]


def ours() -> list[Source]:
    """Those that speak of the whole project: tools and console have pages of their own."""
    return [one for one in documents() if "/" not in one.path or one.path.startswith("docs/")]


def records() -> list[Source]:
    """The decision records."""
    return [one for one in documents() if one.path.startswith(RECORDS) and one.path != INDEX]


def exists(path: str) -> bool:
    """Whether the project has this file or folder."""
    return (ROOT / path).exists()


def dead_links(source: Source, *, has: Callable[[str], bool] = exists) -> list[str]:
    """Links to files, or to headings of documents, that are not there. Other sites are not asked."""
    found = []
    for link in _LINK.findall(_FENCED.sub("", source.text)):
        target, _, anchor = link.partition("#")
        if ":" in target:
            continue
        path = _joined(source.path, target)
        if path != source.path and not has(path):
            found.append(f"{source.path}: {link}")
        elif anchor and anchor not in _anchors(source if path == source.path else _document(path)):
            found.append(f"{source.path}: {link}: no such heading")
    return found


def unknown_targets(source: Source, *, known: Collection[str]) -> list[str]:
    """Targets of make that are told to people and that the Makefile does not have."""
    return [
        f"{source.path}: make {name}" for name in _typed(source, r"\bmake ([a-z][a-z-]*)(?![\w=])") if name not in known
    ]


def unknown_commands(
    source: Source, *, commands: Collection[str] = COMMANDS, labs: Collection[str] = LABS
) -> list[str]:
    """Commands of the hub, and labs, that are told to people and do not exist."""
    wrong = [name for name in _typed(source, rf"{_HUB}([a-z][a-z-]*)") if name not in commands]
    wrong += [f"lab {name}" for name in _typed(source, rf"{_HUB}lab ([a-z][a-z-]*)") if name not in labs]
    return [f"{source.path}: hub {name}" for name in wrong]


def unknown_settings(source: Source, *, known: Collection[str]) -> list[str]:
    """Settings that a document names and the hub does not have."""
    named = re.findall(r"\b(?:HUB_[A-Z0-9_]*[A-Z0-9]|DATABASE_URL(?:_[A-Z]+)?)\b", source.text)
    return [f"{source.path}: {name}" for name in named if name not in known]


def stale_paths(source: Source, *, has: Callable[[str], bool] = exists) -> list[str]:
    """Paths of the project that a document names and that are not there; `<…>` and `*` stand for what comes."""
    spans = _SPAN.findall(_FENCED.sub("", source.text))
    paths = [span.partition("::")[0].rstrip("/") for span in spans if span.startswith(tuple(f"{f}/" for f in FOLDERS))]
    known = [path for path in paths if not re.search(r"[<*…]", path) and not ELSEWHERE.match(path)]
    return [f"{source.path}: {path}" for path in known if not has(path) and not has(f"{path}.py")]


def missing_tests(source: Source, *, tests: Collection[Source]) -> list[str]:
    """Tests that a document names (file, class or method) and that do not exist."""
    by_path = {test.path: test for test in tests}
    found = []
    for span in _SPAN.findall(source.text):
        path, *names = span.split("::")
        if names and path.endswith(".py") and not (path in by_path and _has(by_path[path], names)):
            found.append(f"{source.path}: {span}")
    return found


def out_of_order(paths: Collection[str], *, index: str) -> list[str]:
    """Gaps and doubles in the numbers of the records, and records that the index does not list just once."""
    names = sorted(PurePosixPath(path).name for path in paths)
    wanted = [f"{number:04}" for number in range(1, len(names) + 1)]
    found = [
        f"{name} where {number} is due" for name, number in zip(names, wanted, strict=True) if name[:5] != f"{number}-"
    ]
    return found + [f"{name} is not listed once" for name in names if _LINK.findall(index).count(name) != 1]


def incomplete(source: Source) -> list[str]:
    """What a record lacks: its title with its number, its parts in order, its brevity."""
    number, lines = PurePosixPath(source.path).name[:4], source.text.count("\n")
    told = []
    if not source.text.startswith(f"# {number} "):
        told.append(f"{source.path}: its title does not begin with {number}")
    if re.findall(r"^## (.+)$", source.text, re.MULTILINE) != PARTS:
        told.append(f"{source.path}: its parts are not {', '.join(PARTS)}")
    return told + ([f"{source.path}: {lines} lines, {MOST_LINES} at most"] if lines > MOST_LINES else [])


def unexplained(source: Source, *, rulings: str, architecture: str) -> list[str]:
    """Rulings and invariants that code names by number and the documents do not hold."""
    wrong = [
        f"{source.path}: ruling {number}"
        for number in re.findall(r"\bruling (\d+)", source.text)
        if not re.search(rf"^\| {number} \|", rulings, re.MULTILINE)
    ]
    return wrong + [
        f"{source.path}: invariant {number}"
        for number in re.findall(r"\binvariant (\d+)", source.text)
        if not re.search(rf"^\| {number} \|", architecture, re.MULTILINE)
    ]


def make_targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def settings() -> set[str]:
    """Every setting that the example file explains: the hub's, and the two that the embedded database reads."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def _document(path: str) -> Source:
    return Source(path, (ROOT / path).read_text(encoding="utf-8") if path.endswith(".md") else "")


def _joined(document: str, target: str) -> str:
    """The target of a link, from the root of the project."""
    if not target:
        return document
    parts: list[str] = []
    for part in (PurePosixPath(document).parent / target).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _anchors(source: Source) -> set[str]:
    """The headings as links name them: lower case, hyphens for spaces, without other marks."""
    headings = _HEADING.findall(_FENCED.sub("", source.text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _typed(source: Source, pattern: str) -> Iterator[str]:
    """What stands in code spans and shell blocks: pictures and prose are not typed."""
    shell = [body for language, body in _FENCED.findall(source.text) if language == "sh"]
    for text in (*shell, *_SPAN.findall(_FENCED.sub("", source.text))):
        yield from re.findall(pattern, text)


def _has(test: Source, names: list[str]) -> bool:
    """Whether the file has this class, and this method in it."""
    scope: list[ast.stmt] = test.tree().body
    for name in names:
        found = [
            node
            for node in scope
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
        ]
        if not found:
            return False
        scope = found[0].body
    return True


class TestTheDocuments:
    @pytest.mark.parametrize("path", WANTED)
    def test_are_there(self, path: str) -> None:
        assert (ROOT / path).read_text(encoding="utf-8").strip()

    def test_link_to_what_exists(self) -> None:
        assert faults(dead_links, documents()) == []

    @pytest.mark.parametrize(
        "text", ["[x](gone.md)", "![x](screens/gone.png)", "[x](../README.md#no-such-heading)", "[x](#nowhere)"]
    )
    def test_are_seen_when_a_link_is_dead(self, text: str) -> None:
        assert dead_links(Source("docs/x.md", text))

    def test_may_link_to_headings_and_other_sites(self) -> None:
        text = "# Where to look, next?\n[x](#where-to-look-next) [y](https://x.example/y) [z](../README.md)"
        assert not dead_links(Source("docs/x.md", text))

    def test_name_files_that_exist(self) -> None:
        assert faults(stale_paths, ours()) == []

    def test_are_seen_when_a_file_is_gone(self) -> None:
        assert stale_paths(Source("x.md", "see `hub/journey/gone.py` and `tests/x/`")) == [
            "x.md: hub/journey/gone.py",
            "x.md: tests/x",
        ]
        assert not stale_paths(Source("x.md", "`hub/journey/ingest.py`, `channels/<kind>/`, `storage/delivery/outbox`"))


class TestWhatPeopleAreToldToType:
    def test_is_a_target_of_the_makefile(self) -> None:
        assert faults(lambda one: unknown_targets(one, known=make_targets()), documents()) == []

    def test_is_seen_when_the_target_is_gone(self) -> None:
        told = Source("x.md", "`make fly`\n```sh\nmake swim ARGS=1   # make run\n```\nwe make do")
        assert unknown_targets(told, known={"run"}) == ["x.md: make swim", "x.md: make fly"]

    def test_is_a_command_of_the_hub(self) -> None:
        assert faults(unknown_commands, documents()) == []
        assert [name for name in COMMANDS if importlib.util.find_spec(f"hub.commands.{name}") is None] == []

    def test_is_seen_when_the_command_is_gone(self) -> None:
        told = Source("x.md", "`.venv/bin/hub fly`, `hub lab stars`, `hub run`; the hub says no, see `docs/hub`")
        assert unknown_commands(told) == ["x.md: hub fly", "x.md: hub lab stars"]

    def test_is_a_setting_of_the_hub(self) -> None:
        known = settings()
        assert known >= {
            str(field.validation_alias or f"HUB_{name.upper()}") for name, field in Settings.model_fields.items()
        }
        assert faults(lambda one: unknown_settings(one, known=known), ours()) == []

    def test_is_seen_when_the_setting_is_gone(self) -> None:
        told = Source("x.md", "Set HUB_WINGS, `DATABASE_URL_FOLDER` and HUB_PORT.")
        assert unknown_settings(told, known=settings()) == ["x.md: HUB_WINGS", "x.md: DATABASE_URL_FOLDER"]


class TestTheReadme:
    def test_sets_a_fresh_machine_up_with_two_commands(self) -> None:
        readme = _document("README.md")
        blocks = [body for language, body in _FENCED.findall(readme.text) if language == "sh"]
        typed = [line.partition("#")[0].strip() for line in blocks[0].splitlines()]
        assert typed[1:] == ["make setup", "make run"]
        assert "make test" in blocks[1]

    def test_shows_the_console_and_says_where_to_look_next(self) -> None:
        links = _LINK.findall(_document("README.md").text)
        assert "docs/screens/console.png" in links
        assert {path for path in WANTED if path != "README.md"} <= set(links)


class TestTheChangelog:
    def test_begins_with_the_version_of_the_project(self) -> None:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        assert re.findall(r"^## (\S+)", _document("CHANGELOG.md").text, re.MULTILINE)[0] == version


class TestADecisionRecord:
    def test_has_the_next_number_and_a_line_in_the_index(self) -> None:
        assert len(records()) >= 20
        assert out_of_order([one.path for one in records()], index=_document(INDEX).text) == []

    def test_is_seen_when_a_number_is_left_out_twice_given_or_not_listed(self) -> None:
        assert out_of_order(["a/0001-x.md", "a/0003-y.md"], index="[1](0001-x.md) [3](0003-y.md)")
        assert out_of_order(["a/0001-x.md", "a/0001-y.md"], index="[1](0001-x.md) [1](0001-y.md)")
        assert out_of_order(["a/0001-x.md", "a/0002-y.md"], index="[1](0001-x.md)")
        assert not out_of_order(["a/0001-x.md", "a/0002-y.md"], index="[1](0001-x.md) [2](0002-y.md)")

    def test_is_short_and_complete(self) -> None:
        assert faults(incomplete, records()) == []

    def test_is_seen_when_it_is_not(self) -> None:
        whole = "# 0001 X\n" + "".join(f"## {part}\n" for part in PARTS)
        assert not incomplete(Source("a/0001-x.md", whole))
        assert incomplete(Source("a/0002-x.md", whole))
        assert incomplete(Source("a/0001-x.md", whole.replace("## Alternatives\n", "")))
        assert incomplete(Source("a/0001-x.md", whole + "\n" * MOST_LINES))


class TestTheTestsThatDocumentsName:
    def test_exist(self) -> None:
        assert faults(lambda one: missing_tests(one, tests=python("tests")), ours()) == []

    def test_are_seen_when_they_do_not(self) -> None:
        told = Source("x.md", "`tests/a.py::TestA::test_is` `tests/a.py::TestA::test_was` `tests/b.py::TestB`")
        test = Source("tests/a.py", "class TestA:\n    async def test_is(self): ...")
        assert missing_tests(told, tests=[test]) == ["x.md: tests/a.py::TestA::test_was", "x.md: tests/b.py::TestB"]

    def test_stand_behind_each_requirement_that_this_slice_carries(self) -> None:
        chapters = re.split(r"^## ", _document("docs/traceability.md").text, flags=re.MULTILINE)[1:]
        assert [chapter[:4] for chapter in chapters] == list(CARRIED)
        for chapter in chapters:
            assert len(re.findall(r"`tests/[^`]+`", chapter)) >= 5, chapter[:4]
            assert "Owed by later rooms" in chapter, chapter[:4]


class TestWhatCodeNamesByNumber:
    def test_stands_in_the_documents(self) -> None:
        rulings, architecture = _document("docs/rulings.md").text, _document("ARCHITECTURE.md").text
        code = python(*ROOMS, "tests")
        told = [one for one in code if one.path != "tests/platform/test_documents.py"]
        assert faults(lambda one: unexplained(one, rulings=rulings, architecture=architecture), told) == []

    def test_is_seen_when_it_does_not(self) -> None:
        code = Source("hub/x.py", '"""As ruling 3 and ruling 99 say (invariant 1, invariant 77)."""')
        told = unexplained(code, rulings="| 3 | x |", architecture="| 1 | x |")
        assert told == ["hub/x.py: ruling 99", "hub/x.py: invariant 77"]
