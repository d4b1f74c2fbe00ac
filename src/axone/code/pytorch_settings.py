"""What PyTorch is told in source: losses, optimisers, schedules, the draws of first weights.

Tables of what it has that is the same, as in `axone.engines.torch.translation`.
"""

import textwrap
from collections.abc import Callable
from typing import Any

from axone.activations import Exponential, Identity, Sigmoid, Softmax
from axone.code.writing import WIDTH, call, comment, named, value
from axone.engines import Recipe
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
from axone.layers import Layer, Recurrent
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
from axone.messages import _
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

HEADS = {
    (CategoricalCrossEntropy, Softmax): "nn.CrossEntropyLoss()",
    (BinaryCrossEntropy, Sigmoid): "nn.BCEWithLogitsLoss()",
    (Poisson, Exponential): "nn.PoissonNLLLoss()",
}
"""Losses of logits, with the output activation that they bring."""

LOSSES: dict[type[Loss], Callable[[Any], str]] = {
    MeanSquaredError: lambda loss: "nn.MSELoss()",
    MeanAbsoluteError: lambda loss: "nn.L1Loss()",
    Huber: lambda loss: call("nn.HuberLoss", named(delta=loss.delta)),
}

OPTIMIZERS = (SGD, GradientDescent, Momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW)


def layers_of(recipe: Recipe) -> tuple[Layer, ...]:
    """Return the layers that make what the criterion is given."""
    body, activation = recipe.network.split_output()
    brought = (type(recipe.loss), type(activation)) in HEADS or isinstance(activation, Identity)
    return tuple(body) if brought else recipe.network.layers


def criterion_of(recipe: Recipe) -> str:
    """Return the loss; an empty text where PyTorch has none that is the same."""
    _layers, activation = recipe.network.split_output()
    loss: Loss = recipe.loss
    head = HEADS.get((type(loss), type(activation)))
    if head is not None:
        return head
    return LOSSES[type(loss)](loss) if type(loss) in LOSSES else ""


DRAWS: dict[type[Initializer], tuple[str, str]] = {
    HeNormal: ("he", "nn.init.kaiming_normal_"),
    HeUniform: ("he_uniform", "nn.init.kaiming_uniform_"),
    GlorotNormal: ("glorot_normal", "nn.init.xavier_normal_"),
    GlorotUniform: ("glorot", "nn.init.xavier_uniform_"),
    Orthogonal: ("orthogonal", "nn.init.orthogonal_"),
    Zeros: ("zeros", "nn.init.zeros_"),
}
"""PyTorch's functions that draw from the same distributions, and what a script calls them."""
_ONES = ("ones", "nn.init.ones_")


def first_draws(recipe: Recipe) -> str:
    """Return the lines that draw the first weights; an empty text where PyTorch cannot so."""
    specs = [slot.spec for slot in recipe.network.layout.slots if slot.spec.trainable]
    if any(isinstance(layer, Recurrent) for layer in all_layers(recipe.network.layers)):
        return ""  # whose second bias has no spec
    found = [
        _ONES if spec.initializer == Constant(1.0) else DRAWS.get(type(spec.initializer))
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


def rate_of(rule: Any) -> str:
    """Return the learning rate, times what PyTorch's momentum adds up too much."""
    if isinstance(rule, Momentum) and rule.form == "averaged":
        return f"{value(rule.learning_rate)} * (1 - {value(rule.beta)})"
    return value(rule.learning_rate)


def optimizer_of(rule: Any) -> str:
    """Return the statement that makes the optimiser."""
    words = [f"lr={rate_of(rule)}"]
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


def scheduler(recipe: Recipe, epochs: int, steps: int) -> str:
    """Return the scheduler; an empty text where PyTorch has none that is the same."""
    schedule, room = recipe.schedule, "torch.optim.lr_scheduler."
    rate, total = rate_of(recipe.optimizer), epochs * steps
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


def each_epoch(recipe: Recipe) -> bool:
    """Whether the scheduler goes on after an epoch, not after every step."""
    return isinstance(recipe.schedule, (StepDecay, ExponentialDecay))
