"""Constant kernels in all layers of an nnx model."""

import jax.numpy as jnp
from flax import nnx


class Net(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.first = nnx.Linear(16, 32, kernel_init=nnx.initializers.ones, rngs=rngs)  # expect: constant-init:error
        self.second = nnx.Linear(32, 32, kernel_init=nnx.initializers.constant(0.1), rngs=rngs)  # expect: constant-init:error
        self.head = nnx.Linear(32, 1, kernel_init=nnx.initializers.constant(0.5), rngs=rngs)

    def __call__(self, x):
        return self.head(nnx.tanh(self.second(nnx.tanh(self.first(x)))))


score = Net(rngs=nnx.Rngs(0))(jnp.ones((2, 16)))
