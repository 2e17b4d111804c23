"""Zero biases before ReLU, a positive one on the head."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(32,)),
        layers.Dense(64, activation="relu", kernel_initializer="he_normal", bias_initializer="zeros"),
        layers.Dense(1, bias_initializer=keras.initializers.Constant(-2.0)),
    ]
)
