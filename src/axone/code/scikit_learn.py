"""The training by scikit-learn's `MLPClassifier` or `MLPRegressor`, an epoch a call.

What it computes otherwise than Axone, `axone.comparison.scikit_learn` knows: how its gradient and
its penalty are scaled, where its ε stands.
"""

from typing import Any

import numpy as np

from axone.code import rows, watching
from axone.code.writing import call, comment, lines_of, named
from axone.comparison import scikit_learn as theirs
from axone.comparison.comparing import exercise_of, of_the_rows
from axone.engines import Recipe
from axone.experiments import Prepared
from axone.experiments.training import build_trainer
from axone.layers import Dense
from axone.losses import Loss, MeanSquaredError, Poisson
from axone.messages import Message, _
from axone.optimizers import Adam, Momentum, Nesterov
from axone.registry import name_of
from axone.schedules import ConstantRate


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what a script of scikit-learn cannot express."""
    recipe = build_trainer(prepared).recipe
    found = [*rows.obstacles(prepared), *watching.obstacles(prepared)]
    # Of a network that begins with others' weights, or of masks, the exercise knows nothing.
    exercise = exercise_of(prepared, recipe)
    found += [*theirs.obstacles(exercise), *of_the_rows(exercise)]
    if prepared.parts["train"].mask is not None:
        found.append(_("masks of rows of unlike lengths"))
    if recipe.augmentation:
        found.append(_("augmentation"))
    # Of one that changes within an epoch the comparison has told already.
    steady = np.ptp(exercise.rates(0, ())) == 0
    if not isinstance(recipe.schedule, ConstantRate) and steady:
        found.append(_("the schedule {name}", name=name_of(recipe.schedule)))
    if recipe.rows_learnt(len(exercise.train)) < len(exercise.train):
        found.append(_("drop_last"))
    return tuple(dict.fromkeys(found))


def script(prepared: Prepared) -> str:
    """Return the script; `model` is at its end the fitted estimator."""
    recipe = build_trainer(prepared).recipe
    alone = rows.comes_with_scikit_learn(prepared)
    watch = watching.Watch(prepared, "copy.deepcopy(model)", "model = best")
    is_classifier = prepared.dataset.task == "classification"
    kind = "MLPClassifier" if is_classifier else "MLPRegressor"
    imports = [*rows.imports(prepared, alone=alone)]
    imports.append(f"from sklearn.neural_network import {kind}")
    if watch:
        imports.append(f"from sklearn.metrics import {_metric(recipe.loss)}")
    standard = ["import copy"] if watch.keeps else []
    return lines_of(
        (
            comment(*_about(prepared, recipe)),
            "\n".join(standard),
            "\n".join(sorted(imports)),
            rows.source(prepared, alone=alone),
            call(kind, _settings(prepared, recipe), "model = "),
            _loop(prepared, recipe, watch),
            f'print("{"accuracy" if is_classifier else "R²"} ({rows.last_part(prepared)}):", '
            f"model.score(X_{rows.last_part(prepared)}, y_{rows.last_part(prepared)}))",
        )
    )


def _about(prepared: Prepared, recipe: Recipe) -> list[Message]:
    about = [
        _(
            "{source!r} as `axone train` learns it, by scikit-learn. What differs: the order of "
            "the rows and the first weights are its own draws, weights and biases from Glorot's "
            "uniform distribution. So the numbers differ as from seed to seed, and more where "
            "rows are few.",
            source=prepared.experiment.settings.data.source,
        )
    ]
    if isinstance(recipe.optimizer, Adam) and recipe.optimizer.form == "corrected":
        about.append(_("Its Adam adds ε before the bias correction, Axone's after it."))
    if isinstance(recipe.loss, MeanSquaredError):
        about.append(
            _("It minimises ½Σ(ŷ − y)², Axone the mean of (ŷ − y)²: its settings are rescaled.")
        )
    if theirs.lacks_a_class(recipe):
        about.append(_("For two classes it has one output unit, where Axone's network has two."))
    return about


def _metric(loss: Loss) -> str:
    if loss.task == "classification":
        return "log_loss"
    return "mean_poisson_deviance" if isinstance(loss, Poisson) else "mean_squared_error"


def _settings(prepared: Prepared, recipe: Recipe) -> list[str]:
    """Return the arguments of the estimator, as near to the recipe as it comes."""
    layers = theirs.row_of_layers(recipe.network)
    hidden = [_units(recipe, position) for position in layers.positions[:-1]]
    ratio = theirs.gradient_ratio(recipe.loss, recipe.network.output_shape[0])
    function = layers.functions[0] if hidden else None
    settings: dict[str, Any] = {"hidden_layer_sizes": tuple(hidden)}
    settings["activation"] = theirs.ACTIVATIONS[type(function)] if function else "identity"
    settings["solver"] = "adam" if isinstance(recipe.optimizer, Adam) else "sgd"
    settings |= _of_the_optimizer(recipe, ratio)
    settings["alpha"] = _rounded(recipe.penalty.l2 / ratio)
    settings["batch_size"] = recipe.batch_rows(len(prepared.parts["train"]))
    if not recipe.shuffle:
        settings["shuffle"] = False
    if isinstance(recipe.loss, Poisson):
        settings["loss"] = "poisson"
    # NumPy's old generator takes seeds of 32 bits.
    return named(**settings, random_state=recipe.seed % 2**32)


def _units(recipe: Recipe, position: int) -> int:
    layer = recipe.network.layers[position]
    assert isinstance(layer, Dense)  # noqa: S101 — the row holds no others
    return layer.units


def _of_the_optimizer(recipe: Recipe, ratio: float) -> dict[str, Any]:
    rule = recipe.optimizer
    if isinstance(rule, Adam):
        found: dict[str, Any] = {"learning_rate_init": rule.learning_rate}
        moments = {"beta_1": rule.beta_1, "beta_2": rule.beta_2}
        return found | moments | {"epsilon": _rounded(rule.epsilon / ratio)}
    share = 1 - rule.beta if isinstance(rule, Momentum) and rule.form == "averaged" else 1.0
    return {
        "learning_rate_init": _rounded(rule.learning_rate * ratio * share),
        "momentum": getattr(rule, "beta", 0.0),
        "nesterovs_momentum": isinstance(rule, Nesterov),
    }


def _rounded(number: float) -> float:
    """Return a number without the last digits that only rounding made: 0.001 for 0.01·(1 − 0.9)."""
    return float(f"{number:.14g}")


def _loop(prepared: Prepared, recipe: Recipe, watch: watching.Watch) -> str:
    epochs = prepared.experiment.settings.training.epochs
    counted = "epoch" if watch else "_"
    span = f"1, {epochs + 1}" if watch else str(epochs)
    lines = [*watch.before, f"for {counted} in range({span}):"]
    given = ["X_train", "y_train"]
    if recipe.loss.task == "classification":
        count = len(prepared.dataset.class_names)
        lines.insert(0, f"classes = list(range({count}))")
        given.append("classes=classes")
    lines.append("    " + call("model.partial_fit", given))
    if watch:
        lines.append(f"    loss = {_validation_loss(recipe.loss)}")
    lines += [f"    {line}" for line in watch.after_epoch]
    return "\n".join([*lines, *watch.behind])


def _validation_loss(loss: Loss) -> str:
    if loss.task == "classification":
        return "log_loss(y_validation, model.predict_proba(X_validation), labels=classes)"
    return f"{_metric(loss)}(y_validation, model.predict(X_validation))"
