"""The run of scikit-learn's own tests: a difference without a reason is found out."""

import pytest
from benchmarks import scikit_learn_tests
from benchmarks.scikit_learn_tests import DIFFERENCES, Outcome, main, run


@pytest.fixture(scope="module")
def outcome():
    """A few quick ones of their tests, one of which differs for a reason."""
    return run("test_gradient or test_partial_fit_errors")


def test_their_tests_run_with_our_classes(outcome):
    assert "test_partial_fit_errors" in outcome.passed
    assert set(outcome.failed) == {"test_gradient"}
    assert not outcome.unexplained
    # That they fail for want of a private attribute shows that it is our class they ran with.
    assert "'MLPClassifier' object has no attribute" in outcome.failed["test_gradient"]


def test_a_difference_without_a_reason_fails_the_run(monkeypatch, capsys):
    failed = {"test_new[a]": "assert 1 == 2", "test_gradient": "AttributeError"}
    monkeypatch.setattr(scikit_learn_tests, "run", lambda: Outcome(("test_alpha",), failed))
    assert main() == 1
    out = capsys.readouterr().out
    assert "FAILS    test_new[a]" in out
    assert "OUTDATED test_adaptive_learning_rate" in out
    assert "1 pass, 1 differ for a reason, 1 fail." in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_run_passes_when_every_difference_has_its_reason(monkeypatch, capsys):
    failed = dict.fromkeys(DIFFERENCES, "AssertionError")
    monkeypatch.setattr(scikit_learn_tests, "run", lambda: Outcome((), failed))
    assert main() == 0
    assert "0 pass, 6 differ for a reason, 0 fail." in capsys.readouterr().out
