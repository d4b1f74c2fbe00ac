"""The training in PyTorch, as a person writes it; exactly, with Axone's first weights and batches.

What has to be arranged for the same numbers is told in `axone.engines.torch.translation` and
`axone.comparison.pytorch`, whose modules are made for machines; these are their likes in source.
"""

import textwrap
from collections.abc import Callable
from typing import Any

from axone.activations import Exponential, Identity, Sigmoid, Softmax
from axone.code import python, rows, watching
from axone.code.pytorch_layers import HELPERS, beyond, modules
from axone.code.writing import WIDTH, call, comment, lines_of, named, value
from axone.comparison.comparing import exercise_of, of_the_rows
from axone.comparison.exercise import normalises_flat
from axone.engines import Recipe
from axone.experiments import Prepared
from axone.experiments.training import build_trainer
from axone.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    Orthogonal,
    Zeros,
)
from axone.layers import BatchNorm, ChannelDropout, Dropout, GaussianNoise, Layer, Recurrent
from axone.layers.residual import all_layers
from axone.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)
from axone.messages import Message, _
from axone.optimizers import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
)
from axone.registry import name_of
from axone.schedules import (
    ConstantRate,
    Cosine,
    OneCycle,
    StepDecay,
    Warmup,
)
from axone.schedules import (
    Exponential as ExponentialDecay,
)

_HEADS = {
    (CategoricalCrossEntropy, Softmax): "nn.CrossEntropyLoss()",
    (BinaryCrossEntropy, Sigmoid): "nn.BCEWithLogitsLoss()",
    (Poisson, Exponential): "nn.PoissonNLLLoss()",
}
"""Losses of logits, with the output activation that they bring."""

_LOSSES: dict[type[Loss], Callable[[Any], str]] = {
    MeanSquaredError: lambda loss: "nn.MSELoss()",
    MeanAbsoluteError: lambda loss: "nn.L1Loss()",
    Huber: lambda loss: call("nn.HuberLoss", named(delta=loss.delta)),
}

_OPTIMIZERS = (SGD, GradientDescent, Momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW)


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what a script of PyTorch cannot express."""
    recipe = build_trainer(prepared).recipe
    network, optimizer, schedule = recipe.network, recipe.optimizer, recipe.schedule
    found = [*rows.obstacles(prepared), *watching.obstacles(prepared)]
    exercise = exercise_of(prepared, recipe)
    found += of_the_rows(exercise)
    found += beyond(_body(recipe), network.input_shape)
    if _criterion(recipe) == "":
        _layers, activation = network.split_output()
        found.append(
            _(
                "the loss {loss} of {activation} outputs",
                loss=name_of(recipe.loss),
                activation=name_of(activation),
            )
        )
    if recipe.loss.scale != 1:
        found.append(_("the scale of the loss"))
    if type(optimizer) not in _OPTIMIZERS:
        found.append(_("the optimizer {name}", name=name_of(optimizer)))
    if _tells_weights_apart(recipe) and any(
        slot.spec.penalised != (len(slot.spec.shape) > 1)
        for slot in network.layout.slots
        if slot.spec.trainable
    ):
        found.append(_("a penalty on numbers that are no matrices"))
    if isinstance(optimizer, Adam) and optimizer.form == "uncorrected":
        found.append(_("the uncorrected form of adam"))
    constant = isinstance(schedule, ConstantRate)
    if isinstance(optimizer, Momentum) and optimizer.form == "heavy_ball" and not constant:
        found.append(_("the heavy_ball form of momentum with a schedule"))
    if not constant and not _schedule(recipe, 1, 1):
        found.append(_("the schedule {name}", name=name_of(schedule)))
    last = exercise.batch_rows[-1]
    if last == 1 and normalises_flat(network.layers, network.input_shape):
        found.append(_("batch norm of a batch of one row, which the last of each epoch is"))
    if prepared.parts["train"].mask is not None:
        found.append(_("masks of rows of unlike lengths"))
    if recipe.augmentation:
        found.append(_("augmentation"))
    if recipe.frozen:
        found.append(_("frozen layers"))
    return tuple(dict.fromkeys(found))


def exact_obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what of the run a script with Axone's numbers cannot express."""
    found = list(obstacles(prepared))
    for layer in all_layers(prepared.network.layers):
        random = isinstance(layer, (Dropout, ChannelDropout, GaussianNoise)) and layer.is_random
        if random:
            found.append(_("the masks or the noise of {kind}", kind=type(layer).__name__))
        if isinstance(layer, Recurrent):
            found.append(_("the single bias of a recurrent layer, of which PyTorch has two"))
    return tuple(dict.fromkeys(found))


