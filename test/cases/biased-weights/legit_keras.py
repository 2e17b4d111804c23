"""Keras's `random_uniform` is U(-0.05, 0.05) as long as nobody gives bounds."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
model.add(layers.Dense(64, activation="relu", kernel_initializer="random_uniform"))
model.add(layers.Dense(10))
