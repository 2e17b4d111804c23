# a model of the outputs of another's layers
import keras
from keras import layers
base = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(8, 3, name="c1", activation="relu"), layers.Conv2D(12, 3, name="c2"), layers.Flatten(name="f"), layers.Dense(7, name="d")])
model = keras.Model(inputs=base.inputs, outputs=[base.get_layer("c2").output, base.layers[0].output])
