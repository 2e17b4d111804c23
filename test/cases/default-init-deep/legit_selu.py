"""Twenty SELU layers under Keras's lecun_normal: normalizes itself."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(20):
    model.add(layers.Dense(64, activation="selu", kernel_initializer="lecun_normal"))
model.add(layers.Dense(10))
