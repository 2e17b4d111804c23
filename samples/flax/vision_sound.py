"""Sound: an nnx residual network whose branches end in a zero norm gain, He before ReLU elsewhere, a zero head."""

import jax.numpy as jnp
from flax import nnx

he = nnx.initializers.he_normal()


class Branch(nnx.Module):
    def __init__(self, features: int, *, rngs: nnx.Rngs):
        self.conv1 = nnx.Conv(features, features, (3, 3), use_bias=False, kernel_init=he, rngs=rngs)
        self.norm1 = nnx.BatchNorm(features, rngs=rngs)
        self.conv2 = nnx.Conv(features, features, (3, 3), use_bias=False, kernel_init=he, rngs=rngs)
        self.norm2 = nnx.BatchNorm(features, scale_init=nnx.initializers.zeros_init(), rngs=rngs)

    def __call__(self, x):
        y = nnx.relu(self.norm1(self.conv1(x)))
        return nnx.relu(x + self.norm2(self.conv2(y)))


class ResNet(nnx.Module):
    def __init__(self, features: int = 32, depth: int = 4, classes: int = 10, *, rngs: nnx.Rngs):
        self.stem = nnx.Conv(3, features, (3, 3), kernel_init=he, rngs=rngs)
        self.branches = nnx.List([Branch(features, rngs=rngs) for _ in range(depth)])
        self.head = nnx.Linear(features, classes, kernel_init=nnx.initializers.zeros_init(), rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.stem(x))
        for branch in self.branches:
            x = branch(x)
        return self.head(jnp.mean(x, axis=(1, 2)))
