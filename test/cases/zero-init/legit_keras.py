"""Keras: zero biases, a zero head, a residual branch that ends in zeros, a norm gain at zero."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32,))
x = layers.Dense(64, activation="relu", bias_initializer="zeros", kernel_initializer="he_normal")(inputs)
branch = layers.Dense(64, activation="relu", kernel_initializer="he_normal")(x)
branch = layers.Dense(64, kernel_initializer="zeros")(branch)
x = layers.Add()([x, branch])
side = layers.Dense(64, kernel_initializer="he_normal")(x)
side = layers.BatchNormalization(gamma_initializer="zeros")(side)
x = layers.add([x, side])
outputs = layers.Dense(10, kernel_initializer="zeros")(x)
model = keras.Model(inputs, outputs)
