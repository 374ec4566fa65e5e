"""The Compose file: valid by its format, and true to the product's settings."""

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hub.settings import Settings

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def is_valid(document: object) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(document))


class TestTheComposeFile:
    def test_is_valid_by_the_schema(self, compose: dict[str, Any]) -> None:
        jsonschema.validate(compose, SCHEMA, cls=jsonschema.Draft202012Validator)

    @pytest.mark.parametrize(
        ("service", "key", "value"),
        [
            ("api", "helthcheck", {}),
            ("api", "restart", "sometimes"),
            ("api", "ports", ["eighty:80"]),
            ("postgres", "volumes", ["postgres-data"]),
            ("worker", "depends_on", {"postgres": {"condition": "service_well"}}),
            ("postgres", "stop_grace_period", "soon"),
        ],
    )
    def test_would_be_refused_with_a_slip_of_the_pen(
        self, compose: dict[str, Any], service: str, key: str, value: object
    ) -> None:
        slipped = copy.deepcopy(compose)
        slipped["services"][service][key] = value
        assert is_valid(compose)
        assert not is_valid(slipped)

    def test_has_every_part_of_the_product(self, compose: dict[str, Any]) -> None:
        assert set(compose["services"]) >= {"postgres", "migrate", "api", "worker", "console"}

    def test_names_only_services_volumes_and_secrets_that_exist(self, compose: dict[str, Any]) -> None:
        for service in compose["services"].values():
            assert set(service.get("depends_on", {})) <= set(compose["services"])
            assert set(service.get("secrets", [])) <= set(compose["secrets"])
            assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(compose["volumes"])

    def test_gives_every_secret_by_file(self, compose: dict[str, Any]) -> None:
        for service in compose["services"].values():
            for name in service.get("environment", {}):
                if any(word in name for word in ("PASSWORD", "KEY", "SECRET", "DATABASE_URL")):
                    assert name.endswith("_FILE"), name

    def test_knows_when_each_server_is_well(self, compose: dict[str, Any]) -> None:
        for name in ("postgres", "api", "console"):
            assert "healthcheck" in compose["services"][name], name

    def test_sets_only_settings_that_the_hub_has(self, compose: dict[str, Any]) -> None:
        known = {str(field.validation_alias or f"HUB_{name.upper()}") for name, field in Settings.model_fields.items()}
        assert set(compose["services"]["api"]["environment"]) <= known

    def test_builds_targets_that_the_dockerfile_has(self, compose: dict[str, Any]) -> None:
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        for service in compose["services"].values():
            if "build" in service:
                assert f" AS {service['build']['target']}\n" in dockerfile

    def test_is_accepted_by_docker_itself(self) -> None:
        docker = shutil.which("docker")
        if (
            docker is None
            or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
        ):
            pytest.skip("this machine has no docker compose")
        said = subprocess.run(
            [docker, "compose", "config", "--quiet"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stderr


class TestTheImage:
    def test_does_not_run_as_root(self) -> None:
        stages = (ROOT / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")
        for name in ("hub", "console"):
            stage = next(text for text in stages if text.split("\n")[0].endswith(f" AS {name}"))
            assert "\nUSER " in stage, name

    def test_leaves_secrets_and_data_out(self) -> None:
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
        assert {".env", "var", "secrets", ".git"} <= set(ignored)
