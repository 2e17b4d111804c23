# layers from configurations
import keras
from keras import layers
cfg = {"units": 40, "kernel_initializer": {"class_name": "HeUniform", "config": {"seed": None}}, "name": "q"}
i = keras.Input((20,))
x = layers.Dense.from_config(cfg)(i)
x = layers.Dense(**{"units": 10, "activation": "relu"})(x)
d = layers.Dense(12, kernel_initializer="he_normal", name="orig")
x = d(x)
x = layers.Dense.from_config({**d.get_config(), "name": "copy"})(x)
model = keras.Model(i, x)
