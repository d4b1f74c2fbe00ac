"""The training in Axone's own Python: to the last bit the weights of `axone train`."""

from dataclasses import MISSING, fields
from typing import Any

from axone.code import rows
from axone.code.writing import call, comment, described, lines_of, named, value
from axone.experiments import Prepared
from axone.experiments.training import build_trainer, stopping_rules, weights_by_class
from axone.messages import Message, _
from axone.model import Numbers
from axone.network import Network
from axone.optimizers import Optimizer
from axone.registry import plain
from axone.training import Trainer

_ALWAYS = ("loss", "optimizer", "batch_size", "seed")
"""Settings of the trainer that are written as well where they are the default."""


_MOST_LIKELY = "outputs.argmax(axis=1)"


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what a script in Axone's Python cannot express."""
    return rows.obstacles(prepared)


def script(prepared: Prepared) -> str:
    """Return the script; `result` holds at its end what `axone train` would have learnt."""
    training = prepared.experiment.settings.training
    about = [
        _(
            "{source!r} as `axone train` learns it: the weights are the same, to the last bit.",
            source=prepared.experiment.settings.data.source,
        )
    ]
    if training.calibrate is not None:
        about.append(
            _(
                "What is left out: afterwards `axone train` calibrates the model "
                "(calibrate = {name}), which changes no weight.",
                name=training.calibrate,
            )
        )
    imports = ["import axone as ax", *rows.imports(prepared, alone=False)]
    weights = _weights(prepared)
    if weights:
        imports = ["import numpy as np", *imports] if "np." in weights else imports
    if "compute_sample_weight" in weights:
        imports.append("from sklearn.utils.class_weight import compute_sample_weight")
    measured = _measured(prepared)
    if "r2_score" in measured:
        imports.append("from sklearn.metrics import r2_score")
    return lines_of(
        (
            comment(*about),
            "\n".join(imports),
            rows.source(prepared, alone=False),
            weights,
            network(prepared.network),
            trainer(build_trainer(prepared)),
            _fit(prepared),
            measured,
        )
    )


def network(described_network: Network) -> str:
    """Return the statement that makes a network, a layer a line."""
    shape = described_network.input_shape
    arguments = [described(layer) for layer in described_network.layers]
    arguments += named(input_shape=shape[0] if len(shape) == 1 else tuple(shape))
    if any(described_network.layer_names) or described_network.input_name:
        names = [described_network.input_name, *described_network.layer_names]
        arguments += named(layer_names=names)
    return call("ax.Network", arguments, "network = ", broken=True)


def trainer(given: Trainer) -> str:
    """Return the statement that makes a trainer, what is as by default left out."""
    arguments = ["network"]
    for field in fields(Trainer):
        setting = getattr(given, field.name)
        if not field.init or field.name in ("network", "threads", "measures"):
            continue
        if isinstance(setting, Optimizer):
            arguments.append(f"optimizer={_optimizer(setting)}")
            continue
        as_data = _plainly(setting)
        default = None if field.default is MISSING else _plainly(field.default)
        if field.name in _ALWAYS or as_data != default:
            arguments.append(f"{field.name}={value(as_data)}")
    return call("ax.Trainer", arguments, "trainer = ")


def _plainly(setting: Any) -> Any:
    return list(plain(setting)) if isinstance(setting, tuple) else plain(setting)


def _optimizer(rule: Optimizer) -> str:
    """Return an optimiser with its learning rate, which is what one changes first."""
    text = described(rule)
    if not rule.stepwise or "learning_rate=" in text:
        return text
    rate = f"learning_rate={value(rule.learning_rate)}"
    head, _bracket, rest = text.partition("(")
    return f"{head}({rate}{', ' if rest != ')' else ''}{rest}"


def _weights(prepared: Prepared) -> str:
    given = prepared.experiment.settings.training.class_weight
    if given is None:
        return ""
    if isinstance(given, str):
        return f"weight = compute_sample_weight({value(given)}, y_train)"
    target: Any = prepared.target
    return f"weight = np.array({value(weights_by_class(given, target))})[y_train]"


def _fit(prepared: Prepared) -> str:
    training = prepared.experiment.settings.training
    assert training.stopping is not None  # noqa: S101 — resolved by prepare
    arguments = [_examples(prepared, name) for name in ("train", "validation")]
    arguments = [argument for argument in arguments if argument]
    arguments += named(max_epochs=training.epochs)
    rules = stopping_rules(training.stopping)
    if rules:
        arguments.append(f"stopping=[{', '.join(described(rule) for rule in rules)}]")
    if training.stopping.warmup_epochs:
        arguments += named(warmup_epochs=training.stopping.warmup_epochs)
    if not training.restore_best:
        arguments += named(restore_best=False)
    return call("trainer.fit", arguments, "result = ")


def _examples(prepared: Prepared, name: str) -> str:
    if name not in prepared.parts:
        return ""
    weighted = name == "train" and prepared.experiment.settings.training.class_weight is not None
    words = [f"X_{name}", f"y_{name}", *(["weight"] if weighted else [])]
    if prepared.parts[name].mask is None:
        return f"({', '.join(words)})"
    return f"ax.Examples({', '.join([*words, f'mask=mask_{name}'])})"


def _measured(prepared: Prepared) -> str:
    part = rows.last_part(prepared)
    words = ["result.parameters", f"X_{part}"]
    if prepared.parts[part].mask is not None:
        words.append(f"mask=mask_{part}")
    predicted = call("network.predict", words, "outputs = ")
    if isinstance(prepared.target, Numbers):
        # Quantiles are several outputs for each number.
        score = f'print("R² ({part}):", r2_score(y_{part}, outputs))'
        return "" if prepared.target.levels else f"{predicted}\n{score}"
    classes = "outputs[:, 0] > 0.5" if prepared.network.output_shape == (1,) else _MOST_LIKELY
    return "\n".join(
        (
            predicted,
            f"predicted = {classes}",
            f'print("accuracy ({part}):", (predicted == y_{part}).mean())',
        )
    )
