"""Glorot before softmax."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.LayerNormalization(),
        layers.Dense(10, activation="softmax", kernel_initializer="glorot_normal"),
    ]
)
