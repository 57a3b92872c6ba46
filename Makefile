# The commands of a working day. `make help` lists them.
JOBS ?= $(shell nproc)
RELEASE := build/release
ASAN ?= build/asan

.DEFAULT_GOAL := help
.PHONY: help dependencies build demo test asan checks clean

help:  ## says what there is
	@echo "make demo    builds the tools and runs them on the model that ships here"
	@echo "make test    builds everything and runs every test"
	@echo "make build   builds everything into $(RELEASE)"
	@echo "make asan    runs the unit tests under the address and undefined-behaviour sanitizers"
	@echo "make checks  does what CI does: the tests, sanitizers, fuzzing, coverage"
	@echo "make clean   removes build/"
	@echo "Each installs what it needs first; JOBS=N sets how many compilers run at once ($(JOBS))."

dependencies:
	@tools/install-dependencies.sh

# Ninja configures again by itself when a CMake file changes.
$(RELEASE)/build.ninja build/asan/build.ninja: build/%/build.ninja: | dependencies
	@cmake --preset $*

build: dependencies $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS)

demo: dependencies $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS) --target tools/all
	@tools/demo.sh $(RELEASE)/bin

test: build
	@tests/run.sh $(RELEASE) $(JOBS)

asan: dependencies $(ASAN)/build.ninja
	@cmake --build $(ASAN) -j $(JOBS) --target tests/unit/all
	@ctest --test-dir $(ASAN)/tests/unit -j $(JOBS) --output-on-failure --progress

checks:
	@.ci/run

clean:
	rm -rf build
