"""N(0, 0.02) before normalization, a small policy head, an embedding of std 0.02."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Discriminator(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool = True):
        for features in (64, 128):
            x = nn.Conv(features, (4, 4), strides=(2, 2), kernel_init=nn.initializers.normal(0.02))(x)
            x = nn.BatchNorm(use_running_average=not train)(x)
            x = nn.leaky_relu(x, 0.2)
        x = x.reshape((x.shape[0], -1))
        return nn.Dense(1, kernel_init=nn.initializers.normal(0.02))(x)


class Policy(nn.Module):
    @nn.compact
    def __call__(self, x):
        for _ in range(2):
            x = nn.tanh(nn.Dense(64, kernel_init=nn.initializers.orthogonal(jnp.sqrt(2)))(x))
        return nn.Dense(4, kernel_init=nn.initializers.orthogonal(0.01))(x)


class Tokens(nn.Module):
    @nn.compact
    def __call__(self, tokens):
        x = nn.Embed(500, 64, embedding_init=nn.initializers.normal(0.02))(tokens)
        return nn.Dense(3)(nn.LayerNorm()(x.mean(axis=1)))


key = jax.random.key(0)
params = Discriminator().init(key, jnp.ones((2, 32, 32, 3)))
policy = Policy().init(key, jnp.ones((2, 8)))
tokens = Tokens().init(key, jnp.ones((2, 12), dtype=jnp.int32))
