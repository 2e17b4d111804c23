"""Zeros in hidden layers of linen: as the initializer itself and as a call."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(64, kernel_init=nn.initializers.he_normal())(x))
        x = nn.relu(nn.Dense(64, kernel_init=nn.initializers.zeros)(x))  # expect: zero-init:error
        x = nn.relu(nn.Dense(64, kernel_init=nn.initializers.zeros_init())(x))  # expect: zero-init:error
        return nn.Dense(10)(x)


params = Net().init(jax.random.key(0), jnp.ones((2, 20)))
