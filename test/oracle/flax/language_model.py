"""A decoder-only language model in nnx."""
import dataclasses

import jax
import jax.numpy as jnp
from flax import nnx


@dataclasses.dataclass
class Config:
    vocab_size: int = 512
    width: int = 96
    heads: int = 6
    layers: int = 3
    length: int = 48
    hidden: int = 384
    dropout: float = 0.1


class Mlp(nnx.Module):
    def __init__(self, config: Config, *, rngs: nnx.Rngs):
        self.up = nnx.Linear(config.width, config.hidden, kernel_init=nnx.initializers.normal(0.02), rngs=rngs)
        self.down = nnx.Linear(
            config.hidden,
            config.width,
            kernel_init=nnx.initializers.normal(0.02 / (2 * config.layers) ** 0.5),
            rngs=rngs,
        )
        self.dropout = nnx.Dropout(config.dropout, rngs=rngs)

    def __call__(self, x):
        return self.dropout(self.down(nnx.gelu(self.up(x))))


class Block(nnx.Module):
    def __init__(self, config: Config, *, rngs: nnx.Rngs):
        self.norm1 = nnx.LayerNorm(config.width, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(
            num_heads=config.heads,
            in_features=config.width,
            qkv_features=config.width,
            kernel_init=nnx.initializers.xavier_uniform(),
            dropout_rate=config.dropout,
            use_bias=False,
            decode=False,
            rngs=rngs,
        )
        self.norm2 = nnx.LayerNorm(config.width, use_bias=False, rngs=rngs)
        self.mlp = Mlp(config, rngs=rngs)

    def __call__(self, x, mask=None):
        x = x + self.attention(self.norm1(x), mask=mask)
        return x + self.mlp(self.norm2(x))


class LanguageModel(nnx.Module):
    def __init__(self, config: Config, *, rngs: nnx.Rngs):
        self.config = config
        self.tokens = nnx.Embed(
            config.vocab_size, config.width, embedding_init=nnx.initializers.normal(0.02), rngs=rngs
        )
        self.positions = nnx.Param(0.01 * jax.random.normal(rngs.params(), (1, config.length, config.width)))
        self.blocks = nnx.List([Block(config, rngs=rngs) for _ in range(config.layers)])
        self.norm = nnx.RMSNorm(config.width, rngs=rngs)
        self.head = nnx.Linear(config.width, config.vocab_size, use_bias=False, rngs=rngs)

    def __call__(self, tokens):
        length = tokens.shape[1]
        x = self.tokens(tokens) + self.positions[:, :length, :]
        mask = nnx.make_causal_mask(jnp.ones((1, length)))
        for block in self.blocks:
            x = block(x, mask=mask)
        return self.head(self.norm(x))


def small(rngs=None):
    return LanguageModel(Config(), rngs=nnx.Rngs(0))
