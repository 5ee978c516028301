# Two commands: `make run` and `make test`. Only Python 3.11-3.13 and make are needed, and a package registry.
SHELL := /bin/bash
PYTHON ?= python3
# The recipes take it from the environment: a path may hold spaces.
CONFIG ?= tasuki.toml
export CONFIG
BIN := .venv/bin
STAMP := .venv/.installed
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run setup test prove bench dev lint lock

run: setup
	@$(BIN)/tasuki simulate --if-missing --config "$$CONFIG"
	@$(BIN)/tasuki run --config "$$CONFIG"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.11 to 3.13 is needed; name one with: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# One worker per core; tests that share a company stay together (tests/conftest.py). Few companies are shared: more workers only wait.
test: setup
	$(BIN)/pytest -m "not prove" -n logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

prove: setup
	$(BIN)/pytest -m prove -s

bench: setup
	$(BIN)/python -m benchmarks

# Dagster's web interface, schedule and sensor, on this machine only: http://127.0.0.1:3000
dev: setup
	@home=$$($(BIN)/tasuki dagster-home --config "$$CONFIG") && folder=$$(cd "$$(dirname "$$CONFIG")" && pwd) && \
		TASUKI_CONFIG="$$folder/$$(basename "$$CONFIG")" DAGSTER_HOME="$$home" PATH="$(CURDIR)/$(BIN):$$PATH" \
		$(BIN)/dagster dev -h 127.0.0.1 -m orchestration.definitions

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The lock file names no registry: it installs from whichever this machine uses.
lock: setup
	$(PIP) uv
	$(BIN)/python -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --upgrade --custom-compile-command 'make lock' -o requirements.lock
