"""Keras's defaults: orthogonal, and a forget gate of 1."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(200, 8)),
        layers.LSTM(64, return_sequences=True),
        layers.GRU(32),
        layers.Dense(1),
    ]
)
