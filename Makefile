# july30: `make run` and `make test` need python3 (3.11 or newer, with venv) and nothing else.
PYTHON ?= python3
BIN := .venv/bin
SEED ?= 30
POSTS ?= 10000
DATABASE ?= sqlite

.DEFAULT_GOAL := help
.PHONY: help run test bench soak lint format docs pictures clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: .venv/core  ## an invented sample campaign in demo/: daemon and console, until Ctrl-C
	$(BIN)/july30 up --demo

test: .venv/test  ## everything that CI runs: format, lint, types, import rules, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

lint: .venv/test  ## format, lint, types and import rules without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/test  ## put the source into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/test  ## the numbers, as ratios against baselines of the same run
	$(BIN)/python -m bench

soak: .venv/test  ## random faults and kills: SEED=… POSTS=… DATABASE=sqlite|postgres; the last line is JSON
	$(BIN)/python -m tests.faults.soak --seed $(SEED) --posts $(POSTS) --database $(DATABASE)

docs: .venv/test  ## write docs/platforms.md anew, from what the adapters say
	$(BIN)/python -m adapters.describe

pictures: .venv/test  ## take the README's pictures anew, of a running demo (needs Chromium)
	$(BIN)/python -m tests.journeys.take_pictures docs/pictures

clean:  ## remove the environment and what the sample made
	rm -rf .venv demo

.venv/core: requirements/core.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/core.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/test: .venv/core requirements/test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/test.txt
	touch $@
