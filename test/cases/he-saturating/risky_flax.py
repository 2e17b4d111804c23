"""He before tanh in Flax."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        for _ in range(10):
            x = nn.tanh(nn.Dense(32, kernel_init=nn.initializers.he_normal())(x))  # expect: he-saturating:information
        return nn.Dense(1)(x)


params = Net().init(jax.random.key(0), jnp.ones((2, 32)))
