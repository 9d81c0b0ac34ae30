# make demo   run the whole service on samples/        make test   everything but torch
# make check  style, types, architecture (seconds)     make help   all targets
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UI := ocr_service/web/dist/index.html
UI_SOURCES := $(shell find ocr_service/web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
ARGS ?=
# One thread a process: two unpinned readers are three times slower than pinned ones.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: help demo test test-fast test-train train-assets check ui lock bench schema clean
help:
	@sed -n 's/^# make/make/p' Makefile
	@echo "make test-fast   logic tests, under a minute      make bench   accuracy and speed figures"
	@echo "make test-train  tests that need torch            make lock    pin the newest versions"
	@echo "make train-assets  fonts, words, digits and torch, for training/recogniser"

$(INSTALLED): requirements/dev.lock pyproject.toml
	@tools/system-packages venv
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(UI): $(INSTALLED) $(UI_SOURCES)
	$(BIN)/python hatch_build.py
	@touch $@

ui: $(UI)

demo: $(UI)
	$(BIN)/ocr-service demo $(ARGS)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-fast: $(INSTALLED)
	$(BIN)/pytest tests/unit -n 2 --dist loadfile -m "not acceptance and not train" $(ARGS)

test: check test-fast $(UI)
	@tools/system-packages test
	$(BIN)/pytest tests/integration tests/acceptance -m "not train" $(ARGS)

# torch by itself: its index brings gigabytes of CUDA when a range lets it.
train-assets: $(INSTALLED)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --no-deps -r requirements/train.txt
	tools/train-assets

test-train: train-assets
	$(BIN)/pytest -m train $(ARGS)

bench: $(INSTALLED)
	$(BIN)/ocr-service bench $(ARGS)

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --override requirements/overrides.txt -o requirements/service.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --override requirements/overrides.txt -c requirements/service.lock \
	  -o requirements/dev.lock pyproject.toml requirements/dev.in

clean:
	rm -rf $(VENV) ocr_service/web/dist ocr_service/web/node_modules .mypy_cache .ruff_cache var
