"""Sentiment of sentences: embedding, an LSTM in both directions, attention over words."""
from typing import Callable

import flax.linen as nn
import jax.numpy as jnp


class WordEmbedder(nn.Module):
    vocabulary: int
    width: int
    init: Callable = nn.initializers.normal(stddev=0.1)

    def setup(self):
        self.embedding = self.param("embedding", self.init, (self.vocabulary, self.width))

    def __call__(self, tokens):
        return jnp.take(self.embedding, tokens, axis=0)


class MLP(nn.Module):
    hidden: int
    outputs: int
    activation: Callable = nn.tanh

    def setup(self):
        self.dense1 = nn.Dense(self.hidden)
        self.dense2 = nn.Dense(self.outputs, use_bias=False)

    def __call__(self, x, deterministic: bool = True):
        return self.dense2(self.activation(self.dense1(x)))


class Attention(nn.Module):
    hidden: int

    @nn.compact
    def __call__(self, sequence):
        keys = nn.Dense(self.hidden, name="keys", use_bias=False)(sequence)
        query = self.param("query", nn.initializers.lecun_normal(), (self.hidden, 1))
        scores = nn.softmax(jnp.tanh(keys) @ query, axis=1)
        return jnp.sum(scores * sequence, axis=1)


class TextClassifier(nn.Module):
    vocabulary: int = 2000
    width: int = 64
    hidden: int = 48
    classes: int = 2

    def setup(self):
        self.embedder = WordEmbedder(self.vocabulary, self.width)
        self.encoder = nn.Bidirectional(nn.RNN(nn.LSTMCell(self.hidden)), nn.RNN(nn.LSTMCell(self.hidden)))
        self.second = nn.RNN(nn.GRUCell(self.hidden, recurrent_kernel_init=nn.initializers.orthogonal(0.5)))
        self.attention = Attention(32)
        self.classifier = MLP(self.hidden, self.classes)
        self.dropout = nn.Dropout(0.3)

    def __call__(self, tokens, deterministic: bool = True):
        x = self.dropout(self.embedder(tokens), deterministic=deterministic)
        x = self.second(self.encoder(x))
        return self.classifier(self.attention(x), deterministic=deterministic)
