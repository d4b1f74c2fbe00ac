"""One picture of every kind, of data as people have them: compared with stored ones, and looked at.

``python -m tests.plots.gallery FOLDER`` writes all of them, on light and on dark ground, in the
language of `$AXONE_LANG`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris

from axone import plots
from axone.layers import Conv1D, Dense, Flatten, MaxPool
from axone.network import Network


def rng(seed):
    return np.random.default_rng(seed)


RNG = rng(0)

DIGITS = load_digits()
IMAGES, DIGIT_NAMES = DIGITS.images / 16, [str(digit) for digit in range(10)]

IRIS = load_iris()
SPECIES = [str(name) for name in IRIS.target_names]

TIME = np.arange(60)
SIGNAL_LABELS = TIME % 3
SIGNALS = (
    np.sin(2 * np.pi * np.arange(80) * (1 + SIGNAL_LABELS[:, None]) / 80)[:, None, :]
    * np.array([1.0, 0.5])[None, :, None]
    + RNG.normal(size=(60, 2, 80)) * 0.2
)
SIGNAL_NAMES, CHANNELS = ["walking", "running", "standing"], ["acceleration x", "acceleration y"]


def probabilities(labels, classes, sureness, seed=0):
    """Shares of classes that mostly agree with the labels."""
    logits = rng(seed).normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += sureness
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True)


def falling(start, end, epochs=60, seed=0):
    """A loss by epoch."""
    noise = rng(seed).normal(size=epochs) * 0.01
    return ((start - end) * np.exp(-np.arange(epochs) / 12) + end + noise).tolist()


HISTORY = {
    "train_loss": falling(1.1, 0.05),
    "validation_loss": falling(1.1, 0.2, seed=1),
    "train_accuracy": (1 - np.array(falling(0.6, 0.01))).tolist(),
    "validation_accuracy": (1 - np.array(falling(0.6, 0.05, seed=2))).tolist(),
}

IRIS_SHARES = probabilities(IRIS.target, 3, 1.5)
PRICES = RNG.lognormal(12, 0.5, 300)
ESTIMATES = PRICES * RNG.lognormal(0, 0.2, 300)

NETWORK = Network(Dense(6, "relu"), Dense(5, "relu"), Dense(3, "softmax"), input_shape=4)
CONVOLUTIONAL = Network(
    Conv1D(4, 3, activation="relu"),
    MaxPool(2),
    Flatten(),
    Dense(8, "relu"),
    Dense(2, "softmax"),
    input_shape=(1, 10),
)

PLANE = np.linspace(-2.5, 2.5, 61)
MOONS = (
    np.concatenate(
        [
            np.c_[np.cos(t := np.linspace(0, np.pi, 60)), np.sin(t)] - [0.5, 0.25],
            np.c_[1 - np.cos(t), 0.5 - np.sin(t)] - [0.5, 0.25],
        ]
    )
    + RNG.normal(size=(120, 2)) * 0.15
)
MOON_LABELS = np.repeat([0, 1], 60)
SIDES = 1 / (1 + np.exp(-4 * (PLANE[None, :] - np.sin(2 * PLANE)[:, None])))

GALLERY: dict[str, Callable] = {
    "activation": lambda: plots.plot_activation("gelu"),
    "activations": plots.plot_activations,
    "anomaly_scores": lambda: plots.plot_anomaly_scores(
        {"training": rng(1).gamma(2, 0.01, 800), "test": rng(2).gamma(2, 0.012, 200)}
    ),
    "bias": plots.plot_bias,
    "calibration": lambda: plots.plot_calibration(
        IRIS.target, IRIS_SHARES, SPECIES, before=IRIS_SHARES**3 / (IRIS_SHARES**3).sum(1)[:, None]
    ),
    "class_means": lambda: plots.plot_class_means(IMAGES, DIGITS.target, DIGIT_NAMES),
    "code_map": lambda: plots.plot_code_map(IRIS.data, IRIS.target, SPECIES),
    "column_importance": lambda: plots.plot_column_importance(
        {
            "petal length (cm)": [0.31, 0.35, 0.29, 0.33],
            "petal width (cm)": [0.28, 0.22, 0.27, 0.25],
            "sepal length (cm)": [0.02, 0.04, 0.03, 0.01],
            "sepal width (cm)": [0.0, -0.01, 0.01, 0.0],
        },
        score_name="accuracy",
        score=0.967,
    ),
    "comparison": lambda: plots.plot_comparison(
        {"axone": falling(1.0, 0.1), "torch": falling(1.0, 0.1)},
        {"torch": (1e-7 * np.arange(1, 61)).tolist()},
        {"axone": 0.021, "torch": 1.9},
        validation_losses={"axone": falling(1.0, 0.2, seed=3), "torch": falling(1.0, 0.2, seed=3)},
    ),
    "confused_images": lambda: plots.plot_confused_images(
        IMAGES[:200], DIGITS.target[:200], probabilities(DIGITS.target[:200], 10, 3.0), DIGIT_NAMES
    ),
    "confused_signals": lambda: plots.plot_confused_signals(
        SIGNALS,
        SIGNAL_LABELS,
        probabilities(SIGNAL_LABELS, 3, 1.0),
        SIGNAL_NAMES,
        channel_names=CHANNELS,
    ),
    "confusion_matrix": lambda: plots.plot_confusion_matrix(
        [[48, 2, 0], [1, 45, 4], [0, 5, 45]], SPECIES
    ),
    "curves": lambda: plots.plot_curves(HISTORY, best_epoch=42, stopped_by="plateau"),
    "decision_boundary": lambda: plots.plot_decision_boundary(
        PLANE,
        PLANE,
        np.stack([1 - SIDES, SIDES], axis=-1),
        MOONS,
        MOON_LABELS,
        np.where(np.arange(120) % 17 == 0, 1 - MOON_LABELS, MOON_LABELS),
        ["upper", "lower"],
        axis_names=("x1", "x2"),
    ),
    "dependence": lambda: plots.plot_dependence(
        np.linspace(1, 7, 20),
        np.linspace(0.1, 0.9, 20)[None, :],
        np.clip(np.linspace(0.1, 0.9, 20) + rng(3).normal(size=(1, 12, 1)) * 0.1, 0, 1),
        column="petal length (cm)",
        outputs=["versicolor"],
        answer="probability",
    ),
    "descent": plots.plot_descent,
    "descent_2d": plots.plot_descent_2d,
    "feature_maps": lambda: plots.plot_feature_maps(
        IMAGES[0], {"0: Conv2D": rng(4).random((8, 6, 6)), "2: Conv2D": IMAGES[:16]}
    ),
    "first_weights": lambda: plots.plot_first_weights(
        rng(5).normal(size=(12, 64)), image_shape=(8, 8)
    ),
    "forecast": lambda: plots.plot_forecast(
        np.arange("2026-01-01T00", "2026-01-08T00", dtype="datetime64[h]"),
        30 + 5 * np.sin(np.arange(168) / 24 * 2 * np.pi),
        30.5 + 5 * np.sin((np.arange(168) - 0.5) / 24 * 2 * np.pi),
        28 + 5 * np.sin(np.arange(168) / 24 * 2 * np.pi),
        33 + 5 * np.sin(np.arange(168) / 24 * 2 * np.pi),
        level=0.9,
        quantity="demand (GW)",
    ),
    "gradient_flow": lambda: plots.plot_gradient_flow(
        np.exp(-np.arange(60)[:, None] / 40) * 10.0 ** -np.arange(4)[None, ::-1],
        ["0: Dense (sigmoid)", "1: Dense (sigmoid)", "2: Dense (sigmoid)", "3: Dense (softmax)"],
    ),
    "image_grid": lambda: plots.plot_image_grid(IMAGES[:40], DIGITS.target[:40]),
    "image_predictions": lambda: plots.plot_image_predictions(
        IMAGES[:20], probabilities(DIGITS.target[:20], 10, 4.0), DIGIT_NAMES, DIGITS.target[:20]
    ),
    "image_saliency": lambda: plots.plot_image_saliency(
        IMAGES[:6], rng(6).normal(size=(6, 8, 8)) * IMAGES[:6], [f"{n}" for n in range(6)]
    ),
    "importance": lambda: plots.plot_importance(
        {"learning_rate": 0.62, "hidden_layer_sizes": 0.21, "batch_size": 0.12, "l2": 0.05},
        score_name="accuracy",
    ),
    "initializers": plots.plot_initializers,
    "kernels": lambda: plots.plot_kernels(rng(7).normal(size=(8, 3, 5, 5))),
    "label_histogram": lambda: plots.plot_label_histogram(DIGITS.target, DIGIT_NAMES),
    "layer_histograms": lambda: plots.plot_layer_histograms(
        [
            [rng(epoch).normal(size=500) * (1 + epoch / 10) for epoch in (0, 5, 20)],
            [rng(epoch).normal(size=500) * 0.5 for epoch in (0, 5, 20)],
        ],
        [
            [np.maximum(rng(epoch).normal(size=500), 0) * (1 + epoch) for epoch in (0, 5, 20)],
            [rng(epoch).beta(1 + epoch, 1 + epoch, 500) for epoch in (0, 5, 20)],
        ],
        ["0: Dense (relu)", "1: Dense (softmax)"],
        [0, 5, 20],
    ),
    "learning_rates": lambda: plots.plot_learning_rates(
        np.logspace(-6, 0, 60),
        np.r_[np.full(20, 1.1), np.linspace(1.1, 0.3, 25), np.linspace(0.3, 4.0, 15)],
        suggestion=1e-2,
    ),
    "loss_landscape": lambda: plots.plot_loss_landscape(
        PLANE,
        PLANE,
        1 + PLANE[:, None] ** 2 + 3 * PLANE[None, :] ** 2 + np.sin(3 * PLANE[:, None]),
        path=np.c_[np.linspace(2, 0, 20), np.linspace(1.5, 0, 20) ** 2],
        axis_names=("first direction", "second direction"),
    ),
    "network_diagram": lambda: plots.plot_network_diagram(NETWORK, NETWORK.initialize(seed=1)),
    "network_diagram_convolutional": lambda: plots.plot_network_diagram(
        CONVOLUTIONAL, CONVOLUTIONAL.initialize(seed=1)
    ),
    "parallel_coordinates": lambda: plots.plot_parallel_coordinates(
        {
            "learning_rate": (10.0 ** rng(8).uniform(-4, -1, 30)).tolist(),
            "units": rng(9).integers(4, 128, 30).tolist(),
            "activation": [["relu", "tanh", "gelu"][n % 3] for n in range(30)],
        },
        rng(10).uniform(0.7, 0.98, 30).tolist(),
        score_name="accuracy",
    ),
    "precision_recall": lambda: plots.plot_precision_recall(IRIS.target, IRIS_SHARES, SPECIES),
    "prediction_surface": lambda: plots.plot_prediction_surface(
        PLANE,
        PLANE,
        PLANE[:, None] ** 2 + PLANE[None, :],
        MOONS,
        MOONS[:, 1] ** 2 + MOONS[:, 0],
        axis_names=("age", "income"),
        target_name="price",
    ),
    "predictions": lambda: plots.plot_predictions(PRICES, ESTIMATES, target_names=["price"]),
    "reconstructions": lambda: plots.plot_reconstructions(
        IMAGES[:8], IMAGES[:8] * 0.8 + 0.05, np.linspace(0.01, 0.2, 8), kind="images"
    ),
    "residual_arrows": lambda: plots.plot_residual_arrows(
        np.linspace(20, 70, 40),
        100 + 2 * np.linspace(20, 70, 40) + rng(11).normal(size=40) * 15,
        100 + 2 * np.linspace(20, 70, 40),
        column="age",
        target="price",
    ),
    "residuals": lambda: plots.plot_residuals(PRICES, ESTIMATES, target_names=["price"]),
    "roc": lambda: plots.plot_roc(IRIS.target, IRIS_SHARES, SPECIES),
    "scaling": plots.plot_scaling,
    "several_curves": lambda: plots.plot_several_curves(
        {
            "runs/relu": HISTORY,
            "runs/sigmoid": {"train_loss": falling(1.1, 0.4), "validation_loss": falling(1.1, 0.5)},
        },
        "validation_loss",
    ),
    "signal_grid": lambda: plots.plot_signal_grid(
        SIGNALS[:12], [SIGNAL_NAMES[label] for label in SIGNAL_LABELS[:12]], channel_names=CHANNELS
    ),
    "signal_means": lambda: plots.plot_signal_means(
        SIGNALS, SIGNAL_LABELS, SIGNAL_NAMES, channel_names=CHANNELS
    ),
    "signal_saliency": lambda: plots.plot_signal_saliency(
        SIGNALS[:3],
        np.gradient(SIGNALS[:3], axis=-1),
        SIGNAL_NAMES,
        [True, True, False],
        channel_names=CHANNELS,
    ),
    "size_curves": lambda: plots.plot_size_curves(
        [20, 50, 100, 200, 500],
        np.array([[0.05, 0.1, 0.15, 0.18, 0.2]] * 3).T + rng(12).normal(size=(5, 3)) * 0.01,
        np.array([[0.8, 0.55, 0.4, 0.32, 0.25]] * 3).T + rng(13).normal(size=(5, 3)) * 0.03,
    ),
    "softmax_surface": plots.plot_softmax_surface,
    "stationary_points": plots.plot_stationary_points,
    "steps": plots.plot_steps,
    "surprise": lambda: plots.plot_surprise(
        ["Marguerite", "Jean-Pierre", "Xzqwk"],
        [
            rng(len(text)).gamma(2, 1, len(text) + 1)
            for text in ("Marguerite", "Jean-Pierre", "Xzqwk")
        ],
    ),
}


def frame(animation, number):
    """Return the figure of an animation at one of its frames."""
    animation.show(number)
    return animation.figure


# Of those that train, what is drawn would differ by the last bits of the machine.
GALLERY |= {
    "animation_bptt": lambda: frame(plots.animate_bptt(), 15),
    "animation_convolution": lambda: frame(plots.animate_convolution(), 11),
    "animation_image_convolution": lambda: frame(plots.animate_image_convolution(), 20),
    "animation_optimizers": lambda: frame(plots.animate_optimizers(), 20),
    "animation_passes": lambda: frame(plots.animate_passes(), 9),
    "animation_perceptron": lambda: frame(plots.animate_perceptron(), 30),
    "animation_softmax": lambda: frame(plots.animate_softmax(), 10),
}


def main(folder: Path) -> None:
    for ground in plots.THEMES:
        with plots.use_theme(ground):
            for name, draw in GALLERY.items():
                plots.save_figure(draw(), folder / f"{name}-{ground}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
