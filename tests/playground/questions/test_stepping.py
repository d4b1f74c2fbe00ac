"""One example through the network and back: PyTorch's numbers; what is hostile is refused."""

import json

import numpy as np
import pytest

import axone as ax
from axone.errors import AxoneError
from axone.explanation.numerals import written
from axone.layers import LAYERS
from axone.playground.bench import Bench
from axone.playground.questions.stepping import stepping, stepping_cell, stepping_neuron
from axone.playground.traces import MOST_NUMBERS, trace_data
from axone.traced import Rest


def bench_on(tmp_path, data, hidden_layers, **training):
    bench = Bench(tmp_path)
    if data["source"] == "upload:waves.npz":
        bench.sources.add("waves.npz", waves(tmp_path / "waves.npz"))
    rate = {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 16}
    bench.set_design(
        {
            "data": {"validation": 0.25, "test": 0.0, **data},
            "network": {"hidden_layers": hidden_layers},
            "training": {**rate, **training},
            "seed": 3,
            "dtype": "float64",
        }
    )
    bench.epoch()
    return bench


def waves(path):
    """Signals of two channels, slow ones and fast ones, as a file."""
    random = np.random.default_rng(0)
    y = np.arange(60) % 2
    time = np.linspace(0, 6, 12)
    X = np.sin((1 + y)[:, None, None] * time + random.uniform(0, 6, (60, 2, 1)))
    np.savez(path, X=X, y=y)
    return path


MLP = [
    {"name": "dense", "units": 5, "activation": "tanh"},
    {"name": "dense", "units": 4, "activation": "relu"},
]


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    return bench_on(tmp_path_factory.mktemp("iris"), {"source": "iris"}, MLP, l2=0.01)


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """A table with texts, dates, truths, cells that are missing, and numbers to predict."""
    folder = tmp_path_factory.mktemp("houses")
    random = np.random.default_rng(0)
    lines = ["area,town,sold,garden,price"]
    for row in range(60):
        area = "" if random.random() < 0.1 else f"{random.uniform(30, 200):.1f}"
        town = random.choice(["Paris", "Nice", "Lyon"])
        sold, garden = f"20{10 + row % 9}-03-{1 + row % 28:02}", ["true", "false"][row % 2]
        lines.append(f"{area},{town},{sold},{garden},{random.uniform(1, 9):.3f}")
    (folder / "houses.csv").write_text("\n".join(lines) + "\n")
    bench = Bench(folder)
    bench.sources.add("houses.csv", folder / "houses.csv")
    bench.set_design(
        {
            "data": {"source": "upload:houses.csv", "target": "price", "validation": 0.25},
            "network": {"hidden_layers": MLP},
        }
    )
    bench.epoch()
    return bench


def array_of(trace, kind, layer, symbol, name=None):
    for step in walked(trace["steps"]):
        named = name is None or step.get("name") == name
        if (step["kind"], step.get("layer"), step.get("symbol")) == (kind, layer, symbol) and named:
            return np.array(step["array"]["numbers"]).reshape(step["array"]["shape"])
    raise AssertionError((kind, layer, symbol))


def walked(steps):
    for step in steps:
        yield step
        yield from walked(step.get("children", ()))


ROW = {"part": "train", "place": 4}


