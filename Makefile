# Every target works from a fresh clone with python3 (3.11 or newer), git and make.
# PYTHON=… chooses the interpreter; nothing outside this folder is touched.

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help venv test test-all test-slow test-other test-on editors test-editors vscode lint docs demo faults bench clean

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MANAGERS := .managers/.installed
VSIX := lsp/editors/vscode/dist/studio-git.vsix
# The oldest Python has all tests; the others those of the parts that are written in it most.
NEWEST := 3.13
NEWEST_TESTS := tests/core tests/store tests/services tests/commands tests/e2e tests/lsp/test_server.py tests/lsp/test_drift_subject.py tests/hooks/test_worker.py
BETWEEN := 3.12
BETWEEN_TESTS := tests/core tests/store
HOOK := import sys; from studio_hooks.shims import EVERY_STAGE, block; \
  print(*EVERY_STAGE) if len(sys.argv) == 1 else \
  print("\#!/bin/sh", block(sys.argv[1], python="/usr/bin/python3", isolation="-I"), sep="\n")

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(STAMP) ## Make the virtual environment with everything for development

$(STAMP): pyproject.toml
	@python=$$(PYTHON="$(PYTHON)" sh .ci/python) && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# The other hook managers, beside which ours is tested, come from npm.
$(MANAGERS): .ci/managers
	sh .ci/managers

test: $(STAMP) $(MANAGERS) ## The quick tests
	$(BIN)/pytest -q -n auto -m "not slow and not editor" $(SELECTED)

test-all: test test-slow test-other test-editors ## All tests, on every Python that is installed

test-slow: $(STAMP) $(MANAGERS) ## The heavy tests alone
	$(BIN)/pytest -q -n auto -m "slow and not editor"

editors: ## Install the editors that the tests drive, as .ci/editors says
	@for script in .ci/editors/*; do echo "== $$script"; sh $$script || exit 1; done

test-editors: $(STAMP) $(VSIX) ## The language server in real editors, the dashboard in a browser, as "make editors" installed them
	$(BIN)/pytest -q -m editor tests/editors tests/web

vscode: $(VSIX) ## Build the extension for VS Code: lsp/editors/vscode/dist/studio-git.vsix

$(VSIX): $(wildcard lsp/editors/vscode/*.* lsp/editors/vscode/src/*)
	cd lsp/editors/vscode && npm ci --no-audit --no-fund --loglevel=error && npm run --silent package

test-other: ## The quick tests on other Pythons, as far as these can make a difference
	@$(MAKE) --no-print-directory test-on VERSION=$(BETWEEN) SELECTED="$(BETWEEN_TESTS)"
	@$(MAKE) --no-print-directory test-on VERSION=$(NEWEST) SELECTED="$(NEWEST_TESTS)"

test-on:
	@if python=$$(PYTHON= sh .ci/python "$(VERSION)"); then \
	  echo "== Python $(VERSION)"; \
	  $(MAKE) --no-print-directory VENV=.venv-$(VERSION) PYTHON="$$python" test; \
	else \
	  echo "== Python $(VERSION) is not installed: not tested"; \
	fi

lint: $(STAMP) ## Style, types, the import contracts, the shims, the generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=docs $(BIN)/mypy docs/generate.py
	MYPYPATH=benchmarks $(BIN)/mypy benchmarks/*.py
	$(BIN)/lint-imports
	$(BIN)/shellcheck --shell=bash studio_git/completions/git-studio.bash .ci/run demo/run.sh
	$(BIN)/shellcheck .ci/python .ci/managers .ci/editors/*
	@for stage in $$($(BIN)/python -c '$(HOOK)'); do echo "shellcheck the $$stage hook"; \
	  $(BIN)/python -c '$(HOOK)' "$$stage" | $(BIN)/shellcheck - || exit 1; done
	$(BIN)/python docs/generate.py --check

docs: $(STAMP) ## Write the pages, the manual and the completions that are made from the code
	$(BIN)/python docs/generate.py

demo: $(STAMP) ## Play the whole story on a real repository (REPO=… for another one)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash demo/run.sh $(REPO)

faults: $(STAMP) $(MANAGERS) ## Every fault at its full count (SEED=…, ROWS="R1 S5"); goes on where it was stopped
	$(BIN)/python tests/faults/run.py $(PAGE)

bench: $(STAMP) ## What we promise of speed, and peers beside it: some twenty minutes (FULL=--full: the large sizes; NAMES="commit lsp"; PAGE=--page); goes on where it was stopped
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/run.py $(FULL) $(COMPILE) $(PAGE) $(NAMES)

clean: ## Remove what the other targets made
	rm -rf .venv .venv-3.* build dist lsp/editors/vscode/dist lsp/editors/vscode/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .faults .bench .managers .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
