"""Keras's embeddings are U(-0.05, 0.05), tokens and positions alike."""

from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(32,), dtype="int32")
x = layers.Embedding(1000, 64)(inputs)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
