# Each target makes what it needs; the second time that is nothing. `make help` lists them.

BIN := .venv/bin
TESTS := $(BIN)/python -m pytest -n auto

.DEFAULT_GOAL := help
.PHONY: help demo dev mart test test-fast test-long lint bench install clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

demo: install ## run the whole pipeline on an invented shop, and show the marts
	@$(BIN)/python -m wicked_pipeline.demo demo

dev: install ## open the Dagster UI: on your warehouse with a key in .env, else on the demo's
	@$(BIN)/python -m wicked_pipeline.demo dev

mart: install ## build, test and show a mart on a copy of the warehouse: make mart NAME=customer_ltv
	@$(BIN)/python -m wicked_pipeline.authoring $(NAME)

# By file, in the order of conftest.py: a file's tests share what takes long to make.
test: install ## run the tests
	@$(TESTS) --dist loadfile --no-loadscope-reorder -m "not long"

test-fast: install ## run the tests that start no dbt, no Dagster UI and no whole backfill
	@$(TESTS) --dist worksteal -m "not long and not slow"

test-long: install ## run what takes long: kills, sparse years, big worlds
	@$(TESTS) --dist worksteal -m long

lint: install ## check style, types, import contracts and dbt
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@cd dbt && ../$(BIN)/dbt --quiet parse --target-path target/lint

bench: install ## measure landing against the floor
	@$(BIN)/python -m benchmarks.landing

install: .venv/.installed

# dagster-dbt takes no Python newer than 3.13. PYTHON=… chooses one.
.venv/.installed: requirements.lock pyproject.toml
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && break; \
	  python=; \
	done; \
	if [ -z "$$python" ]; then echo "Python 3.11, 3.12 or 3.13 is needed, and none is on PATH" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python lacks venv: install it with your system's packages (Debian: apt install python3-venv)" >&2; \
	  exit 1; \
	fi; \
	echo "Installing into .venv with $$("$$python" --version); this takes a minute or two the first time"; \
	"$$python" -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean: ## remove what can be made again: .venv, dbt/target, caches
	rm -rf .venv dbt/target dbt/logs .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
