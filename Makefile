# Run `make help` for what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Override any of these on the command line, e.g. `make test WORKERS=8`.
VENV ?= .venv
WORKERS ?= 2
TORCH_ARGS ?=
ROUNDS ?= 300

PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
LOCKED := $(PIP) install --quiet --no-deps --require-hashes
INSTALLED := $(VENV)/.installed
FAST := $(addprefix test/,uls evaluation/analysis evaluation/results evaluation/compare algorithm/job \
	clinic/lesions training/jobs training/phantoms training/starter/settings)
SCRIPTS := $(wildcard *.sh bundle/*.sh requirements/*.sh .ci/*.sh test/algorithm/engines/winograd/*.sh) .ci/run

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 25

.PHONY: venv
venv: $(INSTALLED) ## Make .venv: the project (editable) and all that its tests and checks need
	@echo "$(VENV) is up to date; use it with: source $(VENV)/bin/activate"

.PHONY: test
test: venv check ## Lint, types, and all tests that need no Docker engine
	$(VENV)/bin/python -m pytest -n $(WORKERS) -m "not container"

.PHONY: fast
fast: venv ## The quickest 1,700 tests, in under a minute: while you work
	$(VENV)/bin/python -m pytest -q -n $(WORKERS) $(FAST)

.PHONY: check
check: venv ## Lint, format, types, shell scripts, and which package imports which
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/shellcheck $(SCRIPTS)
	$(VENV)/bin/lint-imports --no-cache

.PHONY: format
format: venv ## Format the code and mend what the linter can
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

.PHONY: docs
docs: venv ## Build the documentation into a site that works offline (out/docs/site); warnings are errors
	$(VENV)/bin/python docs/build_site.py

.PHONY: clean
clean: ## Remove what builds and tests leave in the checkout; .venv stays (rm -rf .venv)
	rm -rf build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

.PHONY: sanitize
sanitize: ## Run the C code under sanitizers with random layers (ROUNDS=300; needs gcc or CC)
	test/algorithm/engines/winograd/sanitize.sh $(ROUNDS)

.PHONY: test-containers
test-containers: venv ## Build the images and test them, and the documents' commands, on a Docker engine
	$(VENV)/bin/python -m pytest -m container test/containers test/documents

.PHONY: lock
lock: venv ## Write the lock files anew (UPGRADE=1: with the newest versions)
	requirements/lock.sh $(if $(UPGRADE),--upgrade)

# torch comes first, alone: nothing that follows can then bring in CUDA packages or another torch.
$(INSTALLED): requirements/build.txt requirements/dev.txt constraints.txt pyproject.toml setup.py $(wildcard algorithm/engines/winograd/native/*.[ch]) algorithm/engines/winograd/build.py
	@[ -x $(VENV)/bin/python ] || requirements/make-venv.sh $(VENV)
	@echo "Installing torch into $(VENV) ..."
	$(PIP) install --quiet --no-deps $(TORCH_ARGS) --constraint constraints.txt torch
	@echo "Installing the locked requirements (2 GB with torch; minutes the first time) ..."
	$(LOCKED) --requirement requirements/build.txt
	$(LOCKED) --no-build-isolation --requirement requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@requirements/check-torch.sh $(VENV)
	@touch $@
