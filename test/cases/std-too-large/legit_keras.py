"""RandomNormal's default std is 0.05; an embedding may be as wide as it likes."""

import tensorflow as tf
from tensorflow.keras import layers

model = tf.keras.Sequential(
    [
        tf.keras.Input(shape=(12,)),
        layers.Embedding(500, 32, embeddings_initializer=tf.keras.initializers.RandomNormal(stddev=1.0)),
        layers.GlobalAveragePooling1D(),
        layers.Dense(64, activation="relu", kernel_initializer=tf.initializers.RandomNormal()),
        layers.Dense(64, activation="relu", kernel_initializer="random_normal"),
        layers.Dense(3),
    ]
)
