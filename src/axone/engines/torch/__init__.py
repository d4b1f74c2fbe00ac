"""PyTorch's way with a description: the translation, what is beyond it, and the engine.

PyTorch is imported with this package, which nobody imports before it is needed.
"""

from axone.engines.torch.obstacles import obstacles
from axone.engines.torch.plan import TorchEngine, TorchPlan

__all__ = ["TorchEngine", "TorchPlan", "obstacles"]
