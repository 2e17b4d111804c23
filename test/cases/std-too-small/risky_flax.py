"""A tiny std in a plain stack of linen's, put together in `setup`."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    def setup(self):
        self.layers = [
            nn.Dense(64, kernel_init=nn.initializers.normal(stddev=0.001)) for _ in range(3)  # expect: std-too-small:warning
        ]
        self.head = nn.Dense(10)

    def __call__(self, x):
        for layer in self.layers:
            x = nn.relu(layer(x))
        return self.head(x)


params = Net().init(jax.random.key(0), jnp.ones((2, 64)))
