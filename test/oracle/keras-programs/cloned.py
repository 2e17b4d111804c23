# a cloned functional model
import keras
from keras import layers
i = keras.Input((20,))
x = layers.Dense(50, kernel_initializer="he_normal")(i)
x = layers.BatchNormalization()(x)
base = keras.Model(i, layers.Dense(5)(x))
model = keras.models.clone_model(base)