def test_every_number_of_a_dense_network_is_that_of_pytorch(iris, torch):
    trace = stepping(iris, {"row": ROW})
    prepared, weights = iris.design.prepared, iris.parameters()
    part = prepared.parts["train"]
    modules = [torch.nn.Linear(4, 5), torch.nn.Linear(5, 4), torch.nn.Linear(4, 3)]
    for number, module in enumerate(modules):
        module.double()
        module.weight.data = torch.tensor(weights[f"{number}.weight"])
        module.bias.data = torch.tensor(weights[f"{number}.bias"])
    x = torch.tensor(np.asarray(part.X[[4]], np.float64))
    z0 = modules[0](x)
    z1 = modules[1](torch.tanh(z0))
    z2 = modules[2](torch.relu(z1))
    near = {"rtol": 1e-7, "atol": 1e-9}
    np.testing.assert_allclose(array_of(trace, "forward", 0, "z"), z0.detach(), **near)
    np.testing.assert_allclose(array_of(trace, "forward", 1, "z"), z1.detach(), **near)
    shares = torch.softmax(z2, 1).detach().numpy()
    np.testing.assert_allclose(array_of(trace, "forward", 2, "ŷ"), shares, **near)
    wanted = torch.tensor(part.y[[4]])
    loss = torch.nn.functional.cross_entropy(z2, wanted)
    loss = loss + 0.01 / 2 * sum((module.weight**2).sum() for module in modules)
    optimizer = torch.optim.Adam([p for m in modules for p in m.parameters()], lr=0.01)
    loss.backward()
    assert trace["loss"] == pytest.approx(loss.item(), rel=1e-7)
    for number, module in enumerate(modules):
        gradient = array_of(trace, "backward", number, "∂L/∂W")
        penalty = 0.01 * module.weight.detach().numpy()
        np.testing.assert_allclose(gradient + penalty, module.weight.grad, **near)
        bias = array_of(trace, "backward", number, "∂L/∂b")
        np.testing.assert_allclose(bias, module.bias.grad, **near)
    optimizer.step()
    for number, module in enumerate(modules):
        moved = array_of(trace, "update", number, "W", f"{number}.weight")
        np.testing.assert_allclose(moved, module.weight.detach(), **near)


def test_every_number_of_a_convolution_is_that_of_pytorch(tmp_path, torch):
    layers = [{"name": "conv1d", "channels": 3, "kernel_size": 3, "activation": "tanh"}]
    layers += [{"name": "flatten"}]
    bench = bench_on(tmp_path, {"source": "upload:waves.npz"}, layers)
    trace = stepping(bench, {"row": ROW})
    prepared, weights = bench.design.prepared, bench.parameters()
    part = prepared.parts["train"]
    x = torch.tensor(np.asarray(part.X[[4]], np.float64))
    kernel = torch.tensor(weights["0.weight"], requires_grad=True)
    bias = torch.tensor(weights["0.bias"], requires_grad=True)
    z = torch.nn.functional.conv1d(x, kernel, bias)
    out_w, out_b = torch.tensor(weights["2.weight"]), torch.tensor(weights["2.bias"])
    logits = torch.nn.functional.linear(torch.tanh(z).flatten(1), out_w, out_b)
    shown = array_of(trace, "forward", 0, "z")
    np.testing.assert_allclose(shown, z.detach().numpy()[tuple(map(slice, shown.shape))], rtol=1e-7)
    if logits.shape[1] == 1:
        target = torch.tensor(part.y[[4]], dtype=torch.float64).reshape(1, 1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
    else:
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(part.y[[4]]))
    loss.backward()
    assert trace["loss"] == pytest.approx(loss.item(), rel=1e-7)
    np.testing.assert_allclose(
        array_of(trace, "backward", 0, "∂L/∂W"), kernel.grad, rtol=1e-6, atol=1e-9
    )
    before, after = weights["0.weight"], array_of(trace, "update", 0, "W", "0.weight")
    # The first step of Adam is η against the sign of every gradient.
    np.testing.assert_allclose(before - after, 0.01 * np.sign(kernel.grad.numpy()), rtol=1e-3)


def test_a_row_is_told_in_the_words_of_the_dataset(iris):
    trace = stepping(iris, {"row": {"part": "validation", "place": 0}})
    part = iris.design.prepared.parts["validation"]
    dataset = iris.design.prepared.dataset
    number = int(part.numbers[0])
    assert trace["row"] == {"part": "validation", "number": number, "place": 0}
    assert trace["given"] == [float(cell) for cell in np.asarray(dataset.X)[number]]
    assert trace["target"] == dataset.class_names[int(dataset.y[number])]
    shares = {each["name"]: each["share"] for each in trace["shares"]}
    assert trace["predicted"] == max(shares, key=shares.get)
    assert sum(shares.values()) == pytest.approx(1)
    assert trace["epoch"] == 1


