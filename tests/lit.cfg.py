"""How lit finds and runs the tests in this folder that are written as commands with expectations."""

import os

import lit.formats
import lit.util

config.name = "EMEL"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["fixtures", "inputs", "reference", "support", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.emel_binary_dir, "tests")

# Our tools hide LLVM's, which supply FileCheck, not, count and split-file.
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.emel_binary_dir, "bin"), config.llvm_tools_dir, os.environ["PATH"]])
if lit.util.which("llvm-mc", config.environment["PATH"]):  # of a package that only further checks need
    config.available_features.add("llvm-mc")
config.substitutions += [
    ("%fixtures", os.path.join(config.test_source_root, "fixtures")),
    ("%python", config.python),
    ("%build", config.emel_binary_dir),
]
