"""Zero biases, a zero head, a residual branch that ends in zeros, a norm gain at zero; linen and nnx."""

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax import nnx


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(64, kernel_init=nn.initializers.he_normal(), bias_init=nn.initializers.zeros)(x))
        branch = nn.relu(nn.Dense(64, kernel_init=nn.initializers.he_normal())(x))
        x = x + nn.Dense(64, kernel_init=nn.initializers.zeros_init())(branch)
        side = nn.Dense(64, kernel_init=nn.initializers.he_normal())(x)
        side = nn.LayerNorm(scale_init=nn.initializers.zeros_init())(side)
        return nn.Dense(10, kernel_init=nn.initializers.zeros)(x + side)


class Tuned(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs):
        self.hidden = nnx.Linear(16, 32, kernel_init=nnx.initializers.he_normal(), rngs=rngs)
        self.head = nnx.Linear(32, 4, kernel_init=nnx.initializers.zeros_init(), rngs=rngs)

    def __call__(self, x):
        return self.head(nnx.relu(self.hidden(x)))


params = Net().init(jax.random.key(0), jnp.ones((2, 32)))
scores = Tuned(rngs=nnx.Rngs(0))(jnp.ones((2, 16)))
