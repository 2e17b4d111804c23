"""Flax's LeCun default in a deep plain stack of ReLU layers."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Deep(nn.Module):  # expect: default-init-deep:warning
    @nn.compact
    def __call__(self, x):
        for _ in range(24):
            x = nn.relu(nn.Dense(64)(x))
        return nn.Dense(10)(x)


params = Deep().init(jax.random.key(0), jnp.ones((2, 64)))
