"""Builds Keras models from source and prints what their weights really start with.

Standard input: a JSON list of sources that define `model` (and `input_shape` with batch where the model does not know it).
One JSON line each: weights (path, shape, trainable, values of some builds) and output shapes of the layers.
"""

import json
import os
import sys

# The same initializers without a compilation per shape.
os.environ["KERAS_BACKEND"] = "numpy"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402


def build(source):
    keras.utils.clear_session()
    names = {"keras": keras}
    exec(source, names)  # noqa: S102 - our own sources
    model = names["model"]
    # Keras gives up where a layer's shapes cannot be inferred without a call.
    if "input_shape" in names:
        model(np.zeros([1 if size is None else size for size in names["input_shape"]], "float32"))
    return model


def shape_of(layer):
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):
        return None
    return [None if size is None else int(size) for size in shape]


for source in json.load(sys.stdin):
    model = build(source)
    weights = [
        {
            "name": weight.path,
            "shape": [int(size) for size in weight.shape],
            "trainable": bool(weight.trainable),
            "mean": float(np.mean(weight.numpy(), dtype="float64")),
            "std": float(np.std(weight.numpy(), dtype="float64")),
        }
        # Moving averages and seeds are weights too, but nothing that is trained. A wrapper lists its layer's again.
        for weight in {id(w): w for layer in model._flatten_layers() for w in layer._trainable_variables}.values()
    ]
    layers = [{"name": layer.name, "outputShape": shape_of(layer)} for layer in model.layers]
    print(json.dumps({"weights": weights, "layers": layers}), flush=True)
