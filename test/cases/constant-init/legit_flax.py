"""Constants where they belong: biases, gains, a forget gate, a slope."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(32, bias_init=nn.initializers.constant(0.1))(x))
        x = nn.LayerNorm(scale_init=nn.initializers.ones)(x)
        x = nn.RNN(nn.MGUCell(16))(x)
        gain = self.param("gain", nn.initializers.constant(0.1), (16,))
        return nn.Dense(1, bias_init=nn.initializers.constant(-4.6))(nn.PReLU()(x[:, -1] * gain))


params = Net().init(jax.random.key(0), jnp.ones((2, 6, 16)))
