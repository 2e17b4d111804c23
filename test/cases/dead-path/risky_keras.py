"""`gamma_initializer="zeros"` outside of a residual branch."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(32,)),
        layers.Dense(64, kernel_initializer="he_normal"),
        layers.BatchNormalization(gamma_initializer="zeros"),  # expect: dead-path:error
        layers.ReLU(),
        layers.Dense(10),
    ]
)
