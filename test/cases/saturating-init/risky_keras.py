"""Orthogonal with a gain of 12 before tanh."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(64, activation="tanh", kernel_initializer=keras.initializers.Orthogonal(gain=12.0)),  # expect: saturating-init:warning
        layers.Dense(1),
    ]
)
