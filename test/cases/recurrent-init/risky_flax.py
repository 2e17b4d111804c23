"""Small normal recurrent kernels over a sequence whose length is written down; in linen, gate by gate."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Reader(nn.Module):
    @nn.compact
    def __call__(self, x):
        cell = nn.SimpleCell(64, recurrent_kernel_init=nn.initializers.normal(0.02))  # expect: recurrent-init:warning
        return nn.Dense(2)(nn.RNN(cell)(x)[:, -1])


params = Reader().init(jax.random.key(0), jnp.ones((2, 60, 16)))
