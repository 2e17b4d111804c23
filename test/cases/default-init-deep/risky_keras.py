"""Glorot is Keras's default: twelve ReLU layers keep 1/64 of the signal, thirty 3e-5."""

from tensorflow import keras
from tensorflow.keras import layers


def build(depth=12):  # expect: default-init-deep:information
    inputs = keras.Input(shape=(48,))
    x = inputs
    for _ in range(depth):
        x = layers.Dense(48, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(3)(x))


def build_deeper(depth=30):  # expect: default-init-deep:warning
    inputs = keras.Input(shape=(48,))
    x = inputs
    for _ in range(depth):
        x = layers.Dense(48, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(3)(x))
