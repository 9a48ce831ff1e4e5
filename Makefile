# `make run` and `make test` are all the set-up there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Rules, services, store, API and pages, each once, in about a minute: what most changes touch. The
# store is the file, and of most pages there is that they open. In memory where that can be: most of
# these tests make a state of their own, and half of that is waiting for the disk.
OF_RULES = core\.(moderation|services|store)\b
OF_OTHERS = core\.(inference|servinglog|training|benchmarks|batch|sources|cli|load_test|inventory|parity|processes|doctor|bootstrap)\b
FAST = $(filter-out tests/unit/test_daily_drift.py, $(shell grep -lE '$(OF_RULES)' \
	tests/unit/test_*.py | xargs grep -LE '$(OF_OTHERS)')) \
	tests/contract/test_store.py::TestSqliteStore \
	$(wildcard tests/integration/test_*_services.py tests/integration/test_api.py) \
	$(patsubst %,tests/pages/test_%.py,every_page author_app)

# The files with a test marked `rounding`, so that no other is imported under emulation.
ROUNDING = $(shell grep -rl --include='test_*.py' 'mark.rounding' tests)
# An older processor, without VNNI: int8 sums are cut at 16 bits there.
QEMU := $(firstword $(shell command -v qemu-x86_64 qemu-x86_64-static 2>/dev/null))

# Three on two cores, since a part of the time is spent waiting, and four for the slow tests, which
# wait for browsers and servers; each more must first read all tests. Each process begins with its
# share of the files; one that is done takes over from another.
JOBS ?= 3
IN_PARALLEL = -n $(JOBS) --dist worksteal

# What takes two thirds of the time: `make test` leaves it to `make test-slow`.
SLOW := slow or e2e or training or benchmark

# Tests of services that work on cases, whose names do not end in `services`.
OF_CASES := $(wildcard tests/integration/test_blind_*.py tests/integration/test_conversations.py \
	tests/integration/test_group_decisions.py tests/integration/test_groups.py \
	tests/integration/test_internal_notes.py tests/integration/test_muted_reporters.py \
	tests/integration/test_precedents.py tests/integration/test_searching.py \
	tests/integration/test_statements_of_a_decision.py tests/integration/test_sticking_approvals.py \
	tests/integration/test_work_within_the_grace_window.py)

# Tests of the rules, the services and the store: those that the mutation run also tries, and the
# store's own.
MUTATED = $(shell sed -n '/^pytest_add_cli_args_test_selection/,/^]/s/ *"\(.*\)",/\1/p' pyproject.toml)
RULES = tests/unit tests/property tests/contract/test_store.py $(OF_CASES) \
	$(filter tests/integration/% tests/contract/% tests/pages/%,$(MUTATED)) \
	$(wildcard tests/integration/test_*_service*.py tests/integration/test_lost_state.py \
	tests/integration/test_migrations.py tests/integration/test_state_copy.py \
	tests/integration/test_postgres_state.py tests/integration/test_copies_before_migrations.py)

# Tests that reach the state through the services, which may keep it on either database.
ON_POSTGRESQL := tests/pages tests/property $(OF_CASES) \
	$(wildcard tests/integration/test_*_service*.py tests/integration/test_api.py \
	tests/integration/test_api_scoring.py tests/integration/test_api_access.py \
	tests/integration/test_api_reports.py \
	tests/integration/test_failure_policy.py tests/integration/test_languages.py \
	tests/integration/test_revisions.py tests/integration/test_trails_of_decisions.py \
	tests/integration/test_unknown_facts.py tests/integration/test_withdrawal*.py)

# The tests start hundreds of processes, and without bytecode each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-slow test-fast test-avx2 test-kills test-postgres test-accessibility test-benchmarks test-image test-long test-peers coverage \
	mutants check fix dist docs screenshots incidents clean

run: $(VENV)/.run
	@exec $(BIN)/modconsole up

test: $(VENV)/.test .venv-s3/.done
	$(BIN)/python -m pytest $(IN_PARALLEL) --ignore=tests/e2e \
		-m "not ($(SLOW)) and not long and not kills"

