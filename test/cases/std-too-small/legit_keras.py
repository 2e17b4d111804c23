"""N(0, 0.02) before normalization, and a small head."""

from tensorflow import keras
from tensorflow.keras import layers

init = keras.initializers.RandomNormal(stddev=0.02)
model = keras.Sequential(
    [
        keras.Input(shape=(32, 32, 3)),
        layers.Conv2D(64, 4, strides=2, padding="same", kernel_initializer=init),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Conv2D(128, 4, strides=2, padding="same", kernel_initializer=init),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Flatten(),
        layers.Dense(1, kernel_initializer=init),
    ]
)
