"""VGG-16 as Keras users write it: every layer with Keras's default, `glorot_uniform` and zero biases."""

from keras import Sequential, layers

WIDTHS = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]


def vgg16():
    model = Sequential([layers.Input((224, 224, 3))])
    for width, count in WIDTHS:
        for _ in range(count):
            model.add(layers.Conv2D(width, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dense(1000, activation="softmax"))
    return model
