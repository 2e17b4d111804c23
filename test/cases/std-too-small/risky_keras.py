"""A tiny std in a plain Keras stack."""

from tensorflow import keras
from tensorflow.keras import layers

tiny = keras.initializers.RandomNormal(stddev=0.001)
model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(64, activation="relu", kernel_initializer=tiny),  # expect: std-too-small:warning
        layers.Dense(64, activation="relu", kernel_initializer=tiny),  # expect: std-too-small:warning
        layers.Dense(64, activation="relu", kernel_initializer=tiny),  # expect: std-too-small:warning
        layers.Dense(10),
    ]
)
