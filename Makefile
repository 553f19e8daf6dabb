# The bot's tests run as on a machine without the model stack: the bot must not need it.
# The two commands of the README are `make demo` and `make test`; `make install` is the part that both share.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test chaos bench check format sweep

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: install
	exec $(BIN)/python -m bot demo

test: install
	ESHI_TEST_WITHOUT=torch,diffusers,transformers,accelerate,peft,safetensors $(BIN)/python -m pytest tests/bot
	$(BIN)/python -m pytest tests/engine tests/journey tests/chaos

# Bot and engine are killed while people ask, Discord stumbles and the disk fills up; a quarter of an hour at most. Two
# hundred jobs go to an engine that draws flat colours, thirty to the real one as the bot's child, with random weights.
# SEED=… runs the same schedules again.
chaos: install
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --real --jobs 30 --people 10 --kills 6 --seconds 90

# The safety filter against its whole corpus and, where it is at hand, the whole public tag list; minutes.
sweep: install
	$(BIN)/python -m tests.sweep

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
