"""Rosenblatt's perceptron: the first neuron that learnt, trained row by row with the 0/1 rule.

It converges exactly where a hyperplane separates the classes; where it does not converge, a linear
programme decides whether it ever could, and the fitted perceptron says so in words.
"""

from axone.perceptron.fitted import Convergence, FittedPerceptron
from axone.perceptron.neuron import weighted_sum
from axone.perceptron.rosenblatt import Correction, RosenblattPerceptron
from axone.perceptron.separability import linearly_separable, separability_without_bias

__all__ = [
    "Convergence",
    "Correction",
    "FittedPerceptron",
    "RosenblattPerceptron",
    "linearly_separable",
    "separability_without_bias",
    "weighted_sum",
]
