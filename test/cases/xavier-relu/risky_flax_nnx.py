"""Glorot in a deep ReLU stack of nnx, from a name of its own."""

import jax.numpy as jnp
from flax import nnx
from jax.nn import initializers

kernel_init = initializers.xavier_normal()  # expect: xavier-relu:warning


class Deep(nnx.Module):
    def __init__(self, width: int = 64, depth: int = 18, *, rngs: nnx.Rngs):
        self.layers = nnx.List(
            [nnx.Linear(width, width, kernel_init=kernel_init, rngs=rngs) for _ in range(depth)]
        )
        self.head = nnx.Linear(width, 10, rngs=rngs)

    def __call__(self, x):
        for layer in self.layers:
            x = nnx.relu(layer(x))
        return self.head(x)


scores = Deep(rngs=nnx.Rngs(0))(jnp.ones((2, 64)))
