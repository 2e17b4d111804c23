"""Four steps: nothing to forget."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(4, 8)),
        layers.GRU(64, recurrent_initializer="glorot_uniform"),
        layers.Dense(1),
    ]
)
