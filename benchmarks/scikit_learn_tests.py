"""scikit-learn's own tests of its MLP, run against Axone's.

``python -m benchmarks.scikit_learn_tests`` prints which pass.
The installed test file is loaded with the two classes swapped; nothing of it is copied. A test that
fails must stand in `DIFFERENCES` with its reason, and one that stands there must fail.
"""

import sys
import tempfile
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_PRIVATE = "It asks for {}, which is private to scikit-learn's class."

DIFFERENCES: dict[str, str] = {
    "test_gradient": _PRIVATE.format("_loss_grad_lbfgs, a method") + " Axone's gradients are "
    "checked against finite differences in tests/test_gradients.py.",
    "test_learning_rate_warmstart": _PRIVATE.format("_optimizer.learning_rate")
    + " A warm start goes on with the rate that the rows seen so far give; theirs begins with one "
    "epoch at the first rate.",
    "test_adaptive_learning_rate": _PRIVATE.format("_optimizer.learning_rate"),
    "test_n_iter_no_change": _PRIVATE.format("_no_improvement_count"),
    "test_n_iter_no_change_inf": _PRIVATE.format("_no_improvement_count"),
    "test_early_stopping_stratified": "The error is raised, but names the label as the user wrote "
    "it; theirs names its inner encoding, 'True'.",
}
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
    """Takes down how each test ended."""

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


def run(which: str = "") -> Outcome:
    """Run them all, or those that pytest's ``-k`` takes by this expression."""
    collector = _Collector()
    quietly = ["-q", "--tb=no", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "test_mlp_swapped.py"
        module.write_text(_MODULE)
        # Its fixtures (the random seed of a test) live in scikit-learn's own conftest.
        (Path(folder) / "conftest.py").write_text("from sklearn.conftest import *\n")
        configuration = ["-c", "/dev/null", f"--rootdir={folder}", "--import-mode=importlib"]
        chosen = [*quietly, *configuration, "-k", which, str(module)]
        pytest.main(chosen, plugins=[collector])
    return Outcome(tuple(collector.passed), collector.failed)


def _function(name: str) -> str:
    return name.partition("[")[0]


def main() -> int:
    """Run, and print what passes, what differs and why; 1 for a difference without a reason."""
    from importlib.metadata import version

    outcome = run()
    print(f"\nscikit-learn {version('scikit-learn')}: test_mlp.py run with Axone's classes\n")
    for name in outcome.passed:
        print(f"  passes   {name}")
    for name, error in outcome.failed.items():
        reason = DIFFERENCES.get(_function(name))
        print(f"  {'differs' if reason else 'FAILS  '}  {name}")
        print(textwrap.indent(textwrap.fill(reason or error, 66), " " * 11))
    for name in outcome.outdated:
        print(f"  OUTDATED {name}\n           It passes now: take it off the list of differences.")
    failed = len(outcome.unexplained)
    explained = len(outcome.failed) - failed
    print(f"\n{len(outcome.passed)} pass, {explained} differ for a reason, {failed} fail.")
    return 1 if outcome.unexplained or outcome.outdated else 0


if __name__ == "__main__":
    sys.exit(main())
