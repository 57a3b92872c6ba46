# The commands of a working day. `make help` lists them.
JOBS ?= $(shell nproc)
export JOBS
RELEASE := build/release
ASAN ?= asan
# ThreadSanitizer wants to know where things are; kernels that scatter them widely it cannot follow.
IN_PLACE = $(shell setarch -R true 2>/dev/null && echo setarch -R)

.DEFAULT_GOAL := help
.PHONY: help dependencies test-dependencies tools build demo test asan tsan checks clean

help:  ## says what there is
	@echo "make demo    builds the compiler and the runner, and takes the model that ships here from a file to a story"
	@echo "make tools   builds all tools, into $(RELEASE)/bin"
	@echo "make test    builds everything and tests it"
	@echo "make build   builds everything into $(RELEASE)"
	@echo "make asan    runs the unit tests and compiled code under the address and undefined-behaviour sanitizers"
	@echo "make tsan    runs the runtime and compiled code under the thread sanitizer"
	@echo "make checks  does all that CI does, and leaves nothing out for its length: hours"
	@echo "make clean   removes build/"
	@echo "Each installs what it needs first; JOBS=N sets how many compilers run at once ($(JOBS))."

dependencies:
	@tools/install-dependencies.sh

test-dependencies:
	@tools/install-dependencies.sh test

# What tests need is neither installed nor built for tools, but kept where it is there.
WITHOUT_TESTS = $(if $(wildcard $(RELEASE)/build.ninja),,EMEL_BUILD_TESTS=OFF)

tools: dependencies
	@tools/build.sh release $(WITHOUT_TESTS) -- tools/all

build: test-dependencies
	@tools/build.sh release EMEL_BUILD_TESTS=ON --

demo: dependencies
	@test -f $(RELEASE)/build.ninja || echo "building the compiler and the runner: some minutes the first time"
	@tools/build.sh release $(WITHOUT_TESTS) -- emel-compile emel-run emel-inspect
	@tools/demo.sh $(RELEASE)/bin

test: build
	@tests/run.sh $(RELEASE) $(JOBS)

# The release build's compiler makes the instrumented code. PARTS are folders of tests/unit, all by default.
empty :=
asan: test-dependencies
	@tools/build.sh release -- emel-compile emel-modelgen emel-run
	@tools/build.sh $(ASAN) -- emel-run $(if $(PARTS),$(PARTS:%=tests/unit/%/all),tests/unit/all)
	@rm -rf build/$(ASAN)/results
	@EMEL_TEST_COMPILER=$(CURDIR)/$(RELEASE)/bin ctest --test-dir build/$(ASAN)/tests/unit -j $(JOBS) \
	  $(if $(PARTS),-R '^unit-($(subst $(empty) ,|,$(PARTS)))_') --no-tests=error --output-on-failure --progress
	@/usr/bin/python3 tests/summary.py --skipped build/$(ASAN)/results
	@tests/instrumented.sh address $(RELEASE) build/$(ASAN)

# What has threads is small, and built without LLVM.
tsan: test-dependencies
	@tools/build.sh release -- emel-compile emel-modelgen emel-run
	@tools/build.sh tsan -- emel-run tests/unit/exec/all tests/unit/state/all
	@for part in exec state; do $(IN_PLACE) ctest --test-dir build/tsan/tests/unit/$$part -j $(JOBS) --output-on-failure --progress || exit; done
	@$(IN_PLACE) tests/instrumented.sh thread $(RELEASE) build/tsan

checks:
	@.ci/run deep

clean:
	rm -rf build
