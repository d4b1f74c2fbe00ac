"""The benchmarks run: a tiny table is measured and written, and figures become the right ratios."""

import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from benchmarks import machine
from benchmarks.around import Contest, Turns, measure_around, tables
from benchmarks.formulas import FORMULAS, FormulaSteps, time_pair
from benchmarks.grid_search import Division
from benchmarks.lbfgs import DTYPES, ITERATIONS, WAYS, Fits, Fitted, LBFGSFits, time_network
from benchmarks.limits import Limits, measure_limits
from benchmarks.machine import variants
from benchmarks.opponents import OPPONENTS
from benchmarks.populations import Populations, time_ways
from benchmarks.report import (
    around_sections,
    as_markdown,
    as_terminal,
    formula_section,
    lbfgs_sections,
    population_section,
    time_sections,
)
from benchmarks.rounds import Rounds, Timing, measure_rounds
from benchmarks.signals.kernels import ConvolutionKernels, convolutions
from benchmarks.signals.opponents import SIGNAL_OPPONENTS, Program
from benchmarks.signals.rounds import (
    SignalRounds,
    losses_of_the_able,
    measure_signals,
    require_same_losses,
)
from benchmarks.signals.tables import convolution_sections, signal_sections
from benchmarks.signals.with_axone import prepare, trainer
from benchmarks.signals.workloads import SIGNAL_WORKLOADS
from benchmarks.workloads import SMALLEST, WORKLOADS, Workload

ROOT = Path(__file__).parent.parent


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_table_of_a_tiny_workload_and_two_opponents_is_printed_and_written(tmp_path):
    out = tmp_path / "results.md"
    finished = run(
        *("--workloads", "iris", "--opponents", "reference,scikit-learn", "--parts", "steps"),
        *("--threads", "1", "--rounds", "2", "--quick", "--out", str(out)),
    )
    assert finished.returncode == 0, finished.stderr
    table = next(line for line in finished.stdout.splitlines() if line.startswith("iris"))
    reference, scikit_learn = (
        float(cell.split()[0]) for cell in table.split("b10")[1].split(")")[:2]
    )
    assert 1 < reference < 100_000
    assert 1 < scikit_learn < 100_000
    assert max(map(len, finished.stdout.splitlines())) <= 100
    written = out.read_text(encoding="utf-8")
    assert table in written
    assert "geometric mean of the 1 smallest" in written
    assert str(ROOT) not in written


def test_an_unknown_workload_is_refused_with_the_known_ones():
    finished = run("--workloads", "irish")
    assert finished.returncode == 2
    assert "unknown workload 'irish'; there are iris, cancer" in finished.stderr


@pytest.mark.parametrize("name", ["axone", "reference"])
def test_both_engines_make_the_same_steps_and_learn(name):
    if not OPPONENTS[name].available:
        pytest.skip(f"{name} is not installed here")
    workload = replace(WORKLOADS["iris"], epochs=20)
    X, y = workload.draw_rows()
    fitted = OPPONENTS[name].prepare(workload, (X, y))()
    assert fitted.steps == workload.steps == 300
    assert np.mean(fitted.predict(X) == y) > 0.6


def test_the_peers_that_are_installed_make_the_same_steps_and_learn():
    # In a process of their own: JAX starts threads, which a test process should not have.
    peers = [name for name in ("pytorch", "jax") if OPPONENTS[name].available]
    if not peers:
        pytest.skip("neither PyTorch nor JAX, of the extra `peers`, is installed here")
    measured = measure_rounds(
        ["iris"], peers, threads=1, variant="", rounds=1, quick=True, with_limits=False
    )
    assert [timing.opponent for timing in measured.timings] == peers
    assert all(timing.accuracy > 0.6 for timing in measured.timings)


def test_the_limits_are_those_of_a_real_machine():
    if not any(map(shutil.which, ("g++", "clang++", "c++"))):
        pytest.skip("there is no C++ compiler here")
    limits = measure_limits([WORKLOADS["iris"]], 1)
    assert 1e9 < limits.flops_per_second < 1e13
    assert 0 < limits.step_seconds(WORKLOADS["iris"]) < 1e-3


