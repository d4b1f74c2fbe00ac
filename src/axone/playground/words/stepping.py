"""What the step mode says."""

from typing import Final

from axone.messages import Message, _

WORDS: Final[dict[str, Message]] = {
    "stepping.part": _("Part"),
    "stepping.part.train": _("training"),
    "stepping.part.validation": _("validation"),
    "stepping.part.test": _("test"),
    "stepping.number": _("Row"),
    "stepping.previous.row": _("Row before"),
    "stepping.next.row": _("Row after"),
    "stepping.type": _("Type your own"),
    "stepping.target": _("What it is to come to"),
    "stepping.target.none": _("unknown"),
    "stepping.go": _("Through the network"),
    "stepping.training": _("As in training"),
    "stepping.training.hint": _("Dropout drops; batch norm has the statistics of this row."),
    "stepping.jacobian": _("Why δ is so short"),
    "stepping.jacobian.hint": _("Also the long way, through the Jacobian of the output."),
    "stepping.epoch": _("with the weights after epoch {epoch}"),
    "stepping.wanted": _("Wanted"),
    "stepping.predicted": _("Predicted"),
    "stepping.loss": _("Loss"),
    "stepping.loss.moved": _("Loss before and after the step"),
    "stepping.arrow": _("{before} → {after}"),
    "stepping.previous": _("Previous step"),
    "stepping.next": _("Next step"),
    "stepping.all": _("All steps"),
    "stepping.place": _("Step {at} of {count}"),
    "stepping.kind.input": _("Input"),
    "stepping.kind.forward": _("Forward"),
    "stepping.kind.loss": _("Loss"),
    "stepping.kind.backward": _("Backward"),
    "stepping.kind.update": _("Update"),
    "stepping.of": _("From"),
    "stepping.result": _("Result"),
    "stepping.before": _("before"),
    "stepping.after": _("after"),
    "stepping.change": _("change"),
    "stepping.more": _("{terms} more: {total}"),
    "stepping.cut": _("{shown} of {whole} are shown."),
    "stepping.source": _("In the reference engine"),
    "stepping.place_in_file": _("{file}, line {line}, {title}"),
    "stepping.neuron": _("One neuron"),
    "stepping.neuron.of": _("Unit {unit} of {layer}"),
    "stepping.neuron.close": _("Close"),
    "stepping.neuron.input": _("Input"),
    "stepping.neuron.value": _("Value"),
    "stepping.neuron.weight": _("Weight"),
    "stepping.neuron.product": _("Product"),
    "stepping.neuron.share": _("Share"),
    "stepping.neuron.bias": _("Bias"),
    "stepping.neuron.sum": _("Sum"),
    "stepping.neuron.rest.one": _("{count} smaller one"),
    "stepping.neuron.rest.many": _("{count} smaller ones together"),
    "stepping.neuron.position": _("Position"),
    "stepping.neuron.caption": _("What each input adds to the sum"),
    "stepping.neuron.hint": _(
        "A share is that of the products without their signs: how much of what is added up, for or "
        "against, comes from this input."
    ),
    "stepping.empty": _(
        "Choose a row in the table of rows, or a point of the plane, and go through the network "
        "with it: every number, forward and back."
    ),
    "stepping.first": _("Take the first training row"),
    "stepping.stale": _("The weights have changed since."),
    "stepping.again": _("Anew"),
    "stepping.said": _("{kind}, {title}: {equation}"),
    "stepping.cells": _("{symbol}: arrows go from number to number"),
}
