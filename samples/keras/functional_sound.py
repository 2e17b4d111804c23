"""Sound: He before ReLU, a residual add, a linear head with the framework's default."""

from tensorflow import keras
from tensorflow.keras import layers


def build_model(width=64, num_classes=10):
    inputs = keras.Input(shape=(32,))
    x = layers.Dense(width, activation="relu", kernel_initializer="he_normal")(inputs)
    branch = layers.Dense(width, activation="relu", kernel_initializer="he_normal")(x)
    branch = layers.Dense(width, kernel_initializer="zeros")(branch)
    x = layers.add([x, branch])
    x = layers.LayerNormalization()(x)
    outputs = layers.Dense(num_classes)(x)
    return keras.Model(inputs, outputs)


model = build_model()