def test_the_operations_and_parameters_of_mnist_are_the_textbook_ones():
    assert WORKLOADS["mnist"].parameters == 109_386
    assert WORKLOADS["mnist"].flops == 64 * (3 * 109_184 - 100_352)
    assert set(SMALLEST) == {"iris", "cancer", "digits", "covtype"}
    assert all(w.rows % w.batch_size == 0 for w in WORKLOADS.values())


def test_ratios_limits_and_the_best_number_of_threads_come_from_the_medians():
    def timing(name, seconds, workload="iris"):
        return Timing(workload, name, [seconds, seconds, 9e-3], 1.0)

    iris = WORKLOADS["iris"]
    limits = Limits(iris.flops / 1e-6, {iris.parameters: 1e-6})
    single = Rounds(1, "avx2", [timing("axone", 4e-6), timing("jax", 8e-6)], limits)
    double = Rounds(2, "avx2", [timing("axone", 5e-6), timing("jax", 6e-6)], limits)

    times, ratios, hardware = time_sections(single)
    assert "4.0" in times.table
    assert ratios.table.splitlines()[1].endswith(" 2.0×")
    assert " 50%" in hardware.table
    times, ratios, _ = time_sections(double, single)
    assert "two were faster for jax (iris)" in times.note
    assert ratios.table.splitlines()[1].endswith(" 1.5×")
    assert "## Ratios, avx2, 2 cores" in as_markdown([ratios], ["today"])
    assert "- today" in as_terminal([ratios], ["today"])


def test_the_compiled_part_of_a_step_is_held_against_the_limit():
    iris = WORKLOADS["iris"]
    limits = Limits(iris.flops / 1e-6, {iris.parameters: 1e-6})
    timings = [Timing("iris", "axone", [8e-6], 1.0), Timing("iris", "jax", [9e-6], 1.0)]
    *_, compiled = time_sections(Rounds(1, "avx2", timings, limits, {"iris": 5e-6}))
    assert compiled.table.splitlines()[1].split()[-4:] == ["2.0", "5.0", "40%", "2.5×"]


def test_jax_is_kept_from_a_library_that_heeds_no_flag(monkeypatch):
    monkeypatch.setattr(machine, "variants", lambda: ("avx512", "avx2"))
    held = machine._environment(1, "avx2")["XLA_FLAGS"]
    assert "--xla_cpu_max_isa=AVX2" in held
    assert machine.XLA_BY_ITSELF in held
    assert machine.XLA_BY_ITSELF not in machine._environment(1, "avx512")["XLA_FLAGS"]
    monkeypatch.setattr(machine, "variants", lambda: ("avx2",))
    assert machine.XLA_BY_ITSELF not in machine._environment(1, "avx2")["XLA_FLAGS"]


@pytest.mark.skipif(not OPPONENTS["axone"].available, reason="the compiled engine is not built")
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_way_of_l_bfgs_comes_down_on_every_network(dtype):
    for network in ("iris", "cancer"):
        fits = time_network(network, dtype, rounds=1)
        assert fits.seconds.keys() == fits.fitted.keys() == WAYS.keys()
        assert all(0 < fitted.iterations <= ITERATIONS for fitted in fits.fitted.values())
        assert all(fitted.loss < 0.1 for fitted in fits.fitted.values())


def test_fits_of_l_bfgs_become_the_right_ratios():
    seconds = {"axone": [1e-3, 2e-3, 9e-3], "reference": [8e-3], "scikit-learn": [2e-2]}
    fitted = dict.fromkeys(seconds, Fitted(12, 0.034))
    times, ends = lbfgs_sections(LBFGSFits("avx2", [Fits("iris", "float32", seconds, fitted)]))
    (line,) = times.table.splitlines()[1:]
    assert line.split() == [
        "iris",
        "4-16-32-3",
        "float32",
        "2.00",
        "8.00",
        "20.00",
        "4.0×",
        "10.0×",
    ]
    assert "12    0.034" in ends.table
    assert times.title == "L-BFGS, avx2: time"
    assert max(map(len, as_terminal([times, ends], ["today"]).splitlines())) <= 100


