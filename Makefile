# `make run` and `make test` do all set-up themselves; they need Python 3.11 or newer and make.
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BENCH := .venv-bench
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
# The lists hold every package with its hash, so nothing is left for pip to look up.
PINNED := $(PIP) --no-deps --require-hashes

# Programs that are not ours, for the external checks: each such folder has a list of npm packages with hashes.
OUTSIDE := $(patsubst %/package-lock.json,%/node_modules/installed,$(wildcard tests/*/package-lock.json))

# What decides what a person is told, and why.
ENGINE := triage/logic.py,triage/source.py,triage/condition.py,triage/pack.py,triage/walk.py,triage/domain.py,$\
	triage/provenance.py,triage/wellformed.py,triage/loading.py,triage/answers.py,triage/view.py,triage/worlds.py,$\
	triage/waiting.py,triage/asking.py,triage/assess.py,triage/assessment.py,triage/interview.py,triage/explain/*.py

.PHONY: help run test test-all outside check lint types coverage mutants bench lock clean
help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

run: $(VENV)/run.stamp  ## set up what is needed and start the interview
	@trap : INT; $(PY) cli.py $(ARGS); code=$$?; case $$code in 4|130) exit 0;; *) exit $$code;; esac

test: $(VENV)/dev.stamp lint types  ## set up what is needed and run the tests
	@$(PY) -m pytest -n 2 -m "not slow"

test-all: $(VENV)/dev.stamp  ## the slower and external checks; what is missing is skipped, in CI it fails
	@$(MAKE) --no-print-directory $(VENV)/spark.stamp || [ "$$CI" != true ]
	@TRIAGE_TEST_PROFILE=thorough $(PY) -m pytest -n 2 -m "slow or hypothesis" -rs

outside: $(OUTSIDE)  ## fetch the programs that the external checks need, with npm

check: $(VENV)/run.stamp  ## check the packs under rules/
	@for pack in rules/*/; do $(PY) cli.py check $$pack || exit $$?; done

lint: $(VENV)/dev.stamp
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .

types: $(VENV)/dev.stamp
	@$(VENV)/bin/mypy --no-error-summary

coverage: $(VENV)/dev.stamp  ## every line and branch of the engine is taken by the quick tests, or this fails (long)
	@$(PY) -m coverage run -m pytest -n 0 -m "not slow"
	@$(PY) -m coverage report --show-missing --fail-under=100 --include="$(ENGINE)"

mutants: $(VENV)/dev.stamp  ## break the engine on purpose and see whether the tests notice (long)
	@$(PINNED) -r requirements/mutants.txt
	@TRIAGE_TEST_PROFILE=quick $(VENV)/bin/mutmut run --max-children 2; $(VENV)/bin/mutmut results

bench: $(VENV)/dev.stamp $(BENCH)/stamp  ## measure, beside others in an environment of their own (long)
	@$(PY) benchmarks/startup.py
	@$(PY) benchmarks/explain.py
	@$(PY) benchmarks/proof.py
	@$(PY) benchmarks/order.py
	@for part in kernel peers files cluster; do \
	  POLARS_MAX_THREADS=1 $(BENCH)/bin/python benchmarks/$$part.py || exit $$?; done
	@$(PY) benchmarks/plots.py

lock: $(VENV)/dev.stamp  ## pin the newest versions that fit, with hashes and no addresses
	@$(PIP) uv
	@for set in run dev mutants spark bench; do \
	  case $$set in run) args=;; dev) args="--group dev --extra verify --extra batch --extra pdf";; spark) args="--extra spark --constraint requirements/dev.txt";; \
	    bench) args="--extra spark --group bench --constraint requirements/dev.txt";; \
	    *) args="--group $$set";; esac; \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links --no-annotate pyproject.toml $$args -o requirements/$$set.txt; done

clean:  ## remove what the targets made
	@rm -rf $(VENV) $(BENCH) dist build mutants .pytest_cache .hypothesis .mypy_cache .ruff_cache .coverage

$(PY):
	@test -n "$(PYTHON)" || { echo "triage needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "triage needs Python's venv module: install the package python3-venv, then try again." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt | $(PY)
	@echo "Setting up (once) ..." >&2
	@$(PINNED) -r requirements/run.txt
	@touch $@

tests/%/node_modules/installed: tests/%/package-lock.json
	@cd tests/$* && npm ci --silent && npm run --silent --if-present unpack
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@$(PINNED) -r requirements/dev.txt
	@touch $@

$(VENV)/spark.stamp: requirements/spark.txt $(VENV)/dev.stamp
	@$(PINNED) -r $<
	@touch $@

$(BENCH)/stamp: requirements/bench.txt | $(PY)
	@$(PY) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes \
	  -r requirements/bench.txt
	@touch $@
