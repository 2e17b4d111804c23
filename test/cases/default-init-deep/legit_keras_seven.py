"""A stack of seven under Keras's default: half of the variance per layer, not worth a word."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(7):
    model.add(layers.Dense(64, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
