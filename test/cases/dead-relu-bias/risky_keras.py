"""`Constant(-6)` as the bias of a ReLU layer."""

from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(32,)),
        layers.Dense(
            64,
            activation="relu",
            kernel_initializer="he_normal",
            bias_initializer=keras.initializers.Constant(-6.0),  # expect: dead-relu-bias:warning
        ),
        layers.Dense(10),
    ]
)