def test_every_array_has_the_line_that_made_it(iris):
    trace = stepping(iris, {"row": ROW})
    for step in walked(trace["steps"]):
        computed = step.get("symbol") not in ("x", "y") and "after" not in step.get("equation", "")
        if "array" in step and computed:
            assert step["source"], step["symbol"]
    line = trace["sources"][0]
    assert line["file"] == "layers/dense.py"
    assert line["text"].startswith("z = x @")


def test_a_row_that_is_typed_gives_what_the_same_row_gives(iris, houses):
    for bench in (iris, houses):
        of_row = stepping(bench, {"row": ROW})
        typed = stepping(bench, {"values": of_row["given"], "target": of_row["target"]})
        again = array_of(typed, "forward", 0, "z")
        np.testing.assert_allclose(array_of(of_row, "forward", 0, "z"), again, rtol=1e-5, atol=1e-6)
        assert typed["loss"] == pytest.approx(of_row["loss"], rel=1e-4)
        assert typed["target"] == pytest.approx(of_row["target"]) if bench is houses else True
        assert typed["row"] is None


def test_without_a_target_the_way_ends_with_the_prediction(iris):
    trace = stepping(iris, {"values": [5.0, 3.0, 1.5, 0.2]})
    assert {step["kind"] for step in trace["steps"]} == {"input", "forward"}
    assert trace["loss"] is None
    assert trace["notes"] == ["Without a target the way ends with the prediction."]


class TestOneNeuron:
    def test_its_terms_add_up_to_its_sum(self, iris):
        found = stepping_neuron(iris, {"row": ROW, "layer": 1, "unit": 2})
        weights = iris.parameters()["1.weight"][2]
        np.testing.assert_allclose([term["weight"] for term in found["terms"]], weights, rtol=1e-8)
        total = sum(term["weight"] * term["input"] for term in found["terms"]) + found["bias"]
        assert found["z"] == pytest.approx(total, rel=1e-7)
        assert found["a"] == pytest.approx(max(0.0, total), rel=1e-7)
        assert sum(term["share"] for term in found["terms"]) == pytest.approx(1)

    def test_the_first_layer_names_its_inputs(self, iris):
        found = stepping_neuron(iris, {"row": ROW, "layer": 0, "unit": 0})
        names = iris.design.prepared.dataset.feature_names
        assert [term["name"] for term in found["terms"]] == list(names)

    def test_of_very_many_terms_the_largest_are_written_and_the_rest_added(self, tmp_path):
        layers = [{"name": "flatten"}, {"name": "dense", "units": 3, "activation": "relu"}]
        bench = bench_on(tmp_path, {"source": "digits"}, layers)
        found = stepping_neuron(bench, {"row": ROW, "layer": 1, "unit": 1})
        assert len(found["terms"]) <= 200
        total = sum(term["product"] for term in found["terms"]) + found["rest"] + found["bias"]
        assert found["z"] == pytest.approx(total, rel=1e-6)

    def test_a_channel_shows_the_window_it_looks_at(self, tmp_path):
        layers = [{"name": "conv1d", "channels": 2, "kernel_size": 3, "activation": "tanh"}]
        layers += [{"name": "global_pool"}]
        bench = bench_on(tmp_path, {"source": "upload:waves.npz"}, layers)
        fields = {"row": ROW, "layer": 0, "unit": 1, "position": [5]}
        found = stepping_neuron(bench, fields)
        x = bench.design.prepared.parts["train"].X[4]
        window = [float(x[channel, at]) for channel, at in found["window"]]
        assert [at for channel, at in found["window"] if channel == 0] == [5, 6, 7]
        np.testing.assert_allclose(window, [term["input"] for term in found["terms"]], rtol=1e-6)
        total = sum(term["product"] for term in found["terms"]) + found["bias"]
        assert found["a"] == pytest.approx(np.tanh(total), rel=1e-6)

    def test_a_gate_is_told_by_the_steps_of_its_layer(self, tmp_path):
        layers = [{"name": "transpose"}]
        layers += [
            {
                "name": "recurrent",
                "cell": {"name": "lstm", "units": 3},
                "last": True,
            }
        ]
        bench = bench_on(tmp_path, {"source": "upload:waves.npz"}, layers)
        found = stepping_neuron(bench, {"row": ROW, "layer": 1, "unit": 2})
        by_symbol = {step["symbol"]: step["value"] for step in found["steps"]}
        assert {"i", "f", "g", "o", "c", "h", "y"} <= set(by_symbol)
        assert by_symbol["h"] == pytest.approx(by_symbol["o"] * np.tanh(by_symbol["c"]), rel=1e-7)


