"""Glorot where it belongs: before tanh, in attention, behind nothing; He before ReLU."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Block(nn.Module):
    @nn.compact
    def __call__(self, x):
        glorot = nn.initializers.xavier_uniform()
        y = nn.LayerNorm()(x)
        x = x + nn.MultiHeadDotProductAttention(num_heads=4, kernel_init=glorot)(y)
        y = nn.Dense(128, kernel_init=nn.initializers.he_normal())(nn.LayerNorm()(x))
        return x + nn.Dense(x.shape[-1], kernel_init=glorot)(nn.relu(y))


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        for _ in range(3):
            x = Block()(x)
        x = nn.tanh(nn.Dense(32, kernel_init=nn.initializers.glorot_normal())(x.mean(axis=1)))
        return nn.Dense(5)(x)


params = Net().init(jax.random.key(0), jnp.ones((2, 9, 32)))
