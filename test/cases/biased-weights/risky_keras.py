"""`RandomUniform(0, 1)` in Keras, three layers of 128."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([keras.Input(shape=(128,))])
for _ in range(3):
    model.add(
        layers.Dense(
            128,
            activation="relu",
            kernel_initializer=keras.initializers.RandomUniform(minval=0.0, maxval=1.0),  # expect: biased-weights:warning
        )
    )
model.add(layers.Dense(10))
