"""What the network says of a row that somebody typed, or of an image that somebody drew."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from axone.playground.bench import Bench
from axone.playground.examples import predictions_in_words, shares_of
from axone.playground.typed import typed_example


def predict(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is predicted, in the target's words or units, and each class's probability.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        ``values``: see `axone.playground.typed.typed_example`.
    """
    prepared, parameters = bench.design.prepared, bench.parameters()
    X, mask = typed_example(prepared, fields.get("values"))
    plan = bench.design.trainer.plan
    with np.errstate(all="ignore"):
        outputs = plan.predict(parameters, X.astype(prepared.experiment.settings.dtype), mask)
        shares = shares_of(prepared, outputs)
    return {
        "value": predictions_in_words(prepared, outputs)[0],
        "probabilities": None if shares is None else shares[0].tolist(),
    }


ANSWERS = {"predict": predict}
