# The bot's tests run as on a machine without the model stack: the bot must not need it.
# The two commands of the README are `make demo` and `make test`; what only developers need is installed for the latter.
PYTHON ?= python3
BIN := .venv/bin
# Without compiling, which takes longer than the download: for the demo, what is imported is compiled when it is.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-compile -c .venv/constraints.txt
# Of which page of PyTorch's its build comes: make install TORCH=cu126, cu130, rocm7.2 or cpu. "": pip's usual one.
TORCH ?=
TORCH_PAGES := https://download.pytorch.org/whl
EXTRAS := demo,engine,metrics,setup,tagger
# All pins, but for a torch that is there already and what comes with it: that build was chosen for this machine's card,
# so an update leaves it alone.
PINS = { if $(BIN)/python -c 'import importlib.metadata as m; print("torch==" + m.version("torch"))' 2>/dev/null; \
	then grep -vE '^(torch|triton|nvidia-|cuda-)' constraints.txt; else cat constraints.txt; fi; } > .venv/constraints.txt

.PHONY: install develop setup lock audit bare fresh demo test test-pythons mutants clients chaos cluster cluster-demo soak fuzz bench bench-demo topology pictures check format sweep

install: .venv/installed
develop: .venv/developed

.venv/installed: pyproject.toml constraints.txt
	@echo 'Installing into .venv, once: two to five minutes, 1.1 GB. With CUDA, which pip takes along on Linux, it is'
	@echo 'some gigabytes more. pip says below how far it is.'
	@$(PYTHON) -m venv .venv
	@$(if $(TORCH),$(BIN)/python -m pip install "$$(grep ^torch== constraints.txt)" --index-url $(TORCH_PAGES)/$(TORCH))
	@$(PINS)
	@$(PIP) -e '.[$(EXTRAS)]'
	@du -sh .venv
	@touch $@

# constraints.txt, pylock.toml and sbom.cdx.json say what uv.lock says; after a change of pyproject.toml. With UPGRADE=NAME that package
# is taken newer.
lock: .venv/developed
	$(BIN)/uv lock --default-index https://pypi.org/simple $(if $(UPGRADE),--upgrade-package $(UPGRADE))
	$(BIN)/uv export --quiet --frozen --all-extras --no-emit-project --no-hashes --no-annotate --no-header -o constraints.txt
	$(BIN)/uv export --quiet --frozen --all-extras --no-emit-project --no-header --format pylock.toml -o pylock.toml
	$(BIN)/python -m tests.sbom

# Whether anything that is pinned is known to be vulnerable. Where the data cannot be reached it is skipped, and says so.
audit: develop
	$(BIN)/python -m tests.audit

.venv/developed: .venv/installed
	$(PIP) --quiet -e '.[dev]'
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true  # some packages carry files that no Python takes
	touch $@

# Asks what a bot of your own needs, and checks each answer; ARGS="--contact @you …" answers without being asked.
setup: install
	@exec $(BIN)/python -m bot setup $(ARGS)

demo: install
	@echo 'Starting: the address comes in a few seconds.'
	@exec $(BIN)/python -m bot demo

# The demo on a Ray cluster of this machine: a head, and two nodes with a card each that is really the processor. Progress
# and results say which card drew.
cluster-demo: develop
	@exec $(BIN)/python -m tests.cluster

# Two files at a time; the longest journeys begin first, so that none is alone at the end.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: develop
	ESHI_TEST_WITHOUT=torch,diffusers,transformers,accelerate,safetensors $(PYTEST) tests/bot tests/clients
	$(PYTEST) tests/chaos tests/cluster tests/journey tests/engine tests/fuzz tests/mutants tests/soak tests/test_audit.py \
		tests/test_bench.py tests/test_deploy.py tests/test_packaging.py tests/test_pythons.py tests/test_versions.py

# The bot alone, as on a machine without a card: installed into .venv-bare, which holds no torch and has under 300 MB.
bare:
	$(PYTHON) -m venv --clear .venv-bare
	.venv-bare/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt .
	.venv-bare/bin/eshi --version
	! .venv-bare/bin/python -c 'import torch' 2>/dev/null
	@du -sm .venv-bare | awk '{ print "MB:", $$1; exit $$1 >= 300 }'

# From a clone in an empty folder to the first picture in the local Discord, with the time of each step; some minutes.
fresh: develop
	$(BIN)/python -m tests.first_picture

# The bot's tests on every Python from 3.11 on that is here, each in an environment of its own (.venv-3.12 …) without
# the model stack; one that is not here is said to be not run. ONLY=3.13 runs one of them.
test-pythons:
	$(PYTHON) -m tests.pythons $(if $(ONLY),--only $(ONLY))

