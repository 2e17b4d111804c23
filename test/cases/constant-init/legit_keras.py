"""Constants where they belong: biases, gains, a head."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(16,)),
        layers.Dense(32, activation="relu", bias_initializer=keras.initializers.Constant(0.1)),
        layers.LayerNormalization(gamma_initializer="ones"),
        layers.Dense(1, activation="sigmoid", bias_initializer=keras.initializers.Constant(-4.6)),
    ]
)
