# residual blocks as models in a model
import keras
from keras import layers
class ResBlock(keras.Model):
    def __init__(self, filters, downsample):
        super().__init__()
        strides = 2 if downsample else 1
        self.conv1 = layers.Conv2D(filters, 3, strides, padding="same", kernel_initializer="he_normal")
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")
        self.bn2 = layers.BatchNormalization()
        if downsample:
            self.shortcut = keras.Sequential([layers.Conv2D(filters, 1, strides), layers.BatchNormalization()])
        else:
            self.shortcut = keras.Sequential()
    def call(self, x):
        y = keras.activations.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return keras.ops.relu(y + self.shortcut(x)) if len(self.shortcut.layers) else keras.ops.relu(y + x)
class ResNet18(keras.Model):
    def __init__(self, outputs=10):
        super().__init__()
        self.stem = keras.Sequential([layers.Conv2D(16, 7, 2, padding="same"), layers.BatchNormalization(), layers.ReLU()])
        self.stages = [ResBlock(f, d) for f, d in [(16, False), (32, True), (32, False)]]
        self.gap = layers.GlobalAveragePooling2D()
        self.fc = layers.Dense(outputs, activation="softmax")
    def call(self, x):
        x = self.stem(x)
        for s in self.stages:
            x = s(x)
        return self.fc(self.gap(x))
model = ResNet18()
model.build((None, 32, 32, 3))
input_shape = (None, 32, 32, 3)