def test_any_number_of_a_layer_is_worked_out_on_request(iris, by_hand):
    for kind, symbol, index in [
        ("forward", "z", [0, 4]),
        ("forward", "a", [0, 1]),
        ("backward", "δ", [0, 3]),
        ("backward", "∂L/∂W", [3, 2]),
    ]:
        fields = {"row": ROW, "layer": 0, "kind": kind, "symbol": symbol, "index": index}
        found = stepping_cell(iris, fields)
        shown = array_of(stepping(iris, {"row": ROW}), kind, 0, symbol)[tuple(index)]
        assert found["value"] == pytest.approx(shown)
        assert by_hand(written(as_working(found["working"]), 17)) == pytest.approx(shown, abs=1e-7)


def as_working(parts):
    """A working as the library has it, of what the page is sent."""
    return tuple(
        part
        if isinstance(part, str)
        else float(part["number"])
        if "number" in part
        else Rest(part["terms"], float(part["total"]))
        for part in parts
    )


@pytest.mark.parametrize("name", list(LAYERS))
def test_the_trace_of_every_layer_is_json_and_not_too_large(name, away_from_zero):
    from tests.layers.test_every_layer import ROWS, inputs

    for layer, input_shape in ROWS[name].cases:
        network = ax.Network(layer, input_shape=input_shape)
        parameters = network.initialize(1, "float64")
        x = inputs(layer, input_shape, 1, 1, away_from_zero)
        y = np.zeros((1, *network.output_shape))
        trace = ax.explain(network, parameters, x, y, loss="mse", optimizer="adam")
        data = json.loads(json.dumps(trace_data(trace, {}), allow_nan=False))
        own = [step for step in trace.walk() if step.array is not None]
        shown = [step for step in walked(data["steps"]) if "array" in step]
        assert len(own) == len(shown)
        for old, new in zip(own, shown, strict=True):
            numbers = [float(number) for number in new["array"]["numbers"]]
            np.testing.assert_allclose(numbers, old.array.ravel(), rtol=1e-8)


def test_a_large_trace_is_cut_and_says_so(tmp_path):
    layers = [{"name": "flatten"}, {"name": "dense", "units": 500, "activation": "relu"}]
    bench = bench_on(tmp_path, {"source": "digits"}, layers)
    text = json.dumps(stepping(bench, {"row": ROW}), allow_nan=False)
    assert len(text.encode()) <= 4 * 2**20
    trace = json.loads(text)
    cut = [step for step in walked(trace["steps"]) if "whole" in step]
    assert cut
    for step in cut:
        assert np.prod(step["whole"]) > len(step["array"]["numbers"])
        assert len(step["array"]["numbers"]) <= MOST_NUMBERS


def test_of_many_positions_the_first_and_the_last_stand_there_and_all_gradients():
    network = ax.Network(
        ax.LSTM(2, bidirectional=True, last=True), ax.Dense(1), input_shape=(60, 1)
    )
    x = np.random.default_rng(0).normal(size=(1, 60, 1))
    parameters = network.initialize(0, "float64")
    trace = ax.explain(network, parameters, x, [1.0], loss="mse")
    data = trace_data(trace, {})
    positions = [step for step in walked(data["steps"]) if "position" in step.get("title", "")]
    assert 60 < len(positions) < 120
    assert [step["left_out"] for step in positions if "left_out" in step] == [39] * 4
    shown = {
        (step["kind"], step["layer"], step["symbol"])
        for step in walked(data["steps"])
        if "array" in step and "layer" in step
    }
    every = {
        (step.kind, step.layer, step.symbol)
        for step in trace.walk()
        if step.array is not None and step.layer is not None
    }
    assert shown == every