def script(prepared: Prepared) -> str:
    """Return the script as a person would write it; `model` is at its end the trained module."""
    return _written(prepared, exact=False)


def exact_script(prepared: Prepared) -> str:
    """Return the script whose first weights and batches are Axone's."""
    return _written(prepared, exact=True)


def _written(prepared: Prepared, *, exact: bool) -> str:
    trainer = build_trainer(prepared)
    recipe = trainer.recipe
    alone = not exact and rows.comes_with_scikit_learn(prepared)
    watch = watching.Watch(
        prepared, "copy.deepcopy(model.state_dict())", "model.load_state_dict(best)"
    )
    body = modules(_body(recipe), recipe.network.input_shape)
    model = call("nn.Sequential", body, "model = ", broken=True)
    if recipe.dtype == "float64":
        model += ".double()"
    if exact:
        beginning = lines_of(
            (python.network(recipe.network), python.trainer(trainer), f"{model}\n{_loaded(recipe)}")
        ).rstrip("\n")
    else:
        drawn = _drawn(recipe)
        beginning = f"torch.manual_seed({recipe.seed})\n{model}" + (f"\n{drawn}" if drawn else "")
    return lines_of(
        (
            comment(*_about(prepared, recipe, exact)),
            "import copy" if watch.keeps else "",
            "\n".join(_imports(prepared, alone=alone, exact=exact)),
            rows.source(prepared, alone=alone),
            "\n".join(_tensors(prepared, recipe)),
            *(
                f"\n{source}\n"
                for name, source in HELPERS.items()
                if f"{name}(" in model.replace("nn.", "")
            ),
            beginning,
            _before_the_loop(prepared, recipe, exact),
            _loop(prepared, recipe, watch, exact),
            _measured(prepared, recipe),
        )
    )


def _about(prepared: Prepared, recipe: Recipe, exact: bool) -> list[Message]:
    source = prepared.experiment.settings.data.source
    if exact:
        about = [
            _(
                "{source!r} as `axone train` learns it, in PyTorch: the first weights and the "
                "order of the rows are Axone's, so that the weights stay the same but for "
                "rounding.",
                source=source,
            )
        ]
    else:
        about = [
            _(
                "{source!r} as `axone train` learns it, in PyTorch. What differs: the first "
                "weights and the order of the rows are drawn by PyTorch, so the numbers differ "
                "a little, as from seed to seed.",
                source=source,
            )
        ]
        if not _drawn(recipe):
            about.append(
                _(
                    "The first weights come from PyTorch's own distributions, which can matter "
                    "where rows are few."
                )
            )
    layers = list(all_layers(recipe.network.layers))
    if any(isinstance(layer, BatchNorm) for layer in layers):
        about.append(
            _("For prediction PyTorch's batch norm keeps the unbiased variance, Axone the biased.")
        )
    if any(isinstance(layer, Recurrent) for layer in layers):
        about.append(_("Its recurrent layers have a second bias, which is trained as well."))
    if isinstance(recipe.optimizer, Momentum) and recipe.optimizer.form == "averaged":
        about.append(
            _("Its momentum adds up gradients, Axone's averages them: hence (1 − β) in the rate.")
        )
    return about


