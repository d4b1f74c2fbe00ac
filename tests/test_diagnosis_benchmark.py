"""The benchmark of the diagnosis: its runs are experiments, and its report is made of outcomes."""

from collections import Counter

import pytest
from benchmarks.diagnosis import __main__ as program
from benchmarks.diagnosis.failing import FAILING
from benchmarks.diagnosis.healthy import COURSE, HEALTHY_RUNS
from benchmarks.diagnosis.report import report, summary
from benchmarks.diagnosis.scenarios import HEALTHY, Outcome, scenario
from benchmarks.diagnosis.unseen_failing import UNSEEN_FAILING
from benchmarks.diagnosis.unseen_healthy import UNSEEN_HEALTHY
from benchmarks.diagnosis.watching import Watching, watch
from benchmarks.workloads import WORKLOADS

KINDS = {
    *("diverged", "not_learning", "overfitting", "underfitting", "vanishing_gradients"),
    *("exploding_gradients", "dead_units", "saturated_units", "symmetric_weights"),
    *("unscaled_features", "unscaled_target", "class_imbalance", "no_better_than_constant"),
}


def outcome(kind, codes, before, after):
    scores = {"accuracy": before, "recall_macro": before, "log_loss": 1.0}
    mended = {"accuracy": after, "recall_macro": after, "log_loss": 0.5} if codes else {}
    remedy = {"training.l2": 0.5} if codes else {}
    run = scenario(kind, "iris", "done wrong" if kind else "")
    return Outcome(run, "4-8-3 relu", tuple(codes), scores, mended, remedy, 1.0, 0.01)


def test_each_kind_of_failure_has_seven_runs_at_least_and_thirty_are_healthy():
    counts = Counter(run.kind for run in FAILING)
    assert set(counts) == KINDS
    assert min(counts.values()) >= 7
    assert {run.kind for run in UNSEEN_FAILING} <= KINDS
    assert len(UNSEEN_FAILING) >= 30
    assert len(HEALTHY_RUNS) + len(COURSE) >= 30
    assert len(UNSEEN_HEALTHY) >= 20


@pytest.mark.parametrize(
    "run", [*FAILING, *HEALTHY_RUNS, *UNSEEN_FAILING, *UNSEEN_HEALTHY, *program.course_scenarios()]
)
def test_every_run_is_an_experiment(run):
    settings = run.experiment().settings
    assert settings.training.epochs >= 1
    assert bool(run.wrong) == (run.kind != HEALTHY)


def test_runs_are_carried_out_and_reported(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(program, "FAILING", FAILING[-1:])
    out = tmp_path / "diagnosis.md"
    assert program.main(["--only", "failing", "--out", str(out)]) == 0
    kind = FAILING[-1].kind
    assert f"| {kind} | 1 |" in capsys.readouterr().out
    written = out.read_text(encoding="utf-8")
    assert f"## {kind}" in written
    assert FAILING[-1].wrong in written


def test_a_summary_counts_what_was_named_what_helped_and_false_alarms():
    told = summary(
        [
            outcome("dead_units", ["dead_units"], 0.3, 0.9),
            outcome("dead_units", ["underfitting", "dead_units"], 0.3, 0.2),
            outcome("dead_units", [], 0.3, 0.3),
            outcome(HEALTHY, [], 0.9, 0.9),
            outcome(HEALTHY, ["overfitting"], 0.9, 0.9),
        ]
    )
    assert "| dead_units | 3 | 1 | 2 | 1 of 2 |" in told
    assert "Healthy runs: 2; false alarms: 1." in told


def test_of_equal_metrics_the_log_loss_decides():
    assert outcome("dead_units", ["dead_units"], 0.5, 0.5).helped


def test_the_report_lists_what_went_wrong_among_the_varied_runs():
    watching = {"avx2": [Watching("iris 4-3 b10", 3, 0.005, 0.02, 1e-4, 0.003)]}
    unseen = [outcome("dead_units", [], 0.3, 0.3), outcome("dead_units", ["dead_units"], 0.3, 0.9)]
    written = report(unseen[1:], {"others": [outcome(HEALTHY, [], 0.9, 0.9)]}, unseen, watching)
    assert "| dead_units | iris | done wrong | not named | – |" in written
    assert "0.300 → 0.900" in written
    assert "### avx2" in written
    assert "+2.0%" in written
    assert "| iris | 4-8-3 relu | none | 0.900 |" in written


def test_the_watcher_is_timed():
    found = watch(WORKLOADS["iris"].shortened(), 40, rounds=3)
    assert found.unwatched > 0
    assert found.evidence < found.unwatched
    assert found.label.endswith("40 held out")


def test_an_unknown_part_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        program.main(["--only", "failure"])
    assert "there are failing, healthy, unseen, watching" in capsys.readouterr().err
