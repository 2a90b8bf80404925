# Everything here needs only Python 3.11 or newer and make: what else is needed is installed into .venv.
# Another Python than the first that fits: make demo PYTHON=/path/to/python3

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo check test soak faults mutants lint format bench docs notebooks pictures clickhouse powerquery powerbi-check clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
DEMO_SEED ?= 1
INPUTS := pyproject.toml constraints.txt hatch_build.py $(wildcard elt/native/*.c) elt/native/library.py
TEST_ARGS ?=
MUTANTS ?=
FAULTS ?=
CLICKHOUSE := @chdb/lib-linux-x64-gnu@26.7.3-stable.1
POWERQUERY := @microsoft/powerquery-parser@0.16.0
POWERBI_PARSER := @microsoft/powerbi-modeling-mcp-linux-x64@0.5.0-beta.13
POWERBI_PARSER_PROGRAM := @microsoft/powerbi-modeling-mcp-linux-x64/dist/powerbi-modeling-mcp

help:  ## list the targets
	@echo "make demo    a year of a hospital, from simulation to a dashboard: demo/report/index.html"
	@echo "make check   ruff, mypy, the import rules and the unit tests: under a minute"
	@echo "make test    all tests (TEST_ARGS='...' is handed to pytest)"
	@echo "make soak    the tests in random order, with many more examples and kills; takes long"
	@echo "make faults  plant each fault of tests/faults and see a test catch it (FAULTS='--only draws')"
	@echo "make mutants  measure the tests by small edits of the code (MUTANTS='blocks --sample 20' chooses)"
	@echo "make lint    ruff, mypy and the import rules"
	@echo "make format  format the code"
	@echo "make bench   run every measurement in benchmarks/"
	@echo "make clickhouse   install the ClickHouse server that the tests start (needs npm)"
	@echo "make powerquery   install Microsoft's parser of M, which the tests use (needs npm)"
	@echo "make powerbi-check   load the Power BI project in Microsoft's own parser (needs npm)"
	@echo "make docs    build the documentation into site/"
	@echo "make notebooks   execute the notebooks and store what they show"
	@echo "make pictures   draw docs/images again, from the demo (needs Chromium)"
	@echo "make clean   remove what the targets made, except $(VENV)"

demo: $(VENV)/.installed-elt
	@echo "demo: a year of district_general, seed $(DEMO_SEED)"
	@$(BIN)/hospital-elt run district_general --start 2024-01-01 --end 2024-12-31 --seed $(DEMO_SEED) \
		--lake demo/lake --warehouse chdb://demo/warehouse --report demo/report

# Else every process would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

# The tiers come in the order of their cost, so that the workers end together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: lint
	$(PYTEST) tests/unit $(TEST_ARGS)

test: $(VENV)/.installed-dev
	$(PYTEST) $(TEST_ARGS)

soak: $(VENV)/.installed-dev
	$(PYTEST) --soak --random-order $(TEST_ARGS)

faults: $(VENV)/.installed-dev
	$(BIN)/python tests/faults/plant.py $(FAULTS)

mutants: $(VENV)/.installed-mutation
	$(BIN)/python tests/faults/mutants.py -n 2 $(MUTANTS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.installed-bench
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

docs: $(VENV)/.installed-dev
	$(BIN)/python docs/data_dictionary.py
	$(BIN)/python docs/hospital_file.py
	$(BIN)/python docs/warehouse_tables.py
	$(BIN)/python docs/lineage.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "docs: open site/index.html"

notebooks: $(VENV)/.installed-dev
	$(BIN)/python notebooks/execute.py

# The dashboard and the board are those of the demo, which is made first if it is missing; Power BI shows a quarter of small.
pictures: $(VENV)/.installed-dev
	@test -e demo/report/index.html || $(MAKE) demo
	$(BIN)/python docs/pictures.py demo/report demo/lake
	$(BIN)/hospital-elt run small --start 2024-01-01 --end 2024-03-31 --seed 1 \
		--lake build/pictures/lake --warehouse chdb://build/pictures/warehouse --report build/pictures/report
	$(BIN)/python docs/powerbi_pictures.py chdb://build/pictures/warehouse

# Linux on x64 only: ClickHouse as a library, whose command line the tests let listen.
clickhouse: $(VENV)/.installed-dev
	@command -v npm >/dev/null 2>&1 || { echo "error: npm is not installed; ClickHouse's library comes with it" >&2; exit 1; }
	@echo "install: ClickHouse 26.7, into $(VENV)/clickhouse (about 570 MB on disk)"
	@npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/clickhouse $(CLICKHOUSE)

# Version 0.16 is the last that runs on the Node.js of Debian 13.
powerquery: $(VENV)/.installed-dev
	@command -v npm >/dev/null 2>&1 || { echo "error: npm is not installed; Microsoft's parser of M comes with it" >&2; exit 1; }
	@npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/powerquery $(POWERQUERY)

# Linux on x64 only; the parser is installed into build/ and is no dependency of anything.
powerbi-check: $(VENV)/.installed-dev
	@command -v npm >/dev/null 2>&1 || { echo "error: npm is not installed; Microsoft's parser comes with it" >&2; exit 1; }
	@npm install --silent --no-audit --no-fund --prefix build/powerbi $(POWERBI_PARSER)
	@chmod +x build/powerbi/node_modules/$(POWERBI_PARSER_PROGRAM)
	POWERBI_PARSER=build/powerbi/node_modules/$(POWERBI_PARSER_PROGRAM) \
		$(BIN)/python -m pytest tests/integration/elt/powerbi -k parser $(TEST_ARGS)

clean:
	rm -rf demo site build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis \
		elt/models/target elt/models/logs
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# A stamp for each set of extras, made after the installation: an interrupted one is begun again.
$(VENV)/.installed-elt: $(INPUTS)
	@$(make-venv)
	@$(call install,elt,1.2 GB)
	@touch $@

$(VENV)/.installed-dev: $(INPUTS)
	@$(make-venv)
	@$(call install,dev,2.5 GB)
	@touch $(VENV)/.installed-elt $@

# Needed by one target alone.
$(VENV)/.installed-bench $(VENV)/.installed-mutation: $(VENV)/.installed-%: $(VENV)/.installed-dev
	@$(call install,$*,20 MB more)
	@touch $@

# Without byte code, because Python compiles a module when it is first imported, and most never are.
define install
echo "install: the packages that '$(1)' needs, into $(VENV) (about $(2) on disk; minutes, the first time)"; \
$(BIN)/python -m pip install --quiet --no-compile --no-input --disable-pip-version-check -c constraints.txt -e '.[$(1)]'
endef

# Uses the .venv that works, else makes one with the first Python that is new enough and can.
define make-venv
set -e; \
if $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then exit 0; fi; \
old=; bare=; \
for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	command -v "$$python" >/dev/null 2>&1 || continue; \
	version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then old="$$old $$python ($$version)"; continue; fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then bare="$$bare $$python ($$version)"; continue; fi; \
	echo "install: $(VENV) with $$python ($$version)"; \
	"$$python" -m venv --clear $(VENV); \
	exit 0; \
done; \
if [ -n "$$bare" ]; then \
	echo "error:$$bare cannot make a virtual environment; install its venv module (on Debian: apt-get install python3-venv)" >&2; \
else \
	echo "error: no Python 3.11 or newer found (found:$${old:- none}); install one, or name it: make PYTHON=/path/to/python3" >&2; \
fi; \
exit 1
endef