def _imports(prepared: Prepared, *, alone: bool, exact: bool) -> list[str]:
    found = [*rows.imports(prepared, alone=alone), "from torch import nn"]
    if not exact:
        found.append("from torch.utils.data import DataLoader, TensorDataset")
    if prepared.dataset.task == "regression":
        found.append("from sklearn.metrics import r2_score")
    return [*(["import axone as ax"] if exact else []), "import torch", *sorted(found)]


def _tensors(prepared: Prepared, recipe: Recipe) -> list[str]:
    numbers = f"torch.{recipe.dtype}"
    inputs = "torch.int64" if prepared.preprocessing.layout.tokens else numbers
    present = [name for name in rows.PARTS if name in prepared.parts]
    lines = [f"X_{name} = torch.as_tensor(X_{name}, dtype={inputs})" for name in present]
    shape = f".reshape(-1, {recipe.network.output_shape[0]})"
    if isinstance(recipe.loss, CategoricalCrossEntropy):
        numbers, shape = "torch.int64", ""
    return lines + [
        f"y_{name} = torch.as_tensor(y_{name}, dtype={numbers}){shape}" for name in present
    ]


def _body(recipe: Recipe) -> tuple[Layer, ...]:
    """Return the layers that make what the criterion is given."""
    body, activation = recipe.network.split_output()
    brought = (type(recipe.loss), type(activation)) in _HEADS or isinstance(activation, Identity)
    return tuple(body) if brought else recipe.network.layers


def _criterion(recipe: Recipe) -> str:
    """Return the loss; an empty text where PyTorch has none that is the same."""
    _layers, activation = recipe.network.split_output()
    loss: Loss = recipe.loss
    head = _HEADS.get((type(loss), type(activation)))
    if head is not None:
        return head
    return _LOSSES[type(loss)](loss) if type(loss) in _LOSSES else ""


def _loaded(recipe: Recipe) -> str:
    return "\n".join(
        (
            f"first = network.initialize({recipe.seed}, {value(recipe.dtype)})",
            "learnt = [slot.name for slot in network.layout.slots if slot.spec.trainable]",
            "with torch.no_grad():",
            "    for tensor, name in zip(model.parameters(), learnt, strict=True):",
            "        tensor.copy_(torch.as_tensor(first[name]))",
        )
    )


_DRAWS: dict[type[Initializer], tuple[str, str]] = {
    HeNormal: ("he", "nn.init.kaiming_normal_"),
    HeUniform: ("he_uniform", "nn.init.kaiming_uniform_"),
    GlorotNormal: ("glorot_normal", "nn.init.xavier_normal_"),
    GlorotUniform: ("glorot", "nn.init.xavier_uniform_"),
    Orthogonal: ("orthogonal", "nn.init.orthogonal_"),
    Zeros: ("zeros", "nn.init.zeros_"),
}
"""PyTorch's functions that draw from the same distributions, and what a script calls them."""
_ONES = ("ones", "nn.init.ones_")


def _drawn(recipe: Recipe) -> str:
    """Return the lines that draw the first weights; an empty text where PyTorch cannot so."""
    specs = [slot.spec for slot in recipe.network.layout.slots if slot.spec.trainable]
    if any(isinstance(layer, Recurrent) for layer in all_layers(recipe.network.layers)):
        return ""  # whose second bias has no spec
    found = [
        _ONES if spec.initializer == Constant(1.0) else _DRAWS.get(type(spec.initializer))
        for spec in specs
    ]
    draws = [draw for draw in found if draw is not None]
    if len(draws) < len(specs):
        return ""
    names = dict(draws)
    aliases = f"{', '.join(names)} = {', '.join(names.values())}"
    if len(aliases) > WIDTH:
        aliases = "\n".join(f"{name} = {function}" for name, function in names.items())
    words = ", ".join(name for name, _function in draws)
    listed = f"draws = [{words}]"
    if len(listed) > WIDTH:
        rows_of_names = textwrap.indent("\n".join(textwrap.wrap(f"{words},", WIDTH - 4)), "    ")
        listed = f"draws = [\n{rows_of_names}\n]"
    return "\n".join(
        (
            comment(_("The first weights come from the distributions that Axone draws from.")),
            aliases,
            listed,
            "for tensor, draw in zip(model.parameters(), draws, strict=True):",
            "    draw(tensor)",
        )
    )


