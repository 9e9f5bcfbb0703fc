# Every target prepares what it needs by itself; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
export PYTHONPATH := src

.DEFAULT_GOAL := help
.PHONY: help run test check bench drill trace reset assets messages lock licenses

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo; echo "  PORT=8000 and MUSTER_VAR=var (the data folder) let two copies run side by side."
