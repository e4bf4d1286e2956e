PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# uv brings its own certificates; behind a company's proxy the system's are the ones that know it.
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo up down status test check format chaos bench lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 to 3.13 is needed, this is %d.%d. Name another: make PYTHON=python3.11" % sys.version_info[:2] if not (3, 11) <= sys.version_info[:2] <= (3, 13) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(INSTALL) || $(INSTALL) --system-certs
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

setup: $(STAMP) ## Build the environment in .venv

demo: $(STAMP) ## Run the whole night once on a seeded world, and show what was decided and sent
	@$(BIN)/abm demo

up: $(STAMP) ## Start everything and keep it running for the browser
	@$(BIN)/abm up

down: $(STAMP) ## Stop what 'make up' started
	@$(BIN)/abm down

status: $(STAMP) ## Show what is running
	@$(BIN)/abm status

test: $(STAMP) ## Everything CI runs
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20

check: $(STAMP) ## Style, types, imports, SQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/macros dbt_project/tests

format: $(STAMP) ## Bring code and SQL into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --processes 2 dbt_project/models

chaos: $(STAMP) ## Break 5,000 runs in every way, kill them anywhere, and compare what everybody holds afterwards
	ABM_CHAOS_EXAMPLES=5000 $(BIN)/python -m pytest tests/chaos -n 2 --dist loadfile

bench: $(STAMP) ## Measure against floors of the same machine; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks

lock: $(STAMP) ## Compile requirements.txt from pyproject.toml
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --prerelease if-necessary-or-explicit --extra dev --extra celery \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.txt

clean: ## Remove the environment and all state
	rm -rf $(VENV) .abm dbt_project/target dbt_project/logs
