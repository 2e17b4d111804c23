"""Keras's default before tanh and sigmoid."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(64, activation="tanh", kernel_initializer="glorot_normal"),
        layers.Dense(64, activation="sigmoid", kernel_initializer="orthogonal"),
        layers.Dense(1),
    ]
)
