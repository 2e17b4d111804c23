"""Constant kernels in all layers, as string, class and object."""

import tensorflow as tf
from tensorflow.keras import initializers, layers

model = tf.keras.Sequential()
model.add(tf.keras.Input(shape=(16,)))
model.add(layers.Dense(32, activation='tanh', kernel_initializer='ones'))  # expect: constant-init:error
model.add(layers.Dense(32, activation='tanh', kernel_initializer=initializers.Constant(0.1)))  # expect: constant-init:error
model.add(layers.Dense(1, kernel_initializer=tf.keras.initializers.Constant(value=0.5)))
model.compile(loss='mse')
