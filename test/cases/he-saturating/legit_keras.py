"""Glorot before tanh, He before ReLU."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(32,)),
        layers.Dense(32, activation="tanh", kernel_initializer="glorot_normal"),
        layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
