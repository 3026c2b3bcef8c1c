# Set-up is part of every target: a machine needs Python 3.11 or newer, make and the package registries.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: rehearse test check unit chromium bench proofs audit-set pictures schema lock dist clean

rehearse: $(READY)  ## the main job: the whole pipeline on this machine, with real parts
	$(BIN)/vttsync rehearse

test: check chromium  ## every test, the slow ones too
	$(BIN)/pytest

unit: $(READY)  ## those without real npm, wrangler, workerd and Chromium
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile -m "not slow"

chromium: $(READY)  ## what the browser tests drive: found, or on Debian as root installed by apt
	$(BIN)/python -m tests.browser.chromium

check: $(READY)  ## style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.10 templates/publisher/python/src

bench: $(READY)  ## the figures in docs/performance.md
	$(BIN)/python -m tests.benchmarks

proofs: $(READY)  ## every wrong room of tests/mutants, then a right one 500 times on busy processors
	$(BIN)/python -m tests.mutants.table --play
	$(BIN)/python -m tests.benchmarks proofs

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("vttsync needs Python 3.11 or newer; say: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

audit-set: $(READY)  ## precision and recall of `vttsync audit`: the figures in docs/audit.md
	$(BIN)/python -m tests.audit.figures

pictures: $(READY) chromium  ## those in docs/images, taken anew
	$(BIN)/python -m tests.browser.pictures

schema: $(READY)  ## the JSON Schemas of broadcast scripts and of verdicts, made from their models
	$(BIN)/python -m vttsync.broadcast.script.schema > templates/broadcast/script.schema.json
	$(BIN)/python -m vttsync.output.verdict_schema > docs/verify-broadcast.schema.json

lock:  ## pin again after a change to the dependencies (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --extra node --extra browser --extra crowd --group dev pyproject.toml --output-file requirements.txt

dist: $(READY)  ## sdist, then the wheel from it
	rm -rf dist
	$(BIN)/python -m hatchling build --target sdist
	cd dist && tar -xzf *.tar.gz && cd */ && ../../$(BIN)/python -m hatchling build --target wheel --directory .. && cd .. && rm -rf */

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
