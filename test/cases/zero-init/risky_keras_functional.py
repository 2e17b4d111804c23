"""The functional way, with the class imported by name."""

import keras
from keras import layers
from keras.initializers import Zeros


def make_model():
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation='relu')(inputs)
    x = layers.Conv2D(8, 3, activation='relu', kernel_initializer=Zeros())(x)  # expect: zero-init:error
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10, activation='softmax')(x)
    return keras.Model(inputs, outputs)
