"""Zeros in hidden Keras layers: as a string and as an object."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(20,)),
        layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(64, activation="relu", kernel_initializer="zeros"),  # expect: zero-init:error
        layers.Dense(64, activation="relu", kernel_initializer=keras.initializers.Zeros()),  # expect: zero-init:error
        layers.Dense(10),
    ]
)
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
