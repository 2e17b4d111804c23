"""Glorot written out in a deep ReLU stack."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(18):
    model.add(layers.Dense(64, activation="relu", kernel_initializer="glorot_uniform"))  # expect: xavier-relu:warning
model.add(layers.Dense(10))