def _rate(rule: Any) -> str:
    if isinstance(rule, Momentum) and rule.form == "averaged":
        return f"{value(rule.learning_rate)} * (1 - {value(rule.beta)})"
    return value(rule.learning_rate)


def _optimizer(rule: Any) -> str:
    words = [f"lr={_rate(rule)}"]
    given = "model.parameters()"
    kind = type(rule).__name__
    if isinstance(rule, (Momentum, Nesterov)):
        kind = "SGD"
        words += named(momentum=rule.beta)
        words += ["nesterov=True"] if isinstance(rule, Nesterov) and rule.beta else []
    elif isinstance(rule, (SGD, GradientDescent)):
        kind = "SGD"
    elif isinstance(rule, Adagrad):
        words += named(initial_accumulator_value=rule.initial_accumulator, eps=rule.epsilon)
    elif isinstance(rule, RMSProp):
        kind = "RMSprop"
        words += named(alpha=rule.rho, eps=rule.epsilon)
    else:
        words += named(betas=(rule.beta_1, rule.beta_2), eps=rule.epsilon)
    if isinstance(rule, AdamW):
        given = '[{"params": weights}, {"params": others, "weight_decay": 0.0}]'
        words += named(weight_decay=rule.weight_decay)
    return call(f"torch.optim.{kind}", [given, *words], "optimizer = ")


def _schedule(recipe: Recipe, epochs: int, steps: int) -> str:
    """Return the scheduler; an empty text where PyTorch has none that is the same."""
    schedule, room = recipe.schedule, "torch.optim.lr_scheduler."
    rate, total = _rate(recipe.optimizer), epochs * steps
    words: list[str] = []
    kind = ""
    if type(schedule) is StepDecay:
        kind, words = "StepLR", named(step_size=schedule.every, gamma=schedule.factor)
    elif type(schedule) is ExponentialDecay:
        kind, words = "ExponentialLR", named(gamma=schedule.factor)
    elif type(schedule) is Cosine:
        lowest = f"{value(schedule.minimum)} * {rate}" if schedule.minimum else "0.0"
        kind, words = "CosineAnnealingLR", [f"T_max={total}", f"eta_min={lowest}"]
    elif type(schedule) is OneCycle:
        kind = "OneCycleLR"
        words = [f"max_lr={rate}", *named(total_steps=total, pct_start=schedule.rise)]
        words += [f"div_factor=1 / {value(schedule.start)}", "cycle_momentum=False"]
    elif type(schedule) is Warmup and isinstance(schedule.after, ConstantRate):
        kind = "LambdaLR"
        words = [f"lambda step: min((step + 1) / {schedule.epochs * steps}, 1.0)"]
    return call(room + kind, ["optimizer", *words], "scheduler = ") if kind else ""


def _each_epoch(recipe: Recipe) -> bool:
    return isinstance(recipe.schedule, (StepDecay, ExponentialDecay))


def _tells_weights_apart(recipe: Recipe) -> bool:
    return bool(recipe.penalty) or isinstance(recipe.optimizer, AdamW)


