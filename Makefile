# help · (default) site and PDF · pdf · preview · report · lint · test · test-long · published · coverage ·
# memberships · citation · diff · verify · licences · bench · mutants · clean
ENGINE ?= embedded
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SHELL := /bin/bash

VENV := .venv
RUN := $(VENV)/bin/python
LOCKED := $(VENV)/.locked
PEERS := .venv-bench
MUTANTS := .venv-mutants
FRONT := _site/index.html
# A deleted or added file changes its folder's time, so the folders count as sources too.
SOURCES := _quarto.yml index.qmd post_render.py requirements.lock $(shell find data chapters) \
  $(shell find analysis publish -type f -not -path '*/__pycache__/*')

REVIEW ?=
OUT ?= report
# A file's tests stay in one process, so that what they share is made once.
SPREAD := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
PAPER ?=

.PHONY: all site pdf preview report help lint diff verify citation licences published coverage memberships test test-long bench mutants clean FORCE
.DELETE_ON_ERROR:

all: site

site: $(FRONT) ## build the site and the PDF into _site (ENGINE=quarto: with the Quarto CLI)

ifeq ($(ENGINE),embedded)
$(FRONT): $(SOURCES) | $(LOCKED)
else
$(FRONT): FORCE | $(LOCKED)
endif
	@echo "Building with the $(ENGINE) engine"
	@$(RUN) -m publish --engine $(ENGINE)

pdf: | $(LOCKED) ## set the PDF alone, into _pdf (REVIEW=1: numbered lines, double spacing)
	@$(RUN) -m publish --pdf $(if $(REVIEW),--review)

preview: | $(LOCKED) ## serve the site, rebuild on every change, reload the browser
	@exec $(RUN) -m publish.preview

report: | $(LOCKED) ## DATA=trials.csv [OUT=report]: a report on your own trials, site and PDF
	@test -n "$(DATA)" || { echo "Which file? make report DATA=trials.csv (examples/ has some)"; exit 1; }
	@$(RUN) -m analysis.report "$(DATA)" --out "$(OUT)"

$(LOCKED): requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Creating $(VENV) from requirements.lock (about a minute)"
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

lint: | $(LOCKED) ## check the form of the code
	@$(RUN) -m ruff check -q .
	@$(RUN) -m ruff format -q --check .

test: lint $(FRONT) ## run the tests (builds first where needed)
	@$(RUN) -m pytest -q $(SPREAD) -m "not long"

test-long: lint $(FRONT) ## run all tests, the long ones too
	@$(RUN) -m pytest -q $(SPREAD) --hypothesis-profile=explore

BASE ?=
DIRTY ?=
diff: $(FRONT) ## say what changed since BASE=<tag or commit>, in _diff (DIRTY=1: with what is not committed)
	@test -n "$(BASE)" || { echo "name what to compare with: make diff BASE=<tag or commit>"; exit 1; }
	@$(RUN) -m analysis.difference $(if $(DIRTY),--dirty) "$(BASE)"

SITE ?=
verify: | $(LOCKED) ## SITE=<folder of a downloaded site>: compute everything anew and compare
	@test -n "$(SITE)" || { echo "Which site? make verify SITE=<the folder of a site>"; exit 1; }
	@$(RUN) -m analysis.verify "$(SITE)"

citation: | $(LOCKED) ## write CITATION.cff from _quarto.yml and pyproject.toml
	@$(RUN) -m publish.citation

licences: | $(LOCKED) ## write LICENCES.md, the licences of the locked packages
	@$(RUN) -m publish.licences

published: | $(LOCKED) ## write the rows of data/published.csv that repeat a cell of the data
	@$(RUN) -m analysis.published

coverage: | $(LOCKED) ## list the numbers of the paper's text that have no row (PAPER=the text)
	@test -n "$(PAPER)" || { echo "Name the paper's text: make coverage PAPER=paper.txt"; exit 1; }
	@$(RUN) -m analysis.coverage "$(PAPER)"

memberships: | $(LOCKED) ## search for the members of subgroups that the paper does not print
	@$(RUN) -m analysis.memberships

$(PEERS)/.installed: bench/peers.txt
	@echo "Creating $(PEERS), the packages to compare with"
	@rm -rf $(PEERS)
	@"$(PYTHON)" -m venv $(PEERS)
	@$(PEERS)/bin/pip install --quiet --disable-pip-version-check -r bench/peers.txt
	@touch $@

bench: $(PEERS)/.installed | $(LOCKED) ## time the engine beside other packages, and R's metafor if it is there
	@$(RUN) -m bench $(PEERS)/bin/python
	@$(RUN) -m bench.billion

$(MUTANTS)/.installed: bench/mutants.txt requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3"; exit 1; }
	@echo "Creating $(MUTANTS), the tool for mutants beside the locked packages (about a minute)"
	@rm -rf $(MUTANTS)
	@"$(PYTHON)" -m venv $(MUTANTS)
	@$(MUTANTS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(MUTANTS)/bin/pip install --quiet --disable-pip-version-check -r bench/mutants.txt
	@touch $@

MODULE ?=
AGAIN ?=
mutants: $(MUTANTS)/.installed ## break the statistics, see if tests notice (MODULE=one file; AGAIN=1: survivors)
	@$(MUTANTS)/bin/python -m bench.mutation $(if $(AGAIN),--survivors) $(MODULE)

clean: ## remove what make has built, but no .venv
	@rm -rf _site _pdf _diff .build figures .pytest_cache .hypothesis .ruff_cache
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

help: ## show this list
	@echo "make              build the site and the PDF into _site"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

FORCE:
