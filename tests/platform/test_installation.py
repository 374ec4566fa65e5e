"""What a bare machine is given: locks, targets, explained settings, a command line that answers at once."""

import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from hub.__main__ import COMMANDS, main
from hub.settings import Settings

ROOT = Path(__file__).parents[2]
LOCKS = ("runtime", "node", "dev")
#: Read by the embedded database alone, before there are settings.
READ_BY_THE_DATABASE = {"HUB_PG_BIN", "HUB_PG_USER"}


def locked(name: str) -> dict[str, str]:
    """The packages of a lock and their versions."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {match[1]: match[2] for match in re.finditer(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE)}


def normal(requirement: str) -> str:
    """The normalised name of the package that a requirement asks for."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


class TestTheLocks:
    @pytest.mark.parametrize("name", LOCKS)
    def test_hold_no_address_and_no_index_option(self, name: str) -> None:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^\s*(-i|-f|--(index|extra-index|find-links|trusted))", text, re.MULTILINE)

    @pytest.mark.parametrize("name", LOCKS)
    def test_give_every_package_its_hashes(self, name: str) -> None:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        packages = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
        assert packages
        assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []

    def test_hold_what_the_project_asks_for(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        extras = project["optional-dependencies"]
        for name, wanted in (
            ("runtime", project["dependencies"]),
            ("node", extras["node"]),
            ("dev", [*project["dependencies"], *extras["dev"]]),
        ):
            missing = {normal(one) for one in wanted} - {normal(one) for one in locked(name)}
            assert not missing, f"run make lock: {missing}"

    def test_agree_with_one_another(self) -> None:
        runtime, dev = locked("runtime"), locked("dev")
        assert {name: dev.get(name) for name in runtime} == runtime

    def test_of_the_console_hold_no_address(self) -> None:
        lock = ROOT / "console" / "package-lock.json"
        assert '"resolved"' not in lock.read_text(encoding="utf-8")


class TestTheMakefile:
    @pytest.mark.parametrize(
        "target", ["setup", "run", "check", "test", "test-all", "bench", "lock", "openapi", "openapi-check", "clean"]
    )
    def test_has_the_target(self, target: str) -> None:
        said = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stderr

    def test_checks_that_the_console_knows_the_api(self) -> None:
        planned = subprocess.run(
            ["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert "tools/openapi.sh check" in planned

    def test_is_what_the_continuous_integration_runs(self) -> None:
        script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
        assert "make check" in script
        assert "make test" in script


class TestTheExampleSettings:
    def test_name_each_setting_of_the_hub_once(self) -> None:
        text = (ROOT / ".env.example").read_text(encoding="utf-8")
        shown = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)
        known = {str(field.validation_alias or f"HUB_{name.upper()}") for name, field in Settings.model_fields.items()}
        assert sorted(shown) == sorted(known | READ_BY_THE_DATABASE)

    def test_show_the_defaults(self) -> None:
        text = (ROOT / ".env.example").read_text(encoding="utf-8")
        shown = dict(re.findall(r"^#(HUB_[A-Z0-9_]+)=(.*)$", text, re.MULTILINE))
        for name, field in Settings.model_fields.items():
            value = shown.get(f"HUB_{name.upper()}", "")
            if field.default is not None and not name.endswith("_file"):
                default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
                assert value == default, name

    def test_explain_each_setting(self) -> None:
        lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        blocks = "\n".join(lines).split("# ---")
        assert all("\n# " in block for block in blocks[1:])


class TestTheCommandLine:
    def test_lists_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert all(f" {name} " in shown for name in COMMANDS)

    def test_answers_help_without_loading_the_product(self) -> None:
        probe = "import sys; from hub.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        probe += "print({'sqlalchemy', 'fastapi', 'pydantic', 'asyncpg'} & set(sys.modules))"
        said = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
        assert said.stdout.splitlines()[-1] == "set()"

    def test_answers_help_at_once(self) -> None:
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "hub", "--help"], capture_output=True, check=True, cwd=ROOT)
        assert time.monotonic() - began < 2

    @pytest.mark.parametrize("name", sorted(COMMANDS))
    def test_knows_the_options_of(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert f"hub {name}" in capsys.readouterr().out

    def test_refuses_a_command_that_does_not_exist(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["fly"])
        assert ended.value.code == 2
        assert "fly" in capsys.readouterr().err

    def test_says_which_command_this_installation_lacks(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(COMMANDS, "teleport", "go there")
        assert main(["teleport"]) == 2
        assert "hub.commands.teleport" in capsys.readouterr().err
