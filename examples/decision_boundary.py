"""Where a perceptron draws its line, and what it cannot do: two irises, XOR, and a small network.

Run it with `python examples/decision_boundary.py`; it writes decision_boundary.png.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_iris
from sklearn.inspection import DecisionBoundaryDisplay

import axone as ax

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])


def two_irises() -> tuple[np.ndarray, np.ndarray]:
    """Return petal length and width in cm of setosa (0) and versicolor (1), 100 flowers."""
    X, y = load_iris(return_X_y=True)
    return X[y < 2][:, 2:], y[y < 2]


def main() -> None:
    """Train the three classifiers, say what they reached, and draw their boundaries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("decision_boundary.png"))
    out = parser.parse_args().out

    network = ax.MLPClassifier(
        hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", random_state=1
    )
    panels = [
        (
            "Perceptron, two irises",
            ax.Perceptron(random_state=0),
            two_irises(),
            "petal length (cm)",
        ),
        ("Perceptron, XOR: no line parts them", ax.Perceptron(random_state=0), XOR, "first input"),
        ("Network 2-4-1, XOR", network, XOR, "first input"),
    ]
    figure = Figure(figsize=(12, 4), layout="constrained")
    for axes, (title, classifier, (X, y), label) in zip(figure.subplots(1, 3), panels, strict=True):
        classifier.fit(X, y)
        print(f"{title}: {classifier.score(X, y):.0%} right, {classifier.n_iter_} epochs")
        DecisionBoundaryDisplay.from_estimator(
            classifier, X, response_method="predict", ax=axes, alpha=0.3, eps=0.5, cmap="coolwarm"
        )
        axes.scatter(X[:, 0], X[:, 1], c=y, cmap="coolwarm", edgecolors="black")
        axes.set(
            title=title,
            xlabel=label,
            ylabel=label.replace("length", "width").replace("first", "second"),
        )
    figure.savefig(out, dpi=120)
    print(f"Written to {out}")


if __name__ == "__main__":
    main()