# Changes a source file in every small way, one at a time and never on the disk, and prints each change that the file's
# tests do not notice: FILE=bot/job.py, or several; left out, those of whose mutants none may live without a reason in
# tests/mutants/reasons.toml. Fifty of each, drawn by lot; N=… is so many (0: all, minutes), SEED=… draws the same again,
# TESTS=… takes other tests than those of the file's own name.
mutants: develop
	$(BIN)/python -m tests.mutants $(FILE) $(if $(N),--mutants $(N)) $(if $(SEED),--seed $(SEED)) $(if $(TESTS),--tests $(TESTS))

# Libraries and bots of others against the local Discord, as a table of what each could do; a few minutes. What they
# need is installed into .clients the first time. One of them alone: make clients ONLY=discord.js
clients: develop
	$(BIN)/python -m tests.clients $(if $(ONLY),--only $(ONLY))

# Bot and engine are killed while people ask, Discord stumbles, the disk fills up, and a member sends hostile files and
# texts, forges ids and values, and presses what is others'; a quarter of an hour at most. Two hundred jobs go to an
# engine that draws flat colours, sixty to a cluster of two cards that do, whose workers are killed one by one too, and
# thirty to the real one as the bot's child, with random weights. SEED=… runs the same schedules again.
chaos: develop
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --cluster --jobs 60 --people 10 --kills 12 --seconds 240
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --real --jobs 30 --people 10 --kills 6 --seconds 90

# A cluster of Ray nodes on this machine, with cards that only sleep: sixty jobs while nodes are killed and frozen and join
# and the front dies, wrong versions and models, a cut cable between two network namespaces where the system makes some;
# a quarter of an hour. `make test` has a short form.
cluster: develop
	$(BIN)/python -m pytest -n 0 tests/cluster/test_cluster.py tests/cluster/long_form.py

# The bot draws 5,000 pictures in twenty minutes, with an engine that only sleeps, while connections to Discord break and
# are taken up again or made anew. Its memory may grow by less than 1 MB for each thousand pictures, no task, file or
# socket may be left, and no picture be lost. JOBS=500 SECONDS=120 is a short form.
soak: develop
	$(BIN)/python -m tests.soak $(if $(JOBS),--jobs $(JOBS)) $(if $(SECONDS),--seconds $(SECONDS))

# What breaks a rule is looked for with chance that is new every time, where `make test` tries the same examples; a
# quarter of an hour and a bit. The parts: `rules`, every property test with fresh examples; `recipes`, 2,000 recipes as
# each program writes them, read back; `files`, 5,000 hostile files for the process that reads them; `attachments`, 1,000
# bad pictures and masks for the same one; `remix`, hostile files for a whole bot while somebody else asks for /help;
# `frames`, 100,000 hostile frames and requests for the engine while somebody else's pictures are drawn. All but the
# first two print a table and write it as fuzz-files.json and so on.
# SECONDS=… for each part, SEED=… sends the same and looks in the same places again, ONLY=… for one part.
fuzz: develop
	$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# The safety filter against its whole corpus and, where it is at hand, the whole public tag list; minutes.
sweep: develop
	$(BIN)/python -m tests.sweep

# One of them alone: make bench ONLY=vocabulary
bench: develop
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

# How well the demo's checkpoint draws, each figure with its goal; two to three hours. Of another folder: CHECKPOINT=…
# With fewer seeds than a hundred: SEEDS=… Its seams alone, on fifty pictures: python -m engine.demo.seams FOLDER
bench-demo: develop
	$(BIN)/python -m engine.demo.seams $(or $(CHECKPOINT),engine/demo/checkpoint)
	$(BIN)/python -m engine.demo.learning.judge $(or $(CHECKPOINT),engine/demo/checkpoint) $(if $(SEEDS),--seeds $(SEEDS))

# SDXL's whole topology with random weights on the processor, bit for bit beside the stock pipeline; minutes, and 20 GB.
topology: develop
	$(BIN)/python -m tests.topology

# The README's pictures, made anew from the demo in a Chromium that is installed.
pictures: develop
	$(BIN)/python -m tests.pictures
	$(BIN)/python -m engine.demo.learning.contact engine/demo/checkpoint docs/pictures/drawings.webp

check: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/hadolint deploy/docker/Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/docker/compose.yaml deploy/docker/compose.demo.yaml
	$(BIN)/python -m tests.units deploy/systemd deploy/quadlet

format: develop
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
