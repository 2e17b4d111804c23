"""He before tanh in Keras."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(32,))])
for _ in range(10):
    model.add(layers.Dense(32, activation="tanh", kernel_initializer="he_normal"))  # expect: he-saturating:information
model.add(layers.Dense(1))
