"""What a step of training costs: Axone beside scikit-learn, PyTorch, JAX and the hardware's limit.

`python -m benchmarks` measures everything and writes `benchmarks/RESULTS.md`.
"""
