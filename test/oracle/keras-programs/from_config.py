# a model from the configuration of another
import keras
from keras import layers
base = keras.Sequential([keras.Input((20,)), layers.Dense(50, kernel_initializer="he_normal", activation="relu", name="a"), layers.Dense(30, kernel_initializer="zeros", name="b")])
model = keras.Sequential.from_config(base.get_config())
