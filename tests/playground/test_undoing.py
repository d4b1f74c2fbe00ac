"""What can be gone back to keeps within its bounds."""

import copy

import pytest

from axone.playground import undoing
from axone.playground.bench import FIRST
from axone.playground.undoing import bytes_of


def of(rows=600, units=8):
    data = copy.deepcopy(dict(FIRST))
    data["data"]["options"]["rows"] = rows
    data["network"]["hidden_layers"][0]["units"] = units
    return data


def back(bench):
    """Undo as often as that can be, and count."""
    count = 0
    while bench.state()["can_undo"]:
        bench.undo()
        count += 1
    return count


def test_the_memory_of_attempts_is_that_of_their_arrays(empty_bench):
    empty_bench.set_design(of(units=500))
    attempt = empty_bench.attempt
    rows = sum(part.X.nbytes + part.y.nbytes for part in attempt.design.prepared.parts.values())
    raw = attempt.design.prepared.dataset.X.nbytes
    weights = attempt.run.state.parameters.vector.nbytes
    # Weights five times (one of the past), and what Adam remembers of each twice.
    assert bytes_of([attempt]) == rows + raw + 7 * weights


def test_rows_that_attempts_share_count_once(empty_bench):
    empty_bench.set_design(of(rows=20_000))
    first = empty_bench.attempt
    alone = bytes_of([first])
    empty_bench.reset()
    second = empty_bench.attempt
    assert bytes_of([first, second]) < 1.2 * alone
    empty_bench.set_design(of(rows=20_001))
    assert bytes_of([first, empty_bench.attempt]) > 1.9 * alone


def test_of_large_attempts_fewer_can_be_gone_back_to_and_what_is_forgotten_is_closed(
    empty_bench, monkeypatch
):
    empty_bench.set_design(of(units=500))
    one = empty_bench.attempt.bytes_of_run
    monkeypatch.setattr(undoing, "MOST_BYTES", 4 * one)
    made = [empty_bench.attempt]
    for seed in range(6):
        empty_bench.reset(seed)
        made.append(empty_bench.attempt)
    closed = [attempt._events is None for attempt in made]
    assert closed == [True] * 5 + [False] * 2 or closed == [True] * 4 + [False] * 3
    assert back(empty_bench) == closed.count(False) - 1
    assert empty_bench.attempt is made[closed.index(False)]


def test_the_last_one_can_be_gone_back_to_however_large_it_is(empty_bench, monkeypatch):
    monkeypatch.setattr(undoing, "MOST_BYTES", 1)
    empty_bench.set_design(of())
    weights = empty_bench.parameters().vector
    empty_bench.set_design(of(units=9))
    empty_bench.set_design(of(units=10))
    assert back(empty_bench) == 1
    assert len(weights) < len(empty_bench.parameters().vector)


def test_an_attempt_that_was_undone_is_closed_when_another_one_begins(bench):
    bench.reset()
    undone = bench.attempt
    bench.undo()
    assert undone.ended is None
    bench.reset()
    assert undone.ended is not None
    with pytest.raises(Exception, match="nothing to redo"):
        bench.redo()
