"""A vision transformer in nnx, its attention written out."""
import jax
import jax.numpy as jnp
from flax import nnx

trunc_normal = jax.nn.initializers.truncated_normal(stddev=0.02)


class Attention(nnx.Module):
    def __init__(self, width: int, heads: int, *, rngs: nnx.Rngs):
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nnx.Linear(width, 3 * width, kernel_init=trunc_normal, rngs=rngs)
        self.proj = nnx.Linear(width, width, kernel_init=trunc_normal, rngs=rngs)

    def __call__(self, x):
        b, n, d = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads)
        q, k, v = jnp.transpose(qkv, (2, 0, 3, 1, 4))
        weights = nnx.softmax(q @ jnp.swapaxes(k, -2, -1) * self.scale, axis=-1)
        y = jnp.transpose(weights @ v, (0, 2, 1, 3)).reshape(b, n, d)
        return self.proj(y)


class EncoderLayer(nnx.Module):
    def __init__(self, width: int, heads: int, hidden: int, *, rngs: nnx.Rngs):
        self.norm1 = nnx.LayerNorm(width, epsilon=1e-6, rngs=rngs)
        self.attention = Attention(width, heads, rngs=rngs)
        self.norm2 = nnx.LayerNorm(width, epsilon=1e-6, rngs=rngs)
        self.mlp = nnx.Sequential(
            nnx.Linear(width, hidden, kernel_init=trunc_normal, rngs=rngs),
            nnx.gelu,
            nnx.Linear(hidden, width, kernel_init=trunc_normal, rngs=rngs),
        )
        self.scale = nnx.Param(jnp.full((width,), 1e-4))

    def __call__(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.scale * self.mlp(self.norm2(x))


class VisionTransformer(nnx.Module):
    def __init__(
        self,
        image: int = 32,
        patch: int = 4,
        width: int = 96,
        depth: int = 4,
        heads: int = 3,
        classes: int = 10,
        *,
        rngs: nnx.Rngs,
    ):
        count = (image // patch) ** 2
        self.patches = nnx.Conv(
            3, width, kernel_size=(patch, patch), strides=(patch, patch), padding="VALID", rngs=rngs
        )
        self.token = nnx.Param(jnp.zeros((1, 1, width)))
        self.positions = nnx.Param(trunc_normal(rngs.params(), (1, count + 1, width)))
        self.layers = nnx.List([EncoderLayer(width, heads, 4 * width, rngs=rngs) for _ in range(depth)])
        self.norm = nnx.LayerNorm(width, rngs=rngs)
        self.head = nnx.Linear(width, classes, kernel_init=nnx.initializers.zeros_init(), rngs=rngs)

    def __call__(self, images):
        x = self.patches(images)
        x = x.reshape(x.shape[0], -1, x.shape[-1])
        token = jnp.broadcast_to(self.token[...], (x.shape[0], 1, x.shape[-1]))
        x = jnp.concatenate([token, x], axis=1) + self.positions
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x[:, 0]))
