"""Keras's recurrent weights are orthogonal until somebody writes `random_normal`."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(120, 8)),
        layers.LSTM(64, recurrent_initializer="random_normal"),  # expect: recurrent-init:warning
        layers.Dense(1),
    ]
)
