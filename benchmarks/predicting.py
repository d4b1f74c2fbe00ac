"""Contests of predicting, and of epochs that end with validation, for three small networks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.around import Contest, Table
from benchmarks.workloads import LEARNING_RATE, WORKLOADS, Workload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.workloads import Rows

    Features = NDArray[np.float32]

_ROWS = {"iris": (1, 32, 100_000), "digits": (1, 32, 100_000), "mnist": (1, 32, 20_000)}
_FITTED_ON = 200
_EPOCHS = 10

_HAS_ONNX = find_spec("onnx") is not None and find_spec("onnxruntime") is not None
_HAS_TORCH = find_spec("torch") is not None


@dataclass(frozen=True)
class _Trained:
    """A network of the same weights for everybody: of each layer (inputs, outputs) and its bias."""

    estimator: Any
    weights: "list[Features]"
    biases: "list[Features]"


def _predicting() -> Iterator[Contest]:
    import numpy as np

    for name, counts in _ROWS.items():
        workload = WORKLOADS[name]
        few = replace(workload, rows=_FITTED_ON).draw_rows()
        trained = _fitted(workload, few)
        contestants = {
            who: prepare(workload, few, trained)
            for who, prepare in _CONTESTANTS.items()
            if prepare is not None
        }
        everything = np.random.default_rng(1).normal(size=(max(counts), workload.sizes[0]))
        for rows in counts:
            X = everything[:rows].astype(np.float32)
            yield _contest(f"{workload.label.rpartition(' ')[0]}, {rows}", contestants, X)


def _contest(
    name: str, contestants: "dict[str, Callable[[Features], Features]]", X: "Features"
) -> Contest:
    """Return the contest of predicting these rows, once all are seen to predict the same."""
    import numpy as np

    found = {who: predict(X) for who, predict in contestants.items()}
    expected = found["scikit-learn"]
    for who, probabilities in found.items():
        if not np.allclose(probabilities, expected, atol=1e-4):
            raise RuntimeError(f"{who} does not predict what scikit-learn predicts.")
    return Contest(name, {who: partial(predict, X) for who, predict in contestants.items()})


def _fitted(workload: Workload, rows: "Rows") -> _Trained:
    import axone as ax

    estimator = ax.MLPClassifier(workload.sizes[1:-1], random_state=0)
    estimator.partial_fit(*rows, classes=range(workload.sizes[-1]))
    return _Trained(estimator, list(estimator.coefs_), list(estimator.intercepts_))


def _by_model(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    predict: Callable[[Features], Features] = trained.estimator.model_.predict_proba
    return predict


def _by_estimator(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    predict: Callable[[Features], Features] = trained.estimator.predict_proba
    return predict


def _by_network(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    network, parameters = trained.estimator.network_, trained.estimator.parameters_

    def predict(X: "Features") -> "Features":
        result: Features = network.predict(parameters, X)
        return result

    return predict


def _by_scikit_learn(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(workload.sizes[1:-1], random_state=0)
    model.partial_fit(*rows, classes=range(workload.sizes[-1]))
    model.coefs_, model.intercepts_ = trained.weights, trained.biases
    predict: Callable[[Features], Features] = model.predict_proba
    return predict


def _by_pytorch(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    import torch

    model = _torch_network(workload)
    model.append(torch.nn.Softmax(dim=1))
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    for layer, weight, bias in zip(linear, trained.weights, trained.biases, strict=True):
        layer.weight.data = torch.from_numpy(weight.T.copy())
        layer.bias.data = torch.from_numpy(bias.copy())
    model.eval()

    def predict(X: "Features") -> "Features":
        with torch.inference_mode():
            result: Features = model(torch.from_numpy(X)).numpy()
            return result

    return predict


def _by_onnx_runtime(
    workload: Workload, rows: "Rows", trained: _Trained
) -> "Callable[[Features], Features]":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        _onnx_model(workload, trained), options, providers=["CPUExecutionProvider"]
    )

    def predict(X: "Features") -> "Features":
        result: Features = session.run(None, {"x0": X})[0]
        return result

    return predict


def _onnx_model(workload: Workload, trained: _Trained) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    nodes, arrays, last = [], [], len(trained.weights) - 1
    for number, (weight, bias) in enumerate(zip(trained.weights, trained.biases, strict=True)):
        arrays += [
            numpy_helper.from_array(weight.copy(), f"w{number}"),
            numpy_helper.from_array(bias.copy(), f"b{number}"),
        ]
        inputs = [f"x{number}", f"w{number}", f"b{number}"]
        nodes += [
            helper.make_node("Gemm", inputs, [f"z{number}"]),
            helper.make_node(
                "Softmax" if number == last else "Relu", [f"z{number}"], [f"x{number + 1}"]
            ),
        ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["m", width])
        for name, width in (("x0", workload.sizes[0]), (f"x{last + 1}", workload.sizes[-1]))
    ]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    return bytes(model.SerializeToString())


def _torch_network(workload: Workload) -> Any:
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, units in pairwise(workload.sizes):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


_CONTESTANTS = {
    "Model": _by_model,
    "estimator": _by_estimator,
    "Network": _by_network,
    "scikit-learn": _by_scikit_learn,
    "PyTorch": _by_pytorch if _HAS_TORCH else None,
    "ONNX Runtime": _by_onnx_runtime if _HAS_ONNX else None,
}

PREDICTING = Table(
    "Predicting",
    "Probabilities of so many rows by the same weights in float32. Axone's Model and estimator run "
    "on the compiled engine; its Network.predict is NumPy's. Axone and scikit-learn refuse rows "
    "that are not finite; PyTorch (eager, in inference mode) and ONNX Runtime do not look. "
    "ONNX Runtime takes the widest vectors that the processor has, whatever the others are kept to."
    + ("" if _HAS_ONNX else " ONNX Runtime is not installed here."),
    ("Model", "estimator", "Network"),
    ("scikit-learn", "PyTorch", "ONNX Runtime"),
    _predicting,
    by_variant=True,
)


def _validating() -> Iterator[Contest]:
    for name in _ROWS:
        workload = WORKLOADS[name]
        rows = workload.draw_rows()
        works = {
            "without": _axone_epochs(workload, rows, 0),
            "a quarter": _axone_epochs(workload, rows, workload.rows // 4),
            "as many": _axone_epochs(workload, rows, workload.rows),
        }
        if _HAS_TORCH:
            works |= {
                "PyTorch without": _torch_epochs(workload, rows, 0),
                "PyTorch, as many": _torch_epochs(workload, rows, workload.rows),
            }
        yield Contest(f"{workload.label}, {workload.rows}", works)


def _axone_epochs(workload: Workload, rows: "Rows", held_out: int) -> Callable[[], object]:
    """Return the work of ten epochs, each followed by a look at so many validation rows."""
    import axone as ax

    *hidden, outputs = workload.sizes[1:]
    network = ax.Network(
        *(ax.Dense(units, "relu") for units in hidden),
        ax.Dense(outputs, "softmax"),
        input_shape=workload.sizes[0],
    )
    trainer = ax.Trainer(
        network,
        loss="categorical_cross_entropy",
        optimizer=ax.Adam(LEARNING_RATE),
        batch_size=workload.batch_size,
        engine="native",
        threads=1,
    )
    X, y = rows
    validation = (X[:held_out], y[:held_out]) if held_out else None
    return lambda: trainer.fit(rows, validation, max_epochs=_EPOCHS)


def _torch_epochs(workload: Workload, rows: "Rows", held_out: int) -> Callable[[], object]:
    import torch

    X, y = (torch.from_numpy(array) for array in rows)
    cross_entropy = torch.nn.functional.cross_entropy

    def validate(model: Any) -> tuple[float, float]:
        with torch.inference_mode():
            logits = model(X[:held_out])
            right = (logits.argmax(dim=1) == y[:held_out]).float().mean()
            return float(cross_entropy(logits, y[:held_out])), float(right)

    def fit() -> None:
        model = _torch_network(workload)
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
        for _ in range(_EPOCHS):
            for batch in torch.randperm(workload.rows).split(workload.batch_size):
                loss = cross_entropy(model(X.index_select(0, batch)), y.index_select(0, batch))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            if held_out:
                validate(model)

    return fit


VALIDATING = Table(
    f"{_EPOCHS} epochs with validation",
    "A whole fit without validation rows, with a quarter as many as there are training rows, and "
    "with as many of them: loss, accuracy, recall and F1 of all validation rows after every epoch. "
    "PyTorch works out loss and accuracy, in one pass.",
    ("as many",),
    ("PyTorch, as many",),
    _validating,
    by_variant=True,
)
