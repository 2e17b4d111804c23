# every mode, distribution and scale of variance scaling
import keras
from keras import initializers as I
i = keras.Input((100,))
outs = []
k = 0
for mode in ("fan_in", "fan_out", "fan_avg"):
    for dist in ("truncated_normal", "untruncated_normal", "uniform"):
        for scale in (1.0, 2.0, 0.3):
            outs.append(keras.layers.Dense(70, kernel_initializer=I.VarianceScaling(scale=scale, mode=mode, distribution=dist), name=f"d{k}")(i))
            k += 1
outs.append(keras.layers.Dense(100, kernel_initializer=I.Identity(gain=0.7), name="ident")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.OrthogonalInitializer(gain=2.0), name="orth")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.TruncatedNormal(stddev=0.2), name="tn")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.RandomUniform(), name="ru")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.RandomNormal(), name="rn")(i))
outs.append(keras.layers.Dense(70, kernel_initializer="identity" if False else "orthogonal", name="orth2")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.get({"class_name": "VarianceScaling", "config": {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}}), name="cfg")(i))
outs.append(keras.layers.Dense(70, kernel_initializer=I.get("he_uniform"), bias_initializer=I.get(I.Constant(0.3)), name="get")(i))
model = keras.Model(i, outs)
