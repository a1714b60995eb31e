# Every target works on a machine that has Python 3.11 or newer, make, and a package index pip can reach.
# Paths are relative, so that the checkout may lie anywhere, also under a name with spaces.
# TENOR_DATA (a folder with larger real data, optional) reaches the tests through the environment.
# PYTHON=... names another interpreter for the virtual environment.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all lint docs bench readme clean

# The virtual environment stands alone.
unexport PYTHONPATH PYTHONHOME

PYTHON ?=
RUN := .venv/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target what; do \
	  printf '%-18s %s\n' "$$target" "$$what"; done

demo: .venv/.runtime ## make the example reports in ./demo and print where they are
	@.venv/bin/tenor demo demo

test: lint docs ## lint, build the docs, run the tests (all but the slow ones)
	$(RUN) -m pytest

test-all: test ## test, then the slow tests, the demo from a built wheel, and the benchmarks
	$(RUN) -m pytest -m slow || [ $$? -eq 5 ] # 5: there are none
	sh tests/wheel_demo.sh "$$PWD/.venv/bin/python"
	$(MAKE) bench

lint: .venv/.test ## check style and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy src tests docs training $(wildcard benchmarks/*.py)

docs: .venv/.test ## build the documentation into docs/_build/html
	$(RUN) -m doctest docs/generate.py
	$(RUN) -m sphinx --fresh-env --fail-on-warning --keep-going --quiet docs docs/_build/html

readme: .venv/.test ## write the README's console text and charts anew
	$(RUN) docs/readme.py

bench: .venv/.test ## run every benchmark
	@set -e; for file in benchmarks/*.py; do \
	  [ -e "$$file" ] || { echo "no benchmarks yet"; break; }; \
	  echo "== $$file"; $(RUN) "$$file"; done

clean: ## remove everything that these targets made
	rm -rf .venv demo build dist docs/_build docs/generated
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests docs benchmarks training -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written after the step it stands for, so a failed step leaves none.
.venv/.created:
	@set -- $(if $(PYTHON),"$(PYTHON)",python3.11 python3); python=; \
	for name in "$$@"; do \
	  if "$$name" -c '' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "tenor needs Python 3.11 or newer; none of these runs: $$*" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "tenor needs Python 3.11 or newer; $$python is $$("$$python" -V 2>&1)." \
	    "Name a newer one: make PYTHON=python3.12 ..." >&2; exit 1; \
	fi; \
	"$$python" -m venv --clear .venv
	@touch $@

.venv/.runtime: pyproject.toml .venv/.created
	@echo "installing tenor into .venv" >&2
	@$(INSTALL) --editable .
	@touch $@

.venv/.test: pyproject.toml .venv/.created
	@echo "installing tenor and what its tests need into .venv" >&2
	@$(INSTALL) --editable '.[test]'
	@touch .venv/.runtime $@
