"""Flax's default before tanh, He before ReLU."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.tanh(nn.Dense(32)(x))
        x = nn.relu(nn.Dense(32, kernel_init=nn.initializers.he_normal())(x))
        return nn.sigmoid(nn.Dense(1)(x))


params = Net().init(jax.random.key(0), jnp.ones((2, 32)))
