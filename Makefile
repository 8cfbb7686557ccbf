# The verbs of this project; README and .ci/run call these and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Where the evaluation articles and T5's tokenizer are; they are not part of this repository.
DATA ?= ../shared/data

.PHONY: run test coverage test-cluster check lint format types quick-tests bench trained faults soak quality screenshots install install-dev install-bench browser

run: install
	@$(BIN)/python app.py $(ARGS)

# Ray and browsers use every core by themselves, so theirs are not run beside others.
test: install-dev browser
	$(BIN)/python -m pytest -q --numprocesses auto --dist worksteal -m "not ray and not browser and not cluster"
	$(BIN)/python -m pytest --durations 20 -m "ray or browser"

# The lines that none of these tests runs. Child processes are traced too: 1.7 times the CPU time, so not part of `test`.
coverage: install-dev
	$(BIN)/python -m pytest -q --numprocesses auto --dist worksteal --cov -m "not ray and not browser and not cluster"

# Three machines made of namespaces: needs root, or user namespaces. Minutes.
test-cluster: install-dev
	$(BIN)/python -m tests.cluster $(ARGS)

check: lint
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target types quick-tests

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install-dev
	$(BIN)/mypy

quick-tests: install-dev
	$(BIN)/python -m pytest -q --numprocesses auto --dist worksteal --hypothesis-profile quick \
	  -m "not ray and not browser and not cluster and not slow"

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install-bench
	$(BIN)/python -m benchmarks.engine --tokenizer $(DATA)/t5-tokenizer --systems transformers engine engine_int8 $(ARGS)
	$(BIN)/python -m benchmarks.http --tokenizer $(DATA)/t5-tokenizer --data $(DATA)
	$(BIN)/python -m benchmarks.http --tokenizer $(DATA)/t5-tokenizer --data $(DATA) --precision int8
	$(BIN)/python -m benchmarks.plot_speed
	$(BIN)/python -m benchmarks.page

# Trains a small T5 first, 22 minutes; ARGS="--model DIR" takes another.
trained: install-bench
	$(BIN)/python -m benchmarks.trained --tokenizer $(DATA)/t5-tokenizer --data $(DATA) $(ARGS)

faults: install-dev
	$(BIN)/python -m benchmarks.faults $(ARGS)

soak: install-dev
	$(BIN)/python -m benchmarks.soak $(ARGS)

quality: install-bench
	$(BIN)/python -m benchmarks.quality --data $(DATA) $(ARGS)
	$(BIN)/python -m benchmarks.unsupported --data $(DATA)

screenshots: install-dev browser
	$(BIN)/python -m docs.screenshots

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Nutshell runs on Python 3.11 to 3.13. Install one, or say: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing what Nutshell needs into $(VENV) (once, a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

install-bench: install-dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt

browser: install-dev
	@$(BIN)/python tests/browser_setup.py
