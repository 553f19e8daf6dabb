# The two commands of the README are `make demo` and `make test`; `make install` is the part that both share.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test bench check format

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: install
	exec $(BIN)/python -m bot demo

test: install
	$(BIN)/python -m pytest

# One of them alone: make bench ONLY=vocabulary
bench: install
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
