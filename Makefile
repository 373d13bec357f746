# The words are the same here and in a generated project: run, test, lint, fix.
PYTHON ?= python3
VENV ?= .venv
ANSWERS ?=

TEMPLATE := {{cookiecutter.project_slug}}
BAKE := build/my-service
BIN := $(VENV)/bin
# The checksum of the pins is in the name, so that other pins install anew and other dates do not.
INSTALLED := $(VENV)/.installed-$(firstword $(shell cksum < requirements-dev.txt))
SOURCES := $(shell find '$(TEMPLATE)' hooks *.py cookiecutter.json -type f -not -path '*/__pycache__/*')

# ruff is told which settings to use, since the pyproject.toml in the template folder is no TOML yet.
RUFF := $(BIN)/ruff

.DEFAULT_GOAL := help
.PHONY: help run bake test lint fix requirements

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: build/.baked ## Bake the default answers into build/ and serve that project
	@$(MAKE) --no-print-directory -C $(BAKE) run VENV=$(abspath build/.venv)

bake: $(INSTALLED) ## Bake ANSWERS="question=answer ..." into build/
	@rm -rf $(BAKE) build/.baked
	@$(BIN)/cookiecutter . --no-input --default-config -o build $(ANSWERS) project_slug=$(notdir $(BAKE))

test: lint ## Check everything: style, questions, hooks, bakes, and the bakes' own tests
	@$(BIN)/python -m pytest

lint: $(INSTALLED) ## Check style and types, here and in the template folder; repair nothing
	@$(RUFF) format --config pyproject.toml --check .
	@$(RUFF) check --config pyproject.toml .
	@$(BIN)/mypy
	@$(BIN)/pre-commit validate-config .pre-commit-config.yaml

fix: $(INSTALLED) ## Repair what ruff can repair
	@$(RUFF) check --config pyproject.toml --fix .
	@$(RUFF) format --config pyproject.toml .

requirements: $(INSTALLED) ## Pin anew what changed in the ranges (upgrade=yes: move every pin)
	@$(BIN)/python scripts/requirements.py $(if $(upgrade),--upgrade)

build/.baked: $(INSTALLED) $(SOURCES)
	@$(MAKE) --no-print-directory bake ANSWERS=
	@touch $@

$(INSTALLED):
	@$(if $(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),, \
		$(error Python 3.11 or newer is needed; name one: make PYTHON=python3.13))
	@echo 'Installing into $(VENV), once ...'
	@if command -v uv >/dev/null; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt; \
	else \
		$(PYTHON) -m venv --clear $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt; \
	fi
	@touch $@
