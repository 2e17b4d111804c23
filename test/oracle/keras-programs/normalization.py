# normalization of every kind
import keras
from keras import layers
i = keras.Input((8, 8, 12))
x = layers.GroupNormalization(4)(i)
x = layers.UnitNormalization()(x)
x = layers.SpectralNormalization(layers.Conv2D(16, 3))(x)
x = layers.LayerNormalization(rms_scaling=False, center=False)(x)
x = layers.BatchNormalization(momentum=0.9, gamma_initializer=keras.initializers.RandomNormal(1.0, 0.02))(x)
x = layers.RMSNormalization()(x)
x = layers.Flatten()(x)
x = layers.SpectralNormalization(layers.Dense(10))(x)
model = keras.Model(i, x)
