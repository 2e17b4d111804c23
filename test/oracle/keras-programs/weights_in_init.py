# weights that a layer makes in its constructor
import keras
class Scale(keras.layers.Layer):
    def __init__(self, dim, init=0.5, **kw):
        super().__init__(**kw)
        self.w = self.add_weight(shape=(dim, 40), initializer="he_normal", name="w")
        self.b = self.add_weight(shape=(40,), initializer=keras.initializers.Constant(init), name="b")
        self.s = self.add_weight(shape=(), initializer="ones", name="s")
        self.c = self.add_weight(shape=(40,), name="c")
    def call(self, x):
        return keras.ops.matmul(x, self.w) * self.s + self.b + self.c
i = keras.Input((30,))
model = keras.Model(i, Scale(30)(i))
