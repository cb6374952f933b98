# `make run` and `make test` are all a fresh machine needs: Python 3.11+, git and make.
# `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PLUGINS := $(wildcard plugins/*/pyproject.toml)
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help run test specification-js language-server bench simulate kill-loop coverage lint types contracts docs check-rules lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: $(READY) ## start the demo: simulator, engine, example rules, local receiver (ARGS="--for 30s")
	@$(BIN)/tocsin demo $(ARGS)

test: $(READY) ## run every test
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

specification-js: ## install the client that runs the specification's JavaScript in the tests (needs npm)
	cd tests/conformance/specification_js && npm ci --no-audit --no-fund

language-server: ## install the YAML server that editors use, which reads our schemas in the tests (needs npm)
	cd tests/conformance/yaml_language_server && npm ci --no-audit --no-fund

bench: $(READY) ## what it costs, as ratios against named peers
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-columns=median,iqr,rounds

SEEDS  ?= 1000
SEED   ?=

simulate: $(READY) ## simulated worlds in which everything goes wrong (SEEDS=1000; SEED=7 tells all of one)
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

KILLS  ?= 1000

kill-loop: $(READY) ## kill -9 of the real program, again and again (KILLS=1000 takes half an hour)
	$(BIN)/python -m tests.e2e.killing --kills $(KILLS)

coverage: $(READY) ## which lines the unit and conformance tests reach
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests/unit tests/conformance
	$(BIN)/coverage report

lint: $(READY) ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy (strict) and pyright
	$(BIN)/mypy
	$(BIN)/pyright

contracts: $(READY) ## what may import what
	$(BIN)/lint-imports

docs: $(READY) ## build the documentation, strictly
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

check-rules: $(READY) ## the example rules: lint, and whether their tests notice every small change
	$(BIN)/tocsin check rules/ --strict
	$(BIN)/tocsin test rules/ --mutate

lock: $(READY) ## compile requirements/lock.txt anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
	  --group dev --group docs --group build pyproject.toml $(PLUGINS) \
	  --no-emit-package tocsin -o requirements/lock.txt

clean: ## remove what the targets made
	rm -rf $(VENV) site build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# The environment: exactly the locked versions, then tocsin and its plugins in editable form.
$(READY): requirements/lock.txt requirements/uv.txt pyproject.toml $(PLUGINS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/lock.txt requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
	  -e . $(addprefix -e ,$(patsubst %/pyproject.toml,./%,$(PLUGINS)))
	@$(BIN)/python -m compileall -q engine plugins
	@touch $@