def test_what_is_not_finite_is_told_by_its_name(iris, tmp_path):
    bench = bench_on(tmp_path, {"source": "iris"}, MLP)
    bench.attempt.run.state.parameters.vector[...] = np.nan
    trace = json.loads(json.dumps(stepping(bench, {"row": ROW}), allow_nan=False))
    assert trace["loss"] == "nan"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "choose a row"),
        ({"row": 3}, "give a part and a number"),
        ({"row": {"part": "train", "number": -1}}, "no row -1"),
        ({"row": {"part": "train", "place": -1}}, "no row -1"),
        ({"row": {"part": "train", "number": 10**30}}, "whole number"),
        ({"row": {"part": "train", "number": True}}, "whole number"),
        ({"row": {"part": "train", "number": 1.5}}, "whole number"),
        ({"row": {"part": "../../etc", "number": 1}}, "no '../../etc'"),
        ({"row": {"part": ["train"], "number": 1}}, "part"),
        ({"values": [1.0]}, "4 "),
        ({"values": [1.0] * 200_000}, "at most"),
        ({"values": "1,2,3,4"}, "list of cells"),
        ({"values": [1.0, float("nan"), 2.0, 3.0]}, "no number"),
        ({"values": [1.0, 10**400, 2.0, 3.0]}, "no number"),
        ({"values": [1.0, "x", 2.0, 3.0]}, "no number"),
        ({"values": [1.0, None, 2.0, 3.0]}, "no number"),
        ({"values": [1.0, [2], 2.0, 3.0]}, "no number"),
        ({"values": [1.0, 2.0, 2.0, 3.0], "target": "no such"}, "no class"),
        ({"values": [1.0, 2.0, 2.0, 3.0], "target": [1]}, "no class"),
        ({"row": ROW, "training": "yes"}, "true or false"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(iris, fields, words):
    with pytest.raises(AxoneError, match=words):
        stepping(iris, fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"layer": 99, "unit": 0},
        {"layer": -1, "unit": 0},
        {"layer": 0, "unit": 5},
        {"layer": 0, "unit": -1},
        {"layer": "0", "unit": 0},
        {"layer": 0, "unit": 0, "position": [0]},
        {"layer": 0, "unit": 0, "position": "middle"},
        {"layer": 0, "unit": 0, "position": [0] * 9},
    ],
)
def test_a_neuron_that_is_not_there_is_refused(iris, fields):
    with pytest.raises(AxoneError):
        stepping_neuron(iris, {"row": ROW, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"layer": 9, "symbol": "z", "index": [0, 0]},
        {"layer": 0, "symbol": "q", "index": [0, 0]},
        {"layer": 0, "symbol": ["z"], "index": [0, 0]},
        {"layer": 0, "symbol": "z", "index": [0]},
        {"layer": 0, "symbol": "z", "index": [0, -1]},
        {"layer": 0, "symbol": "z", "index": [0, 10**9]},
        {"layer": 0, "symbol": "z", "index": {"0": 0}},
    ],
)
def test_a_cell_that_is_not_there_is_refused(iris, fields):
    with pytest.raises(AxoneError):
        stepping_cell(iris, {"row": ROW, "kind": "forward", **fields})


def test_text_of_a_table_is_typed_as_it_stands_in_the_file(houses):
    trace = stepping(houses, {"values": [120, "Paris", "2015-03-02", "true"], "target": 4.5})
    assert trace["given"] == [120, "Paris", "2015-03-02", "true"]
    other = stepping(houses, {"values": [120, "Lyon", "2015-03-02", "true"]})
    assert trace["predicted"] != other["predicted"]
    missing = stepping(houses, {"values": [None, "Nice", "2015-03-02", "false"]})
    assert np.isfinite(missing["predicted"])


@pytest.mark.parametrize(
    "values",
    [
        [120, "Paris", "no day", "true"],
        [120, "Paris", "2015-03-02", "perhaps"],
        [120, {"town": "Paris"}, "2015-03-02", "true"],
        ["wide", "Paris", "2015-03-02", "true"],
    ],
)
def test_cells_of_another_kind_are_refused(houses, values):
    with pytest.raises(AxoneError):
        stepping(houses, {"values": values})
