# Sagsgang: every target sets up .venv by itself and is quick when nothing changed.
#   make demo [ARGS=--once]   plays the report of spring 2025 on embedded parts
#   make test [ARGS=...]      runs every test, with types, style and import contract
#   make lint                 types, style, import contract, Dockerfile and compose file alone
#   make fmt                  formats the code and mends what can be mended by itself
#   make requirements         writes the requirements files anew from pyproject.toml

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --strip-extras --allow-unsafe
GROUP := import sys, tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")

.DEFAULT_GOAL := test
.PHONY: .venv demo test lint fmt requirements

.venv: $(STAMP)

$(STAMP): requirements.txt pyproject.toml web/assets.toml tests/provider/packages.toml tests/browser/fetch.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is missing or older than Python 3.11. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv; then again: make $(MAKECMDGOALS)" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@command -v npm >/dev/null || $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-assets.txt
	$(BIN)/python -m web.assets --with-tests
	$(BIN)/python -m tests.provider.fetch
	$(BIN)/python -m tests.browser.fetch
	@touch $@

demo: .venv
	$(BIN)/sagsgang demo $(ARGS)

test: .venv
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

fmt: .venv
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# The second file is for the production image: the same versions, what builds the project, no tool of development.
# The third brings npm where the machine has none.
requirements: .venv
	$(BIN)/python -c '$(GROUP)' dev | $(COMPILE) --output-file requirements.txt pyproject.toml -
	$(COMPILE) --all-build-deps --constraint requirements.txt --output-file requirements-production.txt pyproject.toml
	$(BIN)/python -c '$(GROUP)' assets | $(COMPILE) --output-file requirements-assets.txt -
