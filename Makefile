# `make run` starts a station, `make test` checks everything; both do all the
# set-up on a fresh Debian machine. What they need of Python lands in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help run test soak tour bench clean
.DEFAULT_GOAL := help

help:
	@echo 'make run          start tinyice on port 8000 (DEMO=1: with a programme of its own;'
	@echo '                  ARGS="--port 9000": more options)'
	@echo 'make test         install what the tests need, then run linters, types and all tests'
	@echo 'make soak         the long tests: many more generated cases, and those marked soak'
	@echo 'make tour         take the pictures of docs/tour.md anew'
	@echo 'make bench        measure into docs/performance.md (QUICK=1: two minutes; FULL=1: with'
	@echo '                  100,000 listeners)'
	@echo 'make clean        remove what the above made, except tinyice.json'

run: $(VENV)/.installed
	$(BIN)/tinyice $(if $(DEMO),--demo) $(ARGS)

test: $(VENV)/.installed-tests
	tests/install-clients.sh
	tests/everything.sh $(BIN) $(ARGS)

soak: $(VENV)/.installed-tests
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -m 'soak or hypothesis' --timeout=14400 $(ARGS)

tour: $(VENV)/.installed-tests
	WRITE_TOUR=1 $(BIN)/python -m pytest tests/browser/test_browser_tour.py $(ARGS)

bench: $(VENV)/.installed
	$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(FULL),--full) $(ARGS)

clean:
	rm -rf $(VENV) .cache build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	packaging/make-venv.sh $(PYTHON) $(VENV)

$(VENV)/.installed: $(BIN)/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-tests: $(BIN)/python setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $(VENV)/.installed $@
