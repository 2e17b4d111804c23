"""A zero gain that ends a residual branch in Keras."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32,))
x = layers.Dense(32, activation="relu", kernel_initializer="he_normal")(inputs)
branch = layers.Dense(32, kernel_initializer="he_normal")(x)
branch = layers.BatchNormalization(gamma_initializer="zeros")(branch)
x = layers.ReLU()(layers.Add()([x, branch]))
model = keras.Model(inputs, layers.Dense(10)(x))
