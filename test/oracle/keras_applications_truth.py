"""Builds models of keras.applications with random weights and prints a JSON object per line: every trained weight's path,
shape, mean and std, and the output shapes of its layers. The source of each is written as a user's file, below `out/`.

Arguments: names of builders; `--list` prints them all."""

import inspect
import json
import os
import sys

# The same initializers without a compilation per shape: seconds instead of minutes.
os.environ["KERAS_BACKEND"] = "numpy"

import keras  # noqa: E402
import numpy as np  # noqa: E402

folder = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../out/oracle/keras_applications_users"))


def names():
    return [
        name
        for name, builder in vars(keras.applications).items()
        if inspect.isfunction(builder) and "weights" in inspect.signature(builder).parameters
    ]


def describe(name):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    source = f"import keras\n\nmodel = keras.applications.{name}(weights=None)\n"
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{name}.py")
    with open(path, "w") as file:
        file.write(source)
    variables = {}
    exec(source, variables)  # noqa: S102 - our own source
    model = variables["model"]
    return {
        "name": name,
        "symbol": "model",
        "path": path,
        "arguments": {},
        "parameters": [parameter_of(weight) for layer in model._flatten_layers() for weight in layer._trainable_variables],
        "inputs": None,
        "outputs": outputs_of(model, ""),
    }


def parameter_of(weight):
    values = np.asarray(weight.value)
    return {
        "name": weight.path,
        "shape": list(weight.shape),
        "trainable": bool(weight.trainable),
        "mean": float(values.mean(dtype="float64")),
        "std": float(values.std(dtype="float64")),
    }


def outputs_of(model, prefix):
    """`[layer, shape]` for every call of a layer, in the model's order; layers of inner models below their model."""
    outputs = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            outputs += outputs_of(layer, f"{prefix}{layer.name}/")
            continue
        for node in layer._inbound_nodes:
            for tensor in node.output_tensors:
                outputs.append([f"{prefix}{layer.name}", list(tensor.shape)])
    return outputs


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    for name in wanted:
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
