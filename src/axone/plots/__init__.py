"""Pictures of training and of data: pure functions from arrays to a `matplotlib.figure.Figure`.

None of them touches pyplot or any global state, so they run on servers and in threads that show
nothing; `save_figure` writes one as PNG.
"""

from axone.plots.activation import plot_activation
from axone.plots.activation_gallery import plot_activations
from axone.plots.animations.boundary import animate_boundary
from axone.plots.animations.bptt import animate_bptt
from axone.plots.animations.convolution import animate_convolution
from axone.plots.animations.image_convolution import animate_image_convolution
from axone.plots.animations.optimizers import animate_optimizers
from axone.plots.animations.passes import animate_passes
from axone.plots.animations.perceptron import animate_perceptron
from axone.plots.animations.saving import save_animation
from axone.plots.animations.softmax import animate_softmax
from axone.plots.anomalies import plot_anomaly_scores
from axone.plots.calibration import plot_calibration
from axone.plots.class_means import plot_class_means
from axone.plots.code_map import plot_code_map
from axone.plots.column_importance import plot_column_importance
from axone.plots.comparison import plot_comparison
from axone.plots.confused_pairs import plot_confused_images, plot_confused_signals
from axone.plots.confusion import plot_confusion_matrix
from axone.plots.curves import plot_curves
from axone.plots.dependence import plot_dependence
from axone.plots.feature_maps import plot_feature_maps
from axone.plots.forecast import plot_forecast
from axone.plots.ideas.bias import plot_bias
from axone.plots.ideas.descent import plot_descent
from axone.plots.ideas.descent_2d import plot_descent_2d
from axone.plots.ideas.initializers import plot_initializers
from axone.plots.ideas.scaling import plot_scaling
from axone.plots.ideas.softmax_surface import plot_softmax_surface
from axone.plots.ideas.stationary_points import plot_stationary_points
from axone.plots.ideas.steps import plot_steps
from axone.plots.image_grid import plot_image_grid
from axone.plots.image_predictions import plot_image_predictions
from axone.plots.image_saliency import plot_image_saliency
from axone.plots.importance import plot_importance
from axone.plots.kernels import plot_kernels
from axone.plots.label_histogram import plot_label_histogram
from axone.plots.learning_rates import plot_learning_rates
from axone.plots.networks.decision_boundary import plot_decision_boundary
from axone.plots.networks.diagram import plot_network_diagram
from axone.plots.networks.first_weights import plot_first_weights
from axone.plots.networks.gradient_flow import plot_gradient_flow
from axone.plots.networks.layer_histograms import plot_layer_histograms
from axone.plots.networks.loss_landscape import plot_loss_landscape
from axone.plots.networks.prediction_surface import plot_prediction_surface
from axone.plots.networks.residual_arrows import plot_residual_arrows
from axone.plots.networks.size_curves import plot_size_curves
from axone.plots.parallel_coordinates import plot_parallel_coordinates
from axone.plots.predictions import plot_predictions
from axone.plots.reconstructions import MOST_RECONSTRUCTIONS, plot_reconstructions
from axone.plots.residuals import plot_residuals
from axone.plots.saving import save_figure
from axone.plots.several_curves import plot_several_curves
from axone.plots.signal_grid import plot_signal_grid
from axone.plots.signal_means import plot_signal_means
from axone.plots.signal_saliency import plot_signal_saliency
from axone.plots.style import THEMES, use_theme
from axone.plots.surprise import MOST_SURPRISED, plot_surprise
from axone.plots.thresholds import plot_precision_recall, plot_roc

__all__ = [
    "MOST_RECONSTRUCTIONS",
    "MOST_SURPRISED",
    "THEMES",
    "animate_boundary",
    "animate_bptt",
    "animate_convolution",
    "animate_image_convolution",
    "animate_optimizers",
    "animate_passes",
    "animate_perceptron",
    "animate_softmax",
    "plot_activation",
    "plot_activations",
    "plot_anomaly_scores",
    "plot_bias",
    "plot_calibration",
    "plot_class_means",
    "plot_code_map",
    "plot_column_importance",
    "plot_comparison",
    "plot_confused_images",
    "plot_confused_signals",
    "plot_confusion_matrix",
    "plot_curves",
    "plot_decision_boundary",
    "plot_dependence",
    "plot_descent",
    "plot_descent_2d",
    "plot_feature_maps",
    "plot_first_weights",
    "plot_forecast",
    "plot_gradient_flow",
    "plot_image_grid",
    "plot_image_predictions",
    "plot_image_saliency",
    "plot_importance",
    "plot_initializers",
    "plot_kernels",
    "plot_label_histogram",
    "plot_layer_histograms",
    "plot_learning_rates",
    "plot_loss_landscape",
    "plot_network_diagram",
    "plot_parallel_coordinates",
    "plot_precision_recall",
    "plot_prediction_surface",
    "plot_predictions",
    "plot_reconstructions",
    "plot_residual_arrows",
    "plot_residuals",
    "plot_roc",
    "plot_scaling",
    "plot_several_curves",
    "plot_signal_grid",
    "plot_signal_means",
    "plot_signal_saliency",
    "plot_size_curves",
    "plot_softmax_surface",
    "plot_stationary_points",
    "plot_steps",
    "plot_surprise",
    "save_animation",
    "save_figure",
    "use_theme",
]
