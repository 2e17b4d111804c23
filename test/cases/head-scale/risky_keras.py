"""Softmax over an orthogonal head with a gain of 9."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
        layers.LayerNormalization(),
        layers.Dense(
            10,
            activation="softmax",
            kernel_initializer=keras.initializers.Orthogonal(gain=9.0),  # expect: head-scale:warning
        ),
    ]
)
