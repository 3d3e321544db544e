# Every target does everything it needs on a machine with Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
ENV ?= local

.PHONY: sweep test lint viz bench docs install help
.DEFAULT_GOAL := sweep

sweep: .venv/runtime  ## run the default sweep; another environment: make sweep ENV=quick
	$(BIN)/kedro run --env=$(ENV)

test: .venv/test  ## run all tests
	$(BIN)/pytest

lint: .venv/lint  ## style, types, and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

viz: .venv/viz  ## open the pipelines and their results in a browser
	$(BIN)/kedro viz run --env=$(ENV)

bench: .venv/test .venv/bench  ## measure what is promised
	$(BIN)/python -m tests.benchmarks

docs: .venv/runtime  ## write what the last sweeps measured into the README and docs/results
	$(BIN)/python docs/paste.py

install: .venv/test .venv/lint  ## everything a developer needs

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##/\1:/p' $(MAKEFILE_LIST)

.venv/pip:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	touch $@

.venv/runtime: .venv/pip pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/%: .venv/runtime
	$(BIN)/pip install --quiet --editable ".[$*]"
	touch $@
