# Everything a person needs: `make run`. Everything a developer needs: `make check`, `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help screens setup setup-dev console run check lint types contracts console-check openapi openapi-check pure test test-all bench lock clean

PYTHON ?=
export PYTHON
BIN := .venv/bin
STEP := tools/step.sh
# The same seed everywhere: a failure seen once is seen again. `make test SEED=7` tries another.
SEED ?= 20261122
PYTEST := PYTHONHASHSEED=0 $(BIN)/python -m pytest --hypothesis-seed=$(SEED) -n auto --dist loadgroup
# Where there is no Chromium, .ci/run sets this to leave the browser tests out.
WITHOUT ?=
ARGS ?=

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install what is locked, and nothing else
	@tools/setup.sh runtime

setup-dev: ## the same with what tests and checks need
	@tools/setup.sh dev

console: setup ## build the console when its sources changed
	@tools/build_console.sh

run: console ## install, build, and run the whole product (ARGS="--no-demo --port 8081")
	@exec $(BIN)/hub run $(ARGS)

check: lint types contracts console-check openapi-check pure ## lint, types, contracts, console, pure tests (≤ 3 min)

lint: setup-dev
	@$(STEP) "lint" $(BIN)/ruff check .
	@$(STEP) "format" $(BIN)/ruff format --check .

types: setup-dev
	@$(STEP) "types" $(BIN)/mypy

contracts: setup-dev
	@$(STEP) "import contracts" $(BIN)/lint-imports

console-check: setup-dev
	@if [ -f console/package.json ]; then tools/build_console.sh --packages && \
	  $(STEP) "console types, lint, tests" tools/node.sh npm --prefix console run check; fi

openapi: setup-dev ## write the OpenAPI document and the console's client
	@tools/build_console.sh --packages
	@$(STEP) "OpenAPI document and client" tools/openapi.sh

openapi-check: setup-dev
	@if [ -f console/package.json ]; then tools/build_console.sh --packages && \
	  $(STEP) "OpenAPI document and client" tools/openapi.sh check; fi

pure: setup-dev
	@echo "· pure tests, seed $(SEED)"
	@$(PYTEST) -m "not database and not browser and not long" tests

test: setup-dev ## every test but the long ones, with the rig (≤ 20 min)
	@tools/build_console.sh
	@echo "· tests, seed $(SEED)"
	@$(PYTEST) -m "not long$(WITHOUT)" tests

test-all: setup-dev ## every test (≤ 60 min)
	@tools/build_console.sh
	@echo "· all tests, seed $(SEED)"
	@$(PYTEST) tests

screens: setup-dev ## pictures of every screen of the hub that runs, into docs/screens
	@PYTHONPATH=. $(BIN)/python tools/screens.py $(ARGS)

bench: setup ## figures against the budgets, as JSON
	@$(BIN)/hub bench $(ARGS)

lock: setup-dev ## renew requirements/ from pyproject.toml (UPGRADE=1: newest versions)
	@tools/lock.sh

clean: ## remove what was built and cached; data (var/) and the environment stay
	@rm -rf console/dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -not -path './console/node_modules/*' -prune -exec rm -rf {} +
