"""RandomNormal with std 1 before tanh, as an object."""

from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.initializers import RandomNormal

model = keras.Sequential(
    [
        keras.Input(shape=(200,)),
        layers.Dense(128, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(mean=0.0, stddev=1.0)),  # expect: std-too-large:warning
        layers.Dense(128, activation="tanh", kernel_initializer=RandomNormal(0.0, 1.0)),  # expect: std-too-large:warning
        layers.Dense(10),
    ]
)
