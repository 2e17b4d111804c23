"""Flax's default in a shallow net, between normalizations and in residual branches."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool = True):
        for features in (16, 32, 64):
            x = nn.Conv(features, (3, 3))(x)
            x = nn.relu(nn.BatchNorm(use_running_average=not train)(x))
        for _ in range(8):
            y = nn.relu(nn.Dense(64)(nn.LayerNorm()(x)))
            x = x + nn.Dense(64)(y)
        return nn.Dense(10)(x.mean(axis=(1, 2)))


params = Net().init(jax.random.key(0), jnp.ones((2, 16, 16, 3)))
