"""A bottleneck branch in Keras with zeros in both of its layers."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32,))
x = layers.Dense(32, activation="relu", kernel_initializer="he_normal")(inputs)
branch = layers.Dense(
    4,
    use_bias=False,
    kernel_initializer="zeros",  # expect: dead-zero-product:error
)(x)
branch = layers.Dense(32, use_bias=False, kernel_initializer="zeros")(branch)
x = layers.Add()([x, branch])
model = keras.Model(inputs, layers.Dense(5)(x))
