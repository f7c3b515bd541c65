# `make demo` and `make test` do all the set-up there is, on a fresh machine and on one where it is done.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test test-current fidelity check coverage mutation docs dist bench chaos engines clean

demo: $(VENV)/.runtime
	$(BIN)/python demo

test: $(VENV)/.development
	$(BIN)/python tests/engines/with_engines.py -- \
		tests/engines/run_tests.sh $(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

# The tests that need an engine, on Debian's next release: Docker with each of its image stores, and Podman.
test-current: $(VENV)/.development
	$(BIN)/python tests/engines/with_current_engines.py -- \
		$(BIN)/python -m pytest -n 2 --dist loadgroup -m "docker or podman" $(PYTEST)

# The fake against real engines, for many random steps.
STEPS ?= 2000
fidelity: $(VENV)/.development
	JOBBER_FIDELITY_STEPS=$(STEPS) $(BIN)/python tests/engines/with_engines.py -- \
		$(BIN)/python -m pytest -n 2 --dist loadgroup tests/fidelity $(PYTEST)

check: $(VENV)/.development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q -n 2 -m "not docker and not podman and not packaging and not browser" $(PYTEST)

# Every branch of the domain and of the fake, by unit tests and the contract on the fake.
coverage: $(VENV)/.development
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -p no:cacheprovider -m "not docker and not podman and not packaging" \
		tests/domain tests/use_cases tests/fake tests/contract/test_fake.py \
		tests/kit/test_command_line.py tests/kit/test_fake_images.py tests/kit/test_faults.py
	$(BIN)/coverage report --show-missing --skip-covered

# What the tests of the domain let pass, in parts of so many minutes: a part goes on where the last one stopped, and
# is a fair sample of the whole. `rm -r mutants` begins anew, as is needed when tests have other names.
MINUTES ?= 20
mutation: $(VENV)/.development
	$(PIP) -e '.[mutation]'
	timeout $(MINUTES)m $(BIN)/python tests/mutation/run.py run --max-children 2 || test $$? = 124
	$(BIN)/python tests/mutation/score.py 85

docs: $(VENV)/.development
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

dist: $(VENV)/.development
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/twine check --strict dist/*

# Jobs whose jobber is killed or interrupted at random moments: make chaos CHAOS='--rounds 200'
chaos: $(VENV)/.development
	$(BIN)/python tests/engines/with_engines.py -- $(BIN)/python tests/chaos/chaos.py $(CHAOS)

# The cost of jobber, beside the engine's own client; BENCH='--only cycle --rounds 5' measures less, and
# BENCH='--against REVISION' measures the working tree beside another revision.
bench: $(VENV)/.development
	$(BIN)/python tests/engines/with_engines.py -- $(BIN)/python benchmarks/table.py $(BENCH)
	$(BIN)/python benchmarks/kit.py

# A shell with private engines around it.
engines: $(VENV)/.development
	$(BIN)/python tests/engines/with_engines.py -- $${SHELL:-/bin/sh}

$(VENV)/.runtime: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/.development: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e '.[dev,docs]'
	touch $(VENV)/.runtime $@

clean:
	-umount --lazy /var/tmp/jobber-demo-$$(id -u)/storage/overlay 2>/dev/null
	rm -rf /var/tmp/jobber-demo-$$(id -u)
	rm -rf $(VENV) build dist mutants .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .demo
