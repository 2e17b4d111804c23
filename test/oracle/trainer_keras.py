"""One backward pass of Keras models given as source, on JAX, in float32: its recurrent layers know no float64 there.

Standard input: a JSON list of {model, source, loss, tokens}, where the source defines `model`. One JSON line each, as
`trainer_models.py` prints them.
"""

import base64
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

BATCH = 5


def backward(case, seed):
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    names = {"keras": keras}
    exec(case["source"], names)  # noqa: S102 - our own sources
    model = names["model"]
    draw = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        # Biases and gains away from their special values.
        moved = np.asarray(weight.value) + 0.05 * draw.standard_normal(weight.shape)
        weight.assign(moved.astype("float32"))
    shape = (BATCH, *model.input_shape[1:])
    tokens = case.get("tokens")
    x = draw.integers(tokens, size=shape) if tokens else draw.standard_normal(shape).astype("float32")
    out_shape = (BATCH, *model.output_shape[1:])
    classes = case["loss"] == "ce"
    target = draw.integers(out_shape[-1], size=out_shape[:-1]) if classes else draw.standard_normal(out_shape).astype("float32")
    ends_in_softmax = case.get("probabilities", False)

    def judge(output):
        if not classes:
            return jnp.mean((output - target) ** 2)
        scores = jnp.log(output) if ends_in_softmax else jax.nn.log_softmax(output)
        return -jnp.mean(jnp.take_along_axis(scores, jnp.asarray(target)[..., None], -1))

    def loss(trainable):
        fixed = [v.value for v in model.non_trainable_variables]
        output, _ = model.stateless_call(trainable, fixed, x, training=True)
        return judge(output), output

    # A sequential model puts its own name first, once it is built of an Input.
    def name(v):
        return v.path.removeprefix(f"{model.name}/")

    values = [v.value for v in model.trainable_variables]
    (value, output), gradients = jax.value_and_grad(loss, has_aux=True)(values)
    return {
        "model": case["model"],
        "loss": case["loss"],
        "shape": list(shape[1:]),
        "batch": BATCH,
        "outputShape": list(out_shape),
        "inputs": pack(x),
        "target": pack(target),
        "value": float(value),
        "weights": {name(v): pack(v.value) for v in model.variables if "seed" not in v.path},
        "gradients": {name(v): pack(g) for v, g in zip(model.trainable_variables, gradients)},
        "outputGradient": pack(jax.grad(judge)(output)),
    }


def pack(values):
    """Little-endian float32, as base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


for index, case in enumerate(json.load(sys.stdin)):
    print(json.dumps(backward(case, index)), flush=True)
