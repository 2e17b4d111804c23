"""As an object with a seed, functional."""

import keras
from keras import layers

inputs = keras.Input((48,))
x = inputs
for i in range(18):
    x = layers.Dense(48, activation='relu', kernel_initializer=keras.initializers.GlorotNormal(seed=i))(x)  # expect: xavier-relu:warning
outputs = layers.Dense(2, activation='softmax')(x)
model = keras.Model(inputs, outputs)
