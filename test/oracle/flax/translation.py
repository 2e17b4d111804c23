"""A transformer that reads one language and writes another, in the manner of Flax's WMT example."""
from typing import Any, Callable, Optional

import flax.linen as nn
import jax.numpy as jnp
import numpy as np
from flax import struct


@struct.dataclass
class TransformerConfig:
    vocab_size: int = 1024
    share_embeddings: bool = True
    emb_dim: int = 128
    num_heads: int = 4
    num_layers: int = 2
    qkv_dim: int = 128
    mlp_dim: int = 512
    max_len: int = 64
    dropout_rate: float = 0.1
    attention_dropout_rate: float = 0.1
    deterministic: bool = False
    decode: bool = False
    dtype: Any = jnp.float32
    kernel_init: Callable = nn.initializers.xavier_uniform()
    bias_init: Callable = nn.initializers.normal(stddev=1e-6)
    posemb_init: Optional[Callable] = None


def sinusoidal_init(max_len=2048, min_scale=1.0, max_scale=10000.0):
    def init(key, shape, dtype=np.float32):
        del key, dtype
        features = shape[-1]
        table = np.zeros((max_len, features), dtype=np.float32)
        position = np.arange(0, max_len)[:, np.newaxis]
        factor = -np.log(max_scale / min_scale) / (features // 2 - 1)
        scale = min_scale * np.exp(np.arange(0, features // 2) * factor)
        table[:, : features // 2] = np.sin(position * scale)
        table[:, features // 2 : 2 * (features // 2)] = np.cos(position * scale)
        return jnp.array(table[np.newaxis, :, :])

    return init


def shift_right(x, axis=1):
    pads = [(0, 0)] * len(x.shape)
    pads[axis] = (1, 0)
    padded = jnp.pad(x, pads, mode="constant", constant_values=0)
    return padded[:, :-1]


class AddPositions(nn.Module):
    config: TransformerConfig
    decode: bool = False

    @nn.compact
    def __call__(self, inputs):
        config = self.config
        length = inputs.shape[1]
        shape = (1, config.max_len, inputs.shape[-1])
        if config.posemb_init is None:
            table = sinusoidal_init(max_len=config.max_len)(None, shape, None)
        else:
            table = self.param("pos_embedding", config.posemb_init, shape)
        return inputs + table[:, :length, :]


class MlpBlock(nn.Module):
    config: TransformerConfig
    out_dim: Optional[int] = None

    @nn.compact
    def __call__(self, inputs):
        config = self.config
        width = inputs.shape[-1] if self.out_dim is None else self.out_dim
        x = nn.Dense(config.mlp_dim, dtype=config.dtype, kernel_init=config.kernel_init, bias_init=config.bias_init)(
            inputs
        )
        x = nn.relu(x)
        x = nn.Dropout(rate=config.dropout_rate)(x, deterministic=config.deterministic)
        x = nn.Dense(width, dtype=config.dtype, kernel_init=config.kernel_init, bias_init=config.bias_init)(x)
        return nn.Dropout(rate=config.dropout_rate)(x, deterministic=config.deterministic)


class EncoderBlock(nn.Module):
    config: TransformerConfig

    @nn.compact
    def __call__(self, inputs, mask=None):
        config = self.config
        x = nn.LayerNorm(dtype=config.dtype)(inputs)
        x = nn.MultiHeadDotProductAttention(
            num_heads=config.num_heads,
            dtype=config.dtype,
            qkv_features=config.qkv_dim,
            kernel_init=config.kernel_init,
            bias_init=config.bias_init,
            use_bias=False,
            broadcast_dropout=False,
            dropout_rate=config.attention_dropout_rate,
            deterministic=config.deterministic,
        )(x, mask=mask)
        x = nn.Dropout(rate=config.dropout_rate)(x, deterministic=config.deterministic)
        x = x + inputs
        y = nn.LayerNorm(dtype=config.dtype)(x)
        return x + MlpBlock(config=config)(y)


class DecoderBlock(nn.Module):
    config: TransformerConfig

    @nn.compact
    def __call__(self, targets, encoded, decoder_mask=None, cross_mask=None):
        config = self.config
        attention = dict(
            num_heads=config.num_heads,
            dtype=config.dtype,
            qkv_features=config.qkv_dim,
            kernel_init=config.kernel_init,
            bias_init=config.bias_init,
            use_bias=False,
            broadcast_dropout=False,
            dropout_rate=config.attention_dropout_rate,
            deterministic=config.deterministic,
        )
        x = nn.LayerNorm(dtype=config.dtype)(targets)
        x = nn.MultiHeadDotProductAttention(**attention, decode=config.decode)(x, mask=decoder_mask)
        x = nn.Dropout(rate=config.dropout_rate)(x, deterministic=config.deterministic)
        x = x + targets
        y = nn.LayerNorm(dtype=config.dtype)(x)
        y = nn.MultiHeadDotProductAttention(**attention)(y, encoded, mask=cross_mask)
        y = nn.Dropout(rate=config.dropout_rate)(y, deterministic=config.deterministic)
        y = y + x
        z = nn.LayerNorm(dtype=config.dtype)(y)
        return y + MlpBlock(config=config)(z)


class Encoder(nn.Module):
    config: TransformerConfig
    shared_embedding: Any = None

    @nn.compact
    def __call__(self, inputs, mask=None):
        config = self.config
        embed = self.shared_embedding
        if embed is None:
            embed = nn.Embed(config.vocab_size, config.emb_dim, embedding_init=nn.initializers.normal(stddev=1.0))
        x = embed(inputs.astype("int32"))
        x = AddPositions(config=config, name="posembed_input")(x)
        x = nn.Dropout(rate=config.dropout_rate)(x, deterministic=config.deterministic)
        for layer in range(config.num_layers):
            x = EncoderBlock(config=config, name=f"encoderblock_{layer}")(x, mask)
        return nn.LayerNorm(dtype=config.dtype, name="encoder_norm")(x)


class Decoder(nn.Module):
    config: TransformerConfig
    shared_embedding: Any = None

    @nn.compact
    def __call__(self, encoded, targets, decoder_mask=None, cross_mask=None):
        config = self.config
        embed = self.shared_embedding
        y = shift_right(targets.astype("int32"))
        y = embed(y)
        y = AddPositions(config=config, decode=config.decode, name="posembed_output")(y)
        y = nn.Dropout(rate=config.dropout_rate)(y, deterministic=config.deterministic)
        for layer in range(config.num_layers):
            y = DecoderBlock(config=config, name=f"encoderdecoderblock_{layer}")(
                y, encoded, decoder_mask=decoder_mask, cross_mask=cross_mask
            )
        y = nn.LayerNorm(dtype=config.dtype, name="encoderdecoder_norm")(y)
        logits = embed.attend(y.astype(jnp.float32))
        return logits / jnp.sqrt(y.shape[-1])


class Transformer(nn.Module):
    config: TransformerConfig

    def setup(self):
        config = self.config
        self.shared_embedding = nn.Embed(
            num_embeddings=config.vocab_size,
            features=config.emb_dim,
            embedding_init=nn.initializers.normal(stddev=1.0),
        )
        self.encoder = Encoder(config=config, shared_embedding=self.shared_embedding)
        self.decoder = Decoder(config=config, shared_embedding=self.shared_embedding)

    def encode(self, inputs):
        mask = nn.make_attention_mask(inputs > 0, inputs > 0, dtype=self.config.dtype)
        return self.encoder(inputs, mask)

    def decode(self, encoded, inputs, targets):
        config = self.config
        decoder_mask = nn.combine_masks(
            nn.make_attention_mask(targets > 0, targets > 0, dtype=config.dtype),
            nn.make_causal_mask(targets, dtype=config.dtype),
        )
        cross_mask = nn.make_attention_mask(targets > 0, inputs > 0, dtype=config.dtype)
        return self.decoder(encoded, targets, decoder_mask, cross_mask)

    def __call__(self, inputs, targets):
        return self.decode(self.encode(inputs), inputs, targets)


def transformer():
    return Transformer(TransformerConfig())


def learned_positions():
    return Transformer(TransformerConfig(posemb_init=nn.initializers.normal(stddev=0.02), num_layers=1))
