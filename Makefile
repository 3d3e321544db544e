# Every target does everything it needs on a machine with Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
ENV ?= local
PIPELINE ?= prune_sweep
DAGS ?= build/airflow

.PHONY: sweep test lint viz site bench soak docs package airflow install help
.DEFAULT_GOAL := sweep

sweep: .venv/runtime  ## run the default sweep; another environment: make sweep ENV=quick
	$(BIN)/kedro run --env=$(ENV)

test: .venv/test  ## run all tests
	$(BIN)/pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

lint: .venv/lint  ## style, types, and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

viz: .venv/viz  ## open the pipelines and their results in a browser
	KEDRO_ENV=$(ENV) $(BIN)/python docs/static_site.py --open

site: .venv/viz  ## the same as files, with the newest report, in build/site
	KEDRO_ENV=$(ENV) $(BIN)/python docs/static_site.py

bench: .venv/test .venv/bench  ## measure what is promised
	$(BIN)/python -m tests.benchmarks

soak: .venv/test  ## kill the quick sweep 25 times, run it twice at once ten times, and compare
	$(BIN)/python -m tests.soak $(SOAK)

docs: .venv/runtime  ## write what the last sweeps measured into the pages, and docs/methods.md
	$(BIN)/python docs/paste.py
	$(BIN)/python docs/methods.py

# what build/ holds of an earlier version would go into the wheel, and Kedro leaves only conf/local's
# .yml files out of the archive
package: .venv/runtime  ## a wheel and an archive of conf, in dist/, to run where the repository is not
	rm -rf build/lib build/bdist.* dist
	TAR_OPTIONS='--exclude=conf/local/?*' $(BIN)/kedro package
	rm -rf build/lib build/bdist.*

airflow: .venv/airflow  ## write the DAG of a pipeline: make airflow ENV=quick DAGS=/opt/airflow/dags
	$(BIN)/kedro airflow create --env=$(ENV) --pipelines=$(PIPELINE) --group-by=namespace \
		--jinja-file=airflow/dag.py.jinja --target-dir=$(DAGS) \
		--conf-source="$(CURDIR)/conf" --params="project_path=$(CURDIR)"

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
