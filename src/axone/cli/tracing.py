"""The first epoch of `axone train --trace-first-epoch`, printed step by step as courses do."""

from rich.console import Console

from axone.cli.console import tell
from axone.experiments import Prepared
from axone.experiments.training import build_trainer, learnt_rows
from axone.explanation import as_text, first_epoch
from axone.messages import _
from axone.training.rows import examples_of


def print_first_epoch(prepared: Prepared, console: Console) -> None:
    """Print every step of the first epoch: forward, loss, backward, update.

    Raises
    ------
    ConfigurationError
        The run has steps that a trace does not show.
    """
    trainer = build_trainer(prepared)
    recipe, epochs = trainer.recipe, prepared.experiment.settings.training.epochs
    parameters = prepared.initial or recipe.network.initialize(recipe.seed, recipe.dtype)
    given = learnt_rows(prepared, "train")
    examples = examples_of(recipe.network, recipe.loss, recipe.dtype, given)
    for step in first_epoch(recipe, parameters.astype(recipe.dtype), examples, epochs):
        heading = _(
            "Epoch 1/{epochs} — Step {number}/{steps}",
            epochs=epochs,
            number=step.number,
            steps=step.steps,
        )
        tell(console, heading, style="bold")
        tell(console, as_text(step.trace))
        console.print()
