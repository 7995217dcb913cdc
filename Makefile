# Labeljob: everything a newcomer or a maintainer does. `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin
PICTURES ?=
# Of the browser tests all but the story and the results are of the stand-ins' own pages.
SANDBOX_TESTS := tests/sandbox $(filter-out tests/browser/test_story.py tests/browser/test_results.py tests/browser/test_datasets.py,$(wildcard tests/browser/test_*.py))
T ?=
unexport PYTHONDONTWRITEBYTECODE # hundreds of processes read the same code: each would compile it anew

.PHONY: help
help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/run.stamp: requirements-sandbox.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sandbox.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r requirements-dev.txt
	@touch $@

.PHONY: run
run: .venv/run.stamp ## Start the practice workspace (PICTURES=folder uses your own pictures)
	@$(BIN)/labeljob sandbox $(if $(PICTURES),--pictures "$(PICTURES)")

.PHONY: demo
demo: .venv/run.stamp ## Run the whole story once in the terminal
	@$(BIN)/labeljob demo

.PHONY: reset
reset: ## Forget everything the practice workspace remembers (stop it first)
	@$(firstword $(wildcard $(BIN)/python) $(PYTHON)) -m bot sandbox --forget

.PHONY: test
test: .venv/dev.stamp ## Run every test (T=path runs one folder, file or file::test; browser tests skip where no Chromium is)
	$(BIN)/python -m pytest $(if $(T),"$(T)",-n 3 --dist loadfile --no-loadscope-reorder)

.PHONY: test-product
test-product: .venv/dev.stamp ## Run every test but those of the sandbox
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(SANDBOX_TESTS))

.PHONY: test-sandbox
test-sandbox: .venv/dev.stamp ## Run the sandbox's tests alone: the stand-ins and their pages
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(SANDBOX_TESTS)

.PHONY: faults
faults: .venv/dev.stamp ## Run the failure book (6 minutes on two cores; KILLS=500 is the long form; STORE=sqlite or postgresql, ROWS=1,7)
	@$(BIN)/python -m tests.faults

.PHONY: lint
lint: .venv/dev.stamp ## Style of Python and JavaScript, types, and the direction rule
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint
	nice -n 10 $(BIN)/mypy # beside the tests of CI, where people must be answered within three seconds
	$(BIN)/lint-imports

.PHONY: format
format: .venv/dev.stamp ## Put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/oxlint --fix

.PHONY: bench
bench: .venv/dev.stamp ## Measure the bot's own part as ratios against floors
	@$(BIN)/python -m bench

.PHONY: fuzz
fuzz: .venv/dev.stamp ## Send 20,000 awkward requests to each stand-in (4 minutes)
	$(BIN)/python tests/sandbox/fuzz.py

.PHONY: long
long: .venv/dev.stamp ## What is too long for CI: every task type, results looked at, datasets and models, 100,000 pictures, a million broken lines, the lowest versions
	$(BIN)/python -m tests.all_types
	$(BIN)/python -m tests.results_demo
	$(BIN)/python -m tests.datasets_demo
	$(BIN)/python -m tests.lowest
	$(BIN)/python -m tests.large_preflight
	$(BIN)/python -m tests.manifest_fuzz

.PHONY: ci
ci: .venv/dev.stamp ## What CI runs: the tests and the linters beside each other, then the failure book, which measures times
	@$(MAKE) --jobs=2 --output-sync=target lint test
	@KILLS=40 $(MAKE) faults

.PHONY: pictures
pictures: .venv/dev.stamp ## Take the documentation's pictures again (needs Chromium)
	$(BIN)/python docs/take_pictures.py

.PHONY: drawings
drawings: .venv/dev.stamp ## Draw the documentation's results of every family of labels again
	$(BIN)/python docs/draw_results.py

.PHONY: manifest
manifest: .venv/dev.stamp ## Write manifest.yml's usage hints from the lists of actions
	$(BIN)/python docs/write_hints.py

.PHONY: lock
lock: ## Pin every dependency again, with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml --extra sandbox --group build -c requirements.txt -o requirements-sandbox.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml --extra pictures -c requirements-sandbox.txt -o requirements-pictures.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml --extra sandbox --group dev -c requirements-sandbox.txt -o requirements-dev.txt
