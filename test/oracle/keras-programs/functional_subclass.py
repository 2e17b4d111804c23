# a model class that hands inputs and outputs to its base class
import keras
from keras import layers
class Autoencoder(keras.Model):
    def __init__(self, latent=16, **kwargs):
        inp = layers.Input((28, 28, 1))
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(inp)
        x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        z = layers.Dense(latent, name="z")(x)
        x = layers.Dense(7 * 7 * 64, activation="relu")(z)
        x = layers.Reshape((7, 7, 64))(x)
        x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(x)
        out = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(x)
        super().__init__(inputs=inp, outputs=out, **kwargs)
model = Autoencoder()
