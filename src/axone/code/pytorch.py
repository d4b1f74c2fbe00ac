"""The training in PyTorch, as a person writes it; exactly, with Axone's first weights and batches.

What has to be arranged for the same numbers is told in `axone.engines.torch.translation` and
`axone.comparison.pytorch`, whose modules are made for machines; these are their likes in source.
"""

from axone.code import python, rows, watching
from axone.code.pytorch_layers import HELPERS, beyond, modules
from axone.code.pytorch_settings import (
    OPTIMIZERS,
    criterion_of,
    each_epoch,
    first_draws,
    layers_of,
    optimizer_of,
    scheduler,
)
from axone.code.writing import call, comment, lines_of, named, value
from axone.comparison.comparing import exercise_of, of_the_rows
from axone.comparison.exercise import normalises_flat
from axone.engines import Recipe
from axone.experiments import Prepared
from axone.experiments.training import build_trainer
from axone.layers import BatchNorm, ChannelDropout, Dropout, GaussianNoise, Recurrent
from axone.layers.residual import all_layers
from axone.losses import (
    CategoricalCrossEntropy,
    Poisson,
)
from axone.messages import Message, _
from axone.optimizers import (
    Adam,
    AdamW,
    Momentum,
)
from axone.registry import name_of
from axone.schedules import (
    ConstantRate,
)


def obstacles(prepared: Prepared) -> tuple[Message, ...]:
    """Return what a script of PyTorch cannot express."""
    recipe = build_trainer(prepared).recipe
    network, optimizer, schedule = recipe.network, recipe.optimizer, recipe.schedule
    found = [*rows.obstacles(prepared), *watching.obstacles(prepared)]
    exercise = exercise_of(prepared, recipe)
    found += of_the_rows(exercise)
    found += beyond(layers_of(recipe), network.input_shape)
    if criterion_of(recipe) == "":
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
    if type(optimizer) not in OPTIMIZERS:
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
    if not constant and not scheduler(recipe, 1, 1):
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
    row = modules(layers_of(recipe), recipe.network.input_shape)
    model = call("nn.Sequential", row, "model = ", broken=True)
    if recipe.dtype == "float64":
        model += ".double()"
    if exact:
        beginning = lines_of(
            (python.network(recipe.network), python.trainer(trainer), f"{model}\n{_loaded(recipe)}")
        ).rstrip("\n")
    else:
        drawn = first_draws(recipe)
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
        if not first_draws(recipe):
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


def _tells_weights_apart(recipe: Recipe) -> bool:
    return bool(recipe.penalty) or isinstance(recipe.optimizer, AdamW)


def _before_the_loop(prepared: Prepared, recipe: Recipe, exact: bool) -> str:
    count = len(prepared.parts["train"])
    lines = [f"criterion = {criterion_of(recipe)}"]
    if _tells_weights_apart(recipe):
        lines.append(comment(_("Penalties and decay are for weights, not for biases.")))
        lines.append("weights = [tensor for tensor in model.parameters() if tensor.ndim > 1]")
    if isinstance(recipe.optimizer, AdamW):
        lines.append("others = [tensor for tensor in model.parameters() if tensor.ndim == 1]")
    lines.append(optimizer_of(recipe.optimizer))
    epochs = prepared.experiment.settings.training.epochs
    lines.append(scheduler(recipe, epochs, recipe.steps(count)))
    if not exact:
        words = ["TensorDataset(X_train, y_train)", *named(batch_size=recipe.batch_rows(count))]
        words += named(shuffle=recipe.shuffle and not recipe.full_batch)
        words += ["drop_last=True"] if recipe.drop_last and not recipe.full_batch else []
        lines.append(call("DataLoader", words, "loader = "))
    return "\n".join(filter(None, lines))


def _loop(prepared: Prepared, recipe: Recipe, watch: watching.Watch, exact: bool) -> str:
    epochs, count = prepared.experiment.settings.training.epochs, len(prepared.parts["train"])
    scheduled = scheduler(recipe, 1, 1) != ""
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
    step += ["scheduler.step()"] if scheduled and not each_epoch(recipe) else []
    lines += [f"        {line}" for line in step]
    lines += ["    scheduler.step()"] if scheduled and each_epoch(recipe) else []
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
