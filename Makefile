# Every target prepares what it needs by itself; `make` alone lists them.
PYTHON ?= python3
RUN := .venv/bin/python
MUSTER := .venv/bin/muster
ONLY ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench drill trace reset assets messages format reference lock licenses ready ready-dev

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F '|' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo "\n  PORT=8000 and MUSTER_VAR=var (the data folder) let two copies run side by side."

run: ready ## Start the demo: database, web, worker, and a sign-in link for each role
	@$(MUSTER) serve --demo $(ARGS)

test: ready-dev ## Run all tests, the browser journeys among them (MUSTER_NO_BROWSER=1 leaves those out)
	@$(RUN) tools/test.py $(ARGS)

check: ready-dev ## Look the code over: style, types, floors, migrations, translations, budgets
	@$(RUN) tools/check.py $(ONLY)

bench: ready-dev ## Measure (ONLY=name for one); figures go to var/bench/, with ARGS=--write also to the docs
	@$(RUN) -m bench $(ONLY) $(ARGS)

drill: ready ## Muster a whole township with simulated people: ARGS="--division 510107001 --seed 7"
	@$(MUSTER) drill $(ARGS)

trace: ready-dev ## Which clauses of the notice have a proof
	@$(RUN) tools/trace.py

reset: ready ## Remove the demo's database; the next start begins anew
	@$(MUSTER) reset $(ARGS)

assets: ready-dev ## Fetch the web assets again
	@rm -f .venv/assets-*.stamp && $(PYTHON) tools/bootstrap.py dev

messages: ready-dev ## Show the strings without a translation, and compile the others
	@$(RUN) tools/messages.py missing; $(RUN) tools/messages.py compile

format: ready-dev ## Bring code and templates into form
	@$(RUN) -m ruff check --fix --quiet; $(RUN) -m ruff format --quiet; $(RUN) tools/templates.py --fix

reference: ready-dev ## Write docs/reference/ anew from the code
	@PYTHONPATH=src $(RUN) tools/reference.py write

lock: ready-dev ## Write the lock files anew from pyproject.toml and package.json
	@$(RUN) tools/locks.py write

licenses: ready ## List the packages that Muster is made of, with their licenses
	@$(MUSTER) licenses

ready:
	@$(PYTHON) tools/bootstrap.py run

ready-dev:
	@$(PYTHON) tools/bootstrap.py dev
