"""Variance scaling with twice He's variance: √2 per layer, sixteen layers."""

from tensorflow import keras
from tensorflow.keras import initializers, layers

model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(16):
    model.add(
        layers.Dense(
            64,
            activation="relu",
            kernel_initializer=initializers.VarianceScaling(scale=4.0),  # expect: exploding-gradient:warning
        )
    )
model.add(layers.Dense(10))
