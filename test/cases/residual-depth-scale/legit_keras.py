"""Six residual blocks in Keras, normalized in the branch."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32,))
x = inputs
for _ in range(12):
    branch = layers.LayerNormalization()(x)
    branch = layers.Dense(32, activation="relu", kernel_initializer="he_normal")(branch)
    branch = layers.Dense(32)(branch)
    x = layers.Add()([x, branch])
model = keras.Model(inputs, layers.Dense(4)(x))