test-slow: JOBS = 4
test-slow: $(VENV)/.test .venv-s3/.done
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "($(SLOW)) and not long and not kills"

test-fast: JOBS = 2
test-fast: $(VENV)/.test
	TMPDIR=$(firstword $(wildcard /dev/shm) $(TMPDIR) /tmp) $(BIN)/python -m pytest $(IN_PARALLEL) $(FAST) \
		-m "not ($(SLOW)) and not rounding and not long"

test-avx2: $(VENV)/.test
	@test -n "$(QEMU)" || { echo "make test-avx2 needs QEMU's user mode: apt-get install qemu-user"; \
		exit 1; }
	TESTS_CPU_INFO=tests/haswell.cpuinfo \
		$(QEMU) -cpu Haswell $(BIN)/python -m pytest -m rounding $(ROUNDING)

test-kills: JOBS = 2
test-kills: $(VENV)/.test .venv-s3/.done
	$(BIN)/python -m pytest $(IN_PARALLEL) -m kills

test-postgres: $(VENV)/.test
	TESTS_STATE=postgresql $(BIN)/python -m pytest $(IN_PARALLEL) $(ON_POSTGRESQL) \
		-m "not e2e and not kills and not long"

test-benchmarks: JOBS = 3
test-benchmarks: $(VENV)/.test
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "benchmark and long"

test-accessibility: $(VENV)/.test
	$(BIN)/python -m pytest tests/e2e/test_accessibility.py

test-image: $(VENV)/.test
	$(BIN)/python -m pytest tests/e2e/test_image.py

test-long: $(VENV)/.test .venv-s3/.done
	$(MAKE) test-postgres
	KILLS_SHARE=1 $(BIN)/python -m pytest -m "long or kills" --timeout=0
	$(BIN)/python tests/interpreters.py var/interpreters $(IN_PARALLEL)

test-peers: $(VENV)/.test
	$(BIN)/python tests/peers/install.py .venv-peers
	$(BIN)/python -m pytest tests/peers

coverage: $(VENV)/.test
	$(BIN)/python -m coverage run -m pytest $(RULES) --ignore-glob='tests/unit/test_training_*' \
		-m "not e2e and not long"
	$(BIN)/python -m coverage report

mutants: $(VENV)/.mutants
	nice $(BIN)/python -m docs.mutation $(MUTANTS)
	$(BIN)/python -m docs.generate

check: $(VENV)/.check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Both files are the same, byte for byte, whoever builds them from the same commit.
dist: $(VENV)/.dist
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

docs: $(VENV)/.test
	$(BIN)/python -m docs.generate

screenshots: $(VENV)/.test
	$(BIN)/python -m docs.screenshots

incidents: $(VENV)/.test
	INCIDENT_PICTURES=docs/images/incidents $(BIN)/python -m pytest -m long --timeout=0 -p no:randomly \
		tests/integration/test_incidents_in_processes.py
	$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) .venv-peers .venv-s3 var mutants dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; try: make run PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing what the console needs (once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.run
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check torch==2.13.0
	@$(BIN)/python -m pip install --disable-pip-version-check --editable '.[test]'
	@$(BIN)/python tests/install_helm.py $(BIN)
	@touch $@

# A server for the tests of S3, apart: it needs an older python-dateutil than the console has.
.venv-s3/.done: tests/s3_server.txt | $(BIN)/python
	@$(BIN)/python -m venv .venv-s3
	@.venv-s3/bin/python -m pip install --disable-pip-version-check --requirement $<
	@touch $@

$(VENV)/.check: pyproject.toml $(VENV)/.run
	@$(BIN)/python -m pip install --disable-pip-version-check --editable '.[check]'
	@touch $@

$(VENV)/.dist: pyproject.toml $(VENV)/.run
	@$(BIN)/python -m pip install --disable-pip-version-check --editable '.[dist]'
	@touch $@

$(VENV)/.mutants: pyproject.toml $(VENV)/.test
	@$(BIN)/python -m pip install --disable-pip-version-check --editable '.[mutants]'
	@touch $@
