"""Orthogonal, as Flax draws recurrent kernels by itself, or by name."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Reader(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.RNN(nn.OptimizedLSTMCell(48))(x)
        x = nn.RNN(nn.GRUCell(48, recurrent_kernel_init=nn.initializers.orthogonal()))(x)
        return nn.Dense(2)(x[:, -1])


params = Reader().init(jax.random.key(0), jnp.ones((2, 30, 16)))
