"""LeCun's variance is made for SELU; sixteen ReLU layers lose 1/256 of the signal with it."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(16):
    model.add(layers.Dense(64, activation="relu", kernel_initializer="lecun_normal"))  # expect: vanishing-gradient:warning
model.add(layers.Dense(10))
