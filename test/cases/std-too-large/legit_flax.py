"""Flax's normal has std 0.01 by default; a table of embeddings may be as wide as it likes."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, tokens):
        x = nn.Embed(500, 32, embedding_init=nn.initializers.normal(1.0))(tokens)
        x = x + self.param("positions", nn.initializers.normal(stddev=1.0), (1, 12, 32))
        x = nn.Dense(64)(nn.LayerNorm()(x).mean(axis=1))
        return nn.Dense(3)(nn.relu(x))


params = Net().init(jax.random.key(0), jnp.ones((2, 12), dtype=jnp.int32))
