# The commands of a working day. `make help` lists them.
JOBS ?= $(shell nproc)
RELEASE := build/release
ASAN ?= build/asan
TSAN := build/tsan
# ThreadSanitizer wants to know where things are; kernels that scatter them widely it cannot follow.
IN_PLACE = $(shell setarch -R true 2>/dev/null && echo setarch -R)

.DEFAULT_GOAL := help
.PHONY: help dependencies build demo test asan tsan checks clean

help:  ## says what there is
	@echo "make demo    builds the tools and runs them on the model that ships here"
	@echo "make test    builds everything and runs every test"
	@echo "make build   builds everything into $(RELEASE)"
	@echo "make asan    runs the unit tests and compiled code under the address and undefined-behaviour sanitizers"
	@echo "make tsan    runs the runtime and compiled code under the thread sanitizer"
	@echo "make checks  does what CI does: the tests, sanitizers, fuzzing, coverage"
	@echo "make clean   removes build/"
	@echo "Each installs what it needs first; JOBS=N sets how many compilers run at once ($(JOBS))."

dependencies:
	@tools/install-dependencies.sh

# Ninja configures again by itself when a CMake file changes.
$(RELEASE)/build.ninja build/asan/build.ninja $(TSAN)/build.ninja: build/%/build.ninja: | dependencies
	@cmake --preset $*

build: dependencies $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS)

demo: dependencies $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS) --target tools/all
	@tools/demo.sh $(RELEASE)/bin

test: build
	@tests/run.sh $(RELEASE) $(JOBS)

# The release build's compiler makes the instrumented code.
asan: dependencies $(RELEASE)/build.ninja $(ASAN)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS) --target emel-compile emel-modelgen emel-run
	@cmake --build $(ASAN) -j $(JOBS) --target emel-run tests/unit/all
	@EMEL_TEST_COMPILER=$(CURDIR)/$(RELEASE)/bin ctest --test-dir $(ASAN)/tests/unit -j $(JOBS) --output-on-failure --progress
	@tests/instrumented.sh address $(RELEASE) $(ASAN)

# What has threads is small, and built without LLVM.
tsan: dependencies $(RELEASE)/build.ninja $(TSAN)/build.ninja
	@cmake --build $(RELEASE) -j $(JOBS) --target emel-compile emel-modelgen emel-run
	@cmake --build $(TSAN) -j $(JOBS) --target emel-run tests/unit/exec/all tests/unit/state/all
	@for part in exec state; do $(IN_PLACE) ctest --test-dir $(TSAN)/tests/unit/$$part -j $(JOBS) --output-on-failure --progress || exit; done
	@$(IN_PLACE) tests/instrumented.sh thread $(RELEASE) $(TSAN)

checks:
	@.ci/run

clean:
	rm -rf build
