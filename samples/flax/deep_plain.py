"""A deep plain stack of linen's, with Xavier written out before ReLU."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class DeepPlain(nn.Module):
    width: int = 128
    depth: int = 20
    classes: int = 10

    @nn.compact
    def __call__(self, x):
        for _ in range(self.depth):
            x = nn.Dense(self.width, kernel_init=nn.initializers.xavier_uniform())(x)
            x = nn.relu(x)
        return nn.Dense(self.classes)(x)


def create(seed: int = 0):
    return DeepPlain().init(jax.random.key(seed), jnp.ones((1, 64)))
