"""Sums read and written digit by digit: an LSTM that reads, one that is scanned over what it writes."""
from typing import Any, Tuple

import flax.linen as nn
import jax
import jax.numpy as jnp


class DecoderCell(nn.Module):
    """One step of writing: the cell, and scores of the next character."""

    features: int
    vocabulary: int
    teacher_force: bool = True

    @nn.compact
    def __call__(self, carry: Tuple[Any, jax.Array], x: jax.Array):
        state, last = carry
        if not self.teacher_force:
            x = last
        state, y = nn.LSTMCell(features=self.features)(state, x)
        logits = nn.Dense(features=self.vocabulary)(y)
        return (state, jax.nn.one_hot(jnp.argmax(logits, -1), self.vocabulary)), logits


class Decoder(nn.Module):
    features: int
    vocabulary: int

    @nn.compact
    def __call__(self, state, inputs):
        scanned = nn.scan(
            DecoderCell, variable_broadcast="params", split_rngs={"params": False}, in_axes=1, out_axes=1
        )
        carry = (state, inputs[:, 0])
        _, logits = scanned(self.features, self.vocabulary)(carry, inputs)
        return logits


class Seq2seq(nn.Module):
    hidden: int = 128
    vocabulary: int = 15

    @nn.compact
    def __call__(self, encoder_inputs, decoder_inputs):
        state, _ = nn.RNN(nn.OptimizedLSTMCell(self.hidden), return_carry=True, name="encoder")(encoder_inputs)
        decoder = Decoder(self.hidden, self.vocabulary)
        return decoder(state, decoder_inputs[:, :-1])