def test_memory_and_the_cost_of_starting_are_measured_in_fresh_processes(tmp_path):
    finished = run(
        *("--opponents", "reference", "--parts", "memory,startup", "--quick"),
        *("--out", str(tmp_path / "results.md")),
    )
    assert finished.returncode == 0, finished.stderr
    figures = {
        line[:24].strip(): float(line[24:])
        for line in finished.stdout.splitlines()
        if line.startswith(("imports and", "peak of", "import ", "second fit"))
    }
    assert 30 < figures["imports and rows"] < figures["peak of the fit"] < 1000
    assert 0 < figures["import"] < 30
    assert 0 < figures["second fit"] < 30


@pytest.mark.skipif(not OPPONENTS["axone"].available, reason="the compiled engine is not built")
def test_two_trees_are_timed_by_turns():
    """Here one against itself: the table has a line a task, and no ratio that is none."""
    command = ["-m", "benchmarks.revisions", "--rounds", "2", "--tasks"]
    tasks = ["iris", "make-a-trainer", "epoch-with-validation"]
    finished = subprocess.run(
        [sys.executable, *command, *tasks], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    head, _columns, *lines = finished.stdout.splitlines()
    assert " against " in head
    assert [line.split()[0] for line in lines] == tasks
    for line in lines:
        old, new, ratio = map(float, line.split()[1:4])
        assert new / old == pytest.approx(ratio, rel=0.05)
        assert 0.1 < ratio < 10


def test_a_folder_without_axone_is_not_measured(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.revisions", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode != 0
    assert str(tmp_path) in finished.stderr


@pytest.mark.skipif(not OPPONENTS["axone"].available, reason="the compiled engine is not built")
def test_many_networks_are_timed_in_every_way():
    tiny = Workload("tiny", (4, 3, 2), batch_size=5, rows=20, epochs=2)
    seconds = time_ways(tiny, threads=1, rounds=2)
    assert {"one by one", "fit_many", "joblib, scikit-learn"} <= set(seconds)
    assert all(len(times) == 2 and min(times) > 0 for times in seconds.values())
    section = population_section(Populations(1, "avx2", {"iris": seconds}))
    assert "fit_many" in section.table
    assert "one core" in section.title


def test_contestants_take_turns_and_each_round_begins_with_another_one(monkeypatch):
    done = []
    monkeypatch.setattr("benchmarks.around._SHORTEST", 0.0)
    contest = Contest("some work", {name: partial(done.append, name) for name in "abc"})
    seconds = contest.seconds(3)
    assert {name: len(figures) for name, figures in seconds.items()} == {"a": 3, "b": 3, "c": 3}
    assert "".join(done[-9:]) == "abcbcacab"


def test_the_ratio_is_the_fastest_of_the_others_over_the_fastest_of_ours():
    shown = {"compiled": [2e-3] * 3, "reference": [9.0, 1e-3, 1e-3], "NumPy": [5e-3, 5e-3, 1e-6]}
    alone = Turns("searching", "a grid", {"whole search": [3.0], "score": [0.25]})
    shuffling, searching = around_sections([Turns("shuffling", "7 rows", shown), alone], "avx2")
    assert shuffling.title == "Shuffling, avx2"
    assert shuffling.table.splitlines()[1].split() == (
        ["7", "rows", "2.0", "ms", "1.0", "ms", "5.0", "ms", "5.0×"]
    )
    assert searching.table.splitlines()[1].split() == ["a", "grid", "3.0", "s", "250", "ms"]


def test_permutations_are_timed_in_a_process_of_their_own():
    measured = measure_around(["shuffling"], variants()[0], 1)
    assert [turns.name for turns in measured] == ["1000 rows", "100000 rows", "1000000 rows"]
    for turns in measured:
        assert {"reference", "NumPy"} <= set(turns.seconds)
        assert all(0 < figure < 60 for (figure,) in turns.seconds.values())


def test_everybody_who_predicts_against_axone_has_the_same_weights():
    # The first row would be refused if the probabilities were not the same.
    first = next(tables()["predicting"].rows())
    assert first.name == "iris 4-16-32-3, 1"
    assert {"Model", "estimator", "Network", "scikit-learn"} <= set(first.works)


def test_the_parts_of_a_search_add_up_to_the_whole():
    grid = {"hidden_layer_sizes": [(8,)], "max_iter": [2]}
    seconds = Division("tiny", "axone float32", grid).seconds(1)
    whole, *parts = (figure for (figure,) in seconds.values())
    assert sum(parts) == pytest.approx(whole)
    assert min(parts) >= 0


def test_the_operations_and_parameters_of_lenet_are_the_textbook_ones():
    workload = SIGNAL_WORKLOADS["lenet-32"]
    first, second = 28 * 28 * 25 * 6, 10 * 10 * 25 * 6 * 16
    dense = 400 * 120 + 120 * 84 + 84 * 10
    assert workload.parameters == 61_706
    assert workload.flops == 2 * 32 * (2 * first + 3 * (second + dense))
    assert [form.shape for form in SIGNAL_WORKLOADS["course-1d-10"].forms()] == [
        *((1, 8), (1, 4), (4,), (8,), (2,))
    ]
    assert all(w.rows % w.batch_size == 0 for w in SIGNAL_WORKLOADS.values())


def test_a_recurrent_network_has_as_many_products_as_positions_and_one_fewer_of_its_state():
    workload = SIGNAL_WORKLOADS["gru-16"]
    inputs, states, dense = 25 * 96 * 12, 24 * 96 * 32, 32 * 9
    assert workload.flops == 2 * 16 * (2 * inputs + 3 * (states + dense))


@pytest.mark.parametrize("name", ["course-1d-10", "fcn-1d-16", "lstm-16", "gru-16"])
def test_networks_of_signals_have_as_many_parameters_as_axone_gives_them(name):
    workload = SIGNAL_WORKLOADS[name]
    network = trainer(workload, "reference").network
    assert network.parameter_count == workload.parameters
    assert network.output_shape == (workload.classes,)


@pytest.mark.skipif(not OPPONENTS["axone"].available, reason="the compiled engine is not built")
@pytest.mark.parametrize("name", ["course-1d-10", "fcn-1d-16", "lstm-16", "gru-16"])
def test_both_engines_train_networks_of_signals_to_the_same_losses(name):
    workload = SIGNAL_WORKLOADS[name]
    rows, weights = workload.draw_rows(), workload.draw_weights()
    losses = {
        engine: prepare(workload, rows, weights, engine).first_losses()
        for engine in ("reference", "native")
    }
    require_same_losses(losses)
    assert losses["native"][-1] < losses["native"][0]


def test_peers_that_train_networks_of_signals_learn_what_axone_learns():
    # In a process of their own, which ends with an error if the losses are not the same.
    peers = [name for name in ("axone", "pytorch", "jax") if SIGNAL_OPPONENTS[name].available]
    if len(peers) < 2:
        pytest.skip("neither PyTorch nor JAX, of the extra `peers`, is installed here")
    networks = ["lenet-32", "course-1d-10", "lstm-16", "gru-16"]
    found = measure_signals(networks, peers, threads=1, variant="", rounds=1, quick=True)
    assert {name: list(row) for name, row in found.seconds.items()} == dict.fromkeys(
        networks, peers
    )


def test_losses_that_are_not_the_same_are_refused():
    require_same_losses({"axone": [2.0, 1.0], "jax": [2.0, 1.0001]})
    with pytest.raises(RuntimeError, match="jax does not learn what axone learns"):
        require_same_losses({"axone": [2.0, 1.0], "jax": [2.0, 1.01]})


def test_a_peer_that_breaks_down_is_left_out_and_told(capsys):
    def broken():
        raise RuntimeError("kernel\nindex out of bounds")

    well, ill = Program(int, lambda: [2.0, 1.0]), Program(int, broken)
    assert losses_of_the_able("lenet b32", {"axone": well, "jax": ill}) == {"axone": [2.0, 1.0]}
    assert capsys.readouterr().err == "lenet b32: jax is left out: index out of bounds\n"
    with pytest.raises(RuntimeError, match="out of bounds"):
        losses_of_the_able("lenet b32", {"axone": ill, "jax": well})


def test_examples_a_second_and_what_threads_bring_come_from_the_medians():
    gru = SIGNAL_WORKLOADS["gru-16"]
    limits = Limits(gru.flops / 40e-6, {gru.parameters: 10e-6})
    seconds = {"axone": [1e-4, 1e-4, 9.0], "jax": [2e-4]}
    single = SignalRounds(1, "avx2", {"gru-16": seconds}, limits, {"gru-16": 8e-5})
    faster = {"axone": [5e-5], "jax": [4e-4]}
    double = SignalRounds(2, "avx2", {"gru-16": faster}, limits)

    times, ratios, rates, compiled = signal_sections(single)
    assert times.title.endswith("microseconds a step, avx2, one core")
    assert ratios.table.splitlines()[1].split() == ["gru", "b16", "2.0×"]
    assert rates.table.splitlines()[1].split()[-4:] == ["160000", "50%", "80000", "25%"]
    assert compiled.table.splitlines()[1].split()[-1] == "62%"
    *_, ratios, _, gains = signal_sections(double, single)
    assert ratios.table.splitlines()[1].split()[-1] == "4.0×"
    assert gains.table.splitlines()[1].split()[-2:] == ["2.00×", "0.50×"]
    assert max(map(len, as_terminal([times, rates, gains], ["today"]).splitlines())) <= 100


def test_what_an_opponent_cannot_train_is_left_blank():
    assert not SIGNAL_OPPONENTS["torch.compile"].can_train(SIGNAL_WORKLOADS["lstm-16"])
    assert SIGNAL_OPPONENTS["torch.compile"].can_train(SIGNAL_WORKLOADS["gru-16"])
    rows = {"lstm-16": {"pytorch": [1e-3]}, "gru-16": {"pytorch": [1e-3], "torch.compile": [5e-4]}}
    times, ratios, *_ = signal_sections(SignalRounds(1, "avx512", rows, None))
    assert times.table.splitlines()[1].split() == ["lstm", "b16", "1000", "(0.00)"]
    assert ratios.table.splitlines()[2].split() == ["gru", "b16", "0.5×"]


def test_convolutions_are_told_to_c_as_planes_and_kernels():
    lenet, *_, last = convolutions()
    assert lenet.label == "32, 1×28×28, 6 @ 5×5"
    assert lenet.numbers() == [32, 1, 28, 28, 6, 28, 28, 5, 5, 2, 2]
    assert lenet.products == 32 * 28 * 28 * 25 * 6
    assert last.label == "16, 256×100, 128 @ 3"
    assert last.numbers() == [16, 256, 1, 100, 128, 1, 100, 1, 3, 0, 1]


def test_rates_of_convolutions_are_shown_beside_the_peak():
    rates = {shapes.label: [5e10, 2e10, 8e10] for shapes in convolutions()}
    found = {f"{dtype} axone": rates for dtype in ("float32", "float64")}
    single, double = convolution_sections(ConvolutionKernels("avx2", 1e11, found))
    assert single.title == "Convolutions, avx2, float32"
    assert single.table.splitlines()[1].split()[-6:] == ["50", "50%", "20", "20%", "80", "80%"]
    assert double.table.splitlines()[1].split()[-6:] == ["50", "100%", "20", "40%", "80", "160%"]


def test_formulas_are_timed_beside_the_names_that_they_stand_for():
    tiny = Workload("iris", (4, 5, 3), 10, 20, 1)
    seconds = {name: time_pair(tiny, name, 2) for name in FORMULAS}
    assert all(set(ways) == {"name", "formula"} for ways in seconds.values())
    assert all(
        len(each) == 2 and min(each) > 0 for ways in seconds.values() for each in ways.values()
    )


def test_the_table_of_formulas_shows_times_and_ratios():
    pair = {"name": [2e-6, 1e-6, 4e-6], "formula": [3e-6, 3e-6, 2e-6]}
    section = formula_section(FormulaSteps("avx2", {"iris": dict.fromkeys(FORMULAS, pair)}))
    assert section.table.count("1.50×") == len(FORMULAS)
    assert "the largest 1.50×" in section.note
    assert all(len(line) <= 100 for line in section.table.splitlines())