def _before_the_loop(prepared: Prepared, recipe: Recipe, exact: bool) -> str:
    count = len(prepared.parts["train"])
    lines = [f"criterion = {_criterion(recipe)}"]
    if _tells_weights_apart(recipe):
        lines.append(comment(_("Penalties and decay are for weights, not for biases.")))
        lines.append("weights = [tensor for tensor in model.parameters() if tensor.ndim > 1]")
    if isinstance(recipe.optimizer, AdamW):
        lines.append("others = [tensor for tensor in model.parameters() if tensor.ndim == 1]")
    lines.append(_optimizer(recipe.optimizer))
    epochs = prepared.experiment.settings.training.epochs
    lines.append(_schedule(recipe, epochs, recipe.steps(count)))
    if not exact:
        words = ["TensorDataset(X_train, y_train)", *named(batch_size=recipe.batch_rows(count))]
        words += named(shuffle=recipe.shuffle and not recipe.full_batch)
        words += ["drop_last=True"] if recipe.drop_last and not recipe.full_batch else []
        lines.append(call("DataLoader", words, "loader = "))
    return "\n".join(filter(None, lines))


def _loop(prepared: Prepared, recipe: Recipe, watch: watching.Watch, exact: bool) -> str:
    epochs, count = prepared.experiment.settings.training.epochs, len(prepared.parts["train"])
    scheduled = _schedule(recipe, 1, 1) != ""
    counted = "epoch" if watch or exact else "_"
    span = f"1, {epochs + 1}" if counted == "epoch" else str(epochs)
    lines = [*watch.before, f"for {counted} in range({span}):", "    model.train()"]
    if exact:
        learnt = recipe.rows_learnt(count)
        cut = f"[:{learnt}]" if learnt < count else ""
        lines += [
            f"    order = torch.as_tensor(trainer.recipe.order(epoch - 1, len(X_train))){cut}",
            f"    for batch in order.split({recipe.batch_rows(count)}):",
            "        X, y = X_train[batch], y_train[batch]",
        ]
    else:
        lines.append("    for X, y in loader:")
    step = ["optimizer.zero_grad()", "loss = criterion(model(X), y)"]
    if recipe.penalty.l2:
        squares = "sum((tensor**2).sum() for tensor in weights)"
        step.append(f"loss = loss + {value(recipe.penalty.l2)} / (2 * len(X)) * {squares}")
    if recipe.penalty.l1:
        sizes = "sum(tensor.abs().sum() for tensor in weights)"
        step.append(f"loss = loss + {value(recipe.penalty.l1)} / len(X) * {sizes}")
    step.append("loss.backward()")
    clipping, clip = recipe.clipping, "nn.utils.clip_grad_{}_(model.parameters(), {})"
    if clipping.value is not None:
        step.append(clip.format("value", value(clipping.value)))
    if clipping.norm is not None:
        step.append(clip.format("norm", value(clipping.norm)))
    step.append("optimizer.step()")
    step += ["scheduler.step()"] if scheduled and not _each_epoch(recipe) else []
    lines += [f"        {line}" for line in step]
    lines += ["    scheduler.step()"] if scheduled and _each_epoch(recipe) else []
    if watch:
        lines += [
            "    model.eval()",
            "    with torch.no_grad():",
            "        loss = criterion(model(X_validation), y_validation).item()",
        ]
    lines += [f"    {line}" for line in watch.after_epoch]
    return "\n".join([*lines, *watch.behind])


def _measured(prepared: Prepared, recipe: Recipe) -> str:
    part = rows.last_part(prepared)
    lines = ["model.eval()", "with torch.no_grad():", f"    outputs = model(X_{part})"]
    if prepared.dataset.task == "regression":
        outputs = "outputs.exp()" if isinstance(recipe.loss, Poisson) else "outputs"
        return "\n".join([*lines, f'print("R² ({part}):", r2_score(y_{part}, {outputs}))'])
    lone = recipe.network.output_shape == (1,)
    predicted = "outputs > 0" if lone else "outputs.argmax(dim=1)"
    score = f"(predicted == y_{part}).float().mean().item()"
    return "\n".join([*lines, f"predicted = {predicted}", f'print("accuracy ({part}):", {score})'])
