# Every target sets up what it needs by itself: a fresh clone, Python 3.11 or newer and a package
# registry are enough. `make help` lists them. Variables:
#   ARGS=...    passed on, e.g.  make test ARGS="tests/core -k lock"   or   make demo ARGS="--stay"
#               (make test ARGS="-n 2" shares the tests among two processes)
#   PYTHON=...  the interpreter to build the environment from
#   UV=none     do not use uv even where it is installed

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
LIBRARY := src daemon plugins
UV ?= uv
export PYTHON UV

.DEFAULT_GOAL := help
.PHONY: help setup demo test slow crash check mutants simulate field-day planted-bugs power-cuts mutant-drivers rules bench format docs lock clean chip fuzz

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv (every other target does this first, when it is needed)

demo: $(READY) ## Print 200 cards on two virtual printers, with accidents, and account for each blank
	$(BIN)/ektp demo $(ARGS)

test: $(READY) ## Run every test, and every example in the modules and in the docs
	$(BIN)/python -m pytest $(ARGS)

slow: $(READY) ## Run what takes too long for every day: every cell of the crash matrix, and other long tests
	$(BIN)/python -m pytest -m slow $(ARGS)

crash: $(READY) ## Strike a real station at every write and device step: crash.json, most of an hour (ARGS=--few: two minutes)
	$(BIN)/python -m tests.crash $(ARGS)

check: $(READY) ## Style, types, floors, and whether the generated docs are current
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check $(LIBRARY)
	$(BIN)/python -m mypy
	MYPYPATH=docs $(BIN)/python -m mypy docs/generate.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/python docs/generate.py --check

chip: $(READY) ## Compile the library for PC/SC chip readers (needs gcc, swig and libpcsclite-dev)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
		--require-hashes -r locks/chip.lock

power-cuts: $(READY) ## Cut the power under open and encrypted books, 50,000 times; about a minute and a half
	$(BIN)/python -m ektp_testing.power_cut.books $(ARGS)

mutant-drivers: $(READY) ## Break a printer's driver in 104 ways; the kit must catch each: mutants.json, a few minutes
	$(BIN)/python -m tests.drivers.kit.table

rules: $(READY) ## Which rule of the domain is held by which tests
	$(BIN)/python -m tests.rules

mutants: $(READY) ## Break ledgers, locks, books, plans and stores on purpose; each must be caught by its check
	$(BIN)/python -m ektp_testing.mutants

simulate: $(READY) ## Live through made-up offices in which everything goes wrong (ARGS="--seeds 20000 --jobs 2")
	$(BIN)/ektp simulate $(ARGS)

fuzz: $(READY) ## A million made-up inputs for every parser of device bytes (ARGS="--inputs 10000000 --seed 3 --only evolis")
	$(BIN)/python -m tests.fuzz $(ARGS)

field-day: $(READY) ## An office prints all day while line, power and printers fail: field-day.json (ARGS="--days 20")
	$(BIN)/python -m ektp_testing.sim.field_day $(ARGS)

planted-bugs: $(READY) ## Plant mistakes in station and hub; the simulator must catch each (a few minutes)
	$(BIN)/python -m tests.planted $(ARGS)

bench: $(READY) ## Measure the store, its opponents and the station: bench.json, two minutes (ARGS="--only station")
	@$(BIN)/python -c 'import eventsourcing, sqlalchemy, transitions' 2>/dev/null \
		|| sh locks/add.sh $(BIN)/python locks/bench.txt
	$(BIN)/python -m tests.benchmarks $(ARGS)

format: $(READY) ## Put the library's files in their one form, and mend what ruff can mend
	$(BIN)/python -m ruff format $(LIBRARY)
	$(BIN)/python -m ruff check --fix

docs: $(READY) ## Write the generated pages again
	$(BIN)/python docs/generate.py

lock: $(READY) ## Pin the dependencies again after a change in pyproject.toml (ARGS=--upgrade: the newest)
	sh locks/pin.sh $(BIN)/python $(ARGS)

clean: ## Remove the environment and everything the tools left
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(LIBRARY) tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made again when the lock changes; the project is installed again when
# pyproject.toml does. The first stamp names this folder: an environment that was copied or moved
# here, or whose interpreter is gone, still points to where it came from, and is replaced.
ifneq ($(shell $(BIN)/python -c 'print(open("$(LOCKED)").read().strip())' 2>/dev/null),$(CURDIR))
.PHONY: $(LOCKED)
endif

$(LOCKED): locks/dev.txt locks/install.sh
	@sh locks/install.sh $(VENV) locks/dev.txt
	@printf '%s\n' '$(CURDIR)' > $@

# --no-build-isolation: the builder is in the lock, with its hash, like everything else.
$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-index \
		--no-deps --no-build-isolation --editable .
	@touch $@
