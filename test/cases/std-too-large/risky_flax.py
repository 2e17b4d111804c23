"""Normal with std 1 before tanh, in linen's layers and in a parameter of its own."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.tanh(nn.Dense(128, kernel_init=nn.initializers.normal(1.0))(x))  # expect: std-too-large:warning
        kernel = self.param("kernel", nn.initializers.normal(stddev=1.0), (128, 128))  # expect: std-too-large:warning
        x = nn.tanh(x @ kernel)
        return nn.Dense(10)(x)


params = Net().init(jax.random.key(0), jnp.ones((2, 200)))
