# What a newcomer types. `make` alone lists the targets; each installs what it needs into .venv.

PYTHON ?= python3
UV ?= uv
ARGS ?=
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
LOCALES := $(patsubst translations/%/LC_MESSAGES/messages.po,%,$(wildcard translations/*/LC_MESSAGES/messages.po))
CATALOGUES := $(LOCALES:%=translations/%/LC_MESSAGES/messages.mo)
WIDGET_SOURCES := $(shell find widget -type f -not -path '*/__pycache__/*' 2>/dev/null)
WIDGET := static/widget/manifest.json

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# uv is quicker where it is there; pip does the same everywhere.
INSTALL := $(if $(shell command -v $(UV) 2>/dev/null),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --quiet)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-embed test-whole test-crash test-engines test-instructions lint bench bench-embed compile messages lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.base $(CATALOGUES) $(WIDGET) ## serve the demo; hand options on with ARGS="--port 9000"
	$(BIN)/portals demo $(ARGS)

test: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## run the whole test suite; a part of it with ARGS="tests/intake"
	requirements/system-packages
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

test-embed: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## run every case of the browser's tests, not one of each
	requirements/system-packages
	$(BIN)/python -m pytest -n $(WORKERS) tests/browser --all-cases $(ARGS)

test-whole: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## run every case of every test: pages on both databases, all of the browser's
	requirements/system-packages
	$(BIN)/python -m pytest -n $(WORKERS) --all-cases $(ARGS)

test-crash: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## kill, cut off, fill and flood what takes reports; at full size, for hours, with FULL=1
	requirements/system-packages
	CRASH=1 $(BIN)/python -m pytest -s tests/crash $(ARGS)

test-engines: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## drive the form in Firefox and WebKitGTK too
	requirements/engines-packages
	$(BIN)/python -m pytest -n $(WORKERS) tests/engines $(ARGS)

test-instructions: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## hold what a report costs, in instructions (valgrind, gcc)
	$(BIN)/python -m pytest tests/instructions $(ARGS)

lint: $(VENV)/.lint $(WIDGET) ## check style, types, import rules, templates, security and the widget's size
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet server/web
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive server widget
	$(BIN)/python -m widget.build --sizes

bench: $(VENV)/.base $(CATALOGUES) $(WIDGET) ## measure all, or a part with ARGS="intake" or "frame"; results stand in bench/
	$(BIN)/python -m bench $(ARGS)

bench-embed: $(VENV)/.test $(CATALOGUES) $(WIDGET) ## measure the embed on an emulated 2G link, in Chromium
	requirements/system-packages
	$(BIN)/python -m bench.embed $(ARGS)

compile: $(CATALOGUES) $(WIDGET) ## compile the translations and build the widget

messages: $(VENV)/.base ## collect the texts of the sources and bring the catalogues up to date
	$(BIN)/pybabel --quiet extract --mapping-file=babel.cfg --output-file=translations/messages.pot \
	  --keywords=lazy_gettext --add-comments=Translators: --add-location=file --omit-header --width=100 .
	$(BIN)/pybabel --quiet update --input-file=translations/messages.pot --output-dir=translations \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=100

lock: ## resolve the locks again (needs uv); newest versions with ARGS=--upgrade
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv, or UV=/path/to/uv" >&2; exit 1; }
	$(LOCK) pyproject.toml --output-file requirements/base.txt
	$(LOCK) pyproject.toml --extra oidc --constraint requirements/base.txt --output-file requirements/oidc.txt
	$(LOCK) --group build --constraint requirements/base.txt --output-file requirements/build.txt
	$(LOCK) pyproject.toml --extra oidc --group test --constraint requirements/base.txt --constraint requirements/build.txt --output-file requirements/test.txt
	$(LOCK) pyproject.toml --extra oidc --group lint --constraint requirements/test.txt --constraint requirements/build.txt --output-file requirements/lint.txt

# Hashes instead of addresses: a lock is good for any index or mirror.
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url $(ARGS)

clean: ## remove everything that was made: environment, builds, caches, the demo's data
	rm -rf $(VENV) var dist build static/widget examples/react/dist examples/react/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f $(CATALOGUES)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is needed; on Debian: apt-get install python3-venv" >&2; exit 1; }

# The code itself is installed as a link to this folder, without a download.
$(VENV)/.base: requirements/base.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/base.txt -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	$(INSTALL) --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.lint: requirements/lint.txt $(VENV)/.base
	$(INSTALL) --require-hashes -r requirements/lint.txt
	@touch $@

%.mo: %.po | $(VENV)/.base
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

$(WIDGET): $(WIDGET_SOURCES) | $(VENV)/.base
	$(BIN)/python -m widget.build
