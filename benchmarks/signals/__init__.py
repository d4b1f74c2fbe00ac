"""Networks of signals, images and sequences: Axone beside PyTorch and JAX.

`workloads` describes the networks, the modules `with_…` build them with each library's own layers,
`opponents` lists those, `rounds` times them by turns once all are seen to learn the same, `tables`
shows what it took, and `kernels` what single convolutions take.
"""
