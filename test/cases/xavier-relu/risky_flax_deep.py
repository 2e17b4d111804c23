"""Glorot written out in a deep ReLU stack of linen's."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Deep(nn.Module):
    width: int = 64

    @nn.compact
    def __call__(self, x):
        for _ in range(18):
            x = nn.Dense(self.width, kernel_init=nn.initializers.glorot_uniform())(x)  # expect: xavier-relu:warning
            x = nn.relu(x)
        return nn.Dense(10)(x)


params = Deep().init(jax.random.key(0), jnp.ones((2, 64)))
