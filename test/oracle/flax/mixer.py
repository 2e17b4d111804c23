"""MLP-Mixer: one block under another, rematerialized."""
from typing import Optional

import flax.linen as nn
import jax.numpy as jnp
from jax.nn import initializers


class MlpBlock(nn.Module):
    hidden: int

    @nn.compact
    def __call__(self, x):
        y = nn.Dense(self.hidden, kernel_init=initializers.variance_scaling(2.0, "fan_out", "normal"))(x)
        y = nn.gelu(y, approximate=False)
        return nn.Dense(x.shape[-1])(y)


class MixerBlock(nn.Module):
    tokens: int
    channels: int

    @nn.compact
    def __call__(self, x):
        y = nn.LayerNorm()(x)
        y = jnp.swapaxes(y, 1, 2)
        y = MlpBlock(self.tokens, name="token_mixing")(y)
        y = jnp.swapaxes(y, 1, 2)
        x = x + y
        y = nn.LayerNorm()(x)
        gain = self.param("gain", nn.initializers.constant(0.1), (x.shape[-1],))
        return x + gain * MlpBlock(self.channels, name="channel_mixing")(y)


class MlpMixer(nn.Module):
    classes: Optional[int] = 10
    patch: int = 4
    blocks: int = 4
    width: int = 96
    tokens: int = 64
    channels: int = 384

    @nn.compact
    def __call__(self, images):
        x = nn.Conv(self.width, (self.patch, self.patch), strides=(self.patch, self.patch), name="stem")(images)
        n, h, w, c = x.shape
        x = jnp.reshape(x, [n, h * w, c])
        block = nn.remat(MixerBlock)
        for _ in range(self.blocks):
            x = block(self.tokens, self.channels)(x)
        x = nn.LayerNorm(name="pre_head_layer_norm")(x)
        x = jnp.mean(x, axis=1)
        if self.classes:
            x = nn.Dense(self.classes, kernel_init=nn.initializers.zeros, name="head")(x)
        return x
