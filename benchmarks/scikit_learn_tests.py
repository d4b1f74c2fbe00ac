"""scikit-learn's own tests of its MLP, run against Axone's: ``python -m benchmarks.scikit_learn_tests``.

The installed test file is loaded with the two classes swapped; nothing of it is copied. A test that
fails must stand in `DIFFERENCES` with its reason, and one that stands there must fail.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DIFFERENCES: dict[str, str] = {}
"""Tests that fail on purpose, each with the reason."""


@dataclass(frozen=True)
class Outcome:
    """How the tests ended.

    Attributes
    ----------
    passed : tuple of str
        Tests by name, parameters included.
    failed : mapping of str to str
        The last line of each error.
    """

    passed: tuple[str, ...]
    failed: Mapping[str, str]

    @property
    def unexplained(self) -> list[str]:
        """Tests that fail, but have no reason to."""
        return [name for name in self.failed if _function(name) not in DIFFERENCES]

    @property
    def outdated(self) -> list[str]:
        """Differences that no longer show."""
        failed = {_function(name) for name in self.failed}
        return [name for name in DIFFERENCES if name not in failed]


class _Collector:
    """Takes down how each test ended, and swaps the classes before the first."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        name = report.nodeid.rpartition("::")[2]
        if report.when == "call" and report.passed:
            self.passed.append(name)
        elif report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.failed[name] = str(getattr(crash, "message", report.longrepr)).splitlines()[0]


_MODULE = '''"""Written by benchmarks.scikit_learn_tests."""
import axone
import sklearn.neural_network as theirs

kept = theirs.MLPClassifier, theirs.MLPRegressor
theirs.MLPClassifier, theirs.MLPRegressor = axone.MLPClassifier, axone.MLPRegressor
try:
    from sklearn.neural_network.tests.test_mlp import *
finally:
    theirs.MLPClassifier, theirs.MLPRegressor = kept
'''
"""A test module whose tests are scikit-learn's functions, with our classes in their globals."""


def run() -> Outcome:
    """Run them all."""
    collector = _Collector()
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "test_mlp_swapped.py"
        module.write_text(_MODULE)
        (Path(folder) / "conftest.py").write_text(
            "from sklearn.conftest import *\nimport sklearn.conftest\n"
        )
        pytest.main(
            ["-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "--import-mode=importlib",
             "-c", "/dev/null", f"--rootdir={folder}", str(module)],
            plugins=[collector],
        )
    return Outcome(tuple(collector.passed), collector.failed)


def _function(name: str) -> str:
    return name.partition("[")[0]


def main() -> int:
    outcome = run()
    for n,m in outcome.failed.items(): print(n, m)
    return 0
if __name__ == "__main__":
    sys.exit(main())
