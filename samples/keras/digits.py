"""Two initializers that hurt, one given as a string, one as an object."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu", kernel_initializer="he_normal"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu", kernel_initializer="zeros"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="tanh", kernel_initializer=keras.initializers.RandomNormal(stddev=1.0)),
        layers.Dense(10),
    ]
)
model.compile(optimizer="sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
