# convolutional LSTMs
import keras
from keras import layers
inp = layers.Input(shape=(4, 16, 16, 1))
x = layers.ConvLSTM2D(filters=16, kernel_size=(5, 5), padding="same", return_sequences=True, activation="relu")(inp)
x = layers.BatchNormalization()(x)
x = layers.ConvLSTM2D(filters=8, kernel_size=(3, 3), padding="same", return_sequences=False)(x)
x = layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x)
model = keras.Model(inp, x)
