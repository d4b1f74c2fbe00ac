"""A network too large for its rows learns them by heart; dropout and an L2 penalty hold it back.

Run it with `python examples/dropout_and_l2.py`; it writes dropout_and_l2.png: training and
validation loss of the same network, plain, with dropout, and with a penalty on large weights.
"""

import argparse
import warnings
from pathlib import Path

from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

import axone as ax

ROWS, EPOCHS = 100, 300
RULES = {
    "nothing": {"alpha": 0.0},
    "dropout 0.5": {"alpha": 0.0, "dropout": 0.5},
    "L2, λ = 0.1": {"alpha": 0.1},
}


def main() -> None:
    """Train the three networks and draw their curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("dropout_and_l2.png"))
    out = parser.parse_args().out
    warnings.simplefilter("ignore", ConvergenceWarning)

    X, y = load_digits(return_X_y=True)
    X_train, X_val, y_train, y_val = train_test_split(
        X / 16, y, train_size=ROWS, random_state=0, stratify=y
    )
    figure = Figure(figsize=(12, 4), layout="constrained")
    figure.suptitle(f"{ROWS} digits, a network of 64-256-10")
    for axes, (name, rule) in zip(
        figure.subplots(1, 3, sharex=True, sharey=True), RULES.items(), strict=True
    ):
        classifier = ax.MLPClassifier(
            (256,), max_iter=EPOCHS, n_iter_no_change=EPOCHS, batch_size=20, random_state=0, **rule
        )
        classifier.fit(X_train, y_train, validation_data=(X_val, y_val))
        accuracy = classifier.score(X_val, y_val)
        least = min(classifier.validation_loss_curve_)
        last = classifier.validation_loss_curve_[-1]
        print(f"{name:12} accuracy {accuracy:.3f}, loss {least:.3f} at best, {last:.3f} at last")
        axes.semilogy(classifier.history_["train_loss"], label="training, without the penalty")
        axes.semilogy(classifier.validation_loss_curve_, label="validation")
        axes.set(title=f"{name}: accuracy {accuracy:.3f}", xlabel="epoch")
        axes.legend()
    figure.axes[0].set_ylabel("loss")
    figure.savefig(out, dpi=120)
    print(f"Written to {out}")


if __name__ == "__main__":
    main()
