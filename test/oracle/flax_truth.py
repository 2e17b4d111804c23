"""Builds the models of `flax/` with Flax itself: a line of JSON per model, `--list` prints their names."""
import importlib
import json
import os
import pathlib
import sys

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from flax import nnx
from flax.traverse_util import flatten_dict

folder = pathlib.Path(__file__).resolve().parent / "flax"
sys.path.insert(0, str(folder))

# name: file, symbol, input shapes, whether they are whole numbers.
models = {
    "cnn": ("cnn", "CNN", [[1, 28, 28, 1]], False),
    "resnet18": ("resnet", "resnet18", [[2, 64, 64, 3]], False),
    "resnet50": ("resnet", "resnet50", [[2, 64, 64, 3]], False),
    "vae": ("vae", "VAE", [[2, 784]], False),
    "seq2seq": ("seq2seq", "Seq2seq", [[2, 8, 15], [2, 5, 15]], False),
    "translation": ("translation", "transformer", [[2, 16], [2, 12]], True),
    "translation_learned": ("translation", "learned_positions", [[2, 16], [2, 12]], True),
    "language_model": ("language_model", "small", [[2, 32]], True),
    "actor_critic": ("actor_critic", "ActorCritic", [[1, 84, 84, 4]], False),
    "mixer": ("mixer", "MlpMixer", [[2, 32, 32, 3]], False),
    "vit": ("vit", "VisionTransformer", [[2, 32, 32, 3]], False),
    "text_classifier": ("text_classifier", "TextClassifier", [[2, 20]], True),
    "graph_net": ("graph_net", "GraphNet", [[2, 9, 7], [2, 9, 9]], False),
    "names_compact": ("names", "Compact", [[2, 5]], False),
    "names_setup": ("names", "Setup", [[2, 5]], False),
    "names_transformed": ("names", "Transformed", [[2, 5]], False),
    "names_parameters": ("names", "Parameters", [[2, 32]], False),
    "names_recurrent": ("names", "Recurrent", [[2, 6, 5]], False),
    "names_recurrent_setup": ("names", "RecurrentSetup", [[2, 6, 5]], False),
    "names_layers": ("names", "Layers", [[2, 5, 4, 7]], False),
    "names_sequential": ("names", "sequential", [[2, 5]], False),
    "draws_dense": ("draws", "Dense", [[2, 64]], False),
    "draws_conv": ("draws", "Conv", [[2, 8, 8, 24]], False),
    "draws_nnx": ("draws", "Nnx", [[2, 9]], True),
    "draws_nnx_layers": ("draws", "NnxLayers", [[2, 9, 12]], False),
}


def parameter(name, value):
    array = np.asarray(value, dtype=np.float64)
    return {
        "name": name,
        "shape": list(array.shape),
        "trainable": True,
        "mean": float(array.mean()),
        "std": float(array.std()),
    }


def build_linen(model, inputs):
    outputs = []
    running = []

    def watch(next_fun, args, kwargs, context):
        module = context.module
        running.append(module)
        try:
            result = next_fun(*args, **kwargs)
        finally:
            running.pop()
        # A layer that is derived from another calls that one's method.
        if running and running[-1] is module:
            return result
        own = type(module).__module__.startswith("flax.linen")
        inner = type(module.parent).__module__.startswith("flax.linen") and not isinstance(module.parent, nn.Sequential)
        steps = isinstance(module, (nn.RNNCellBase, nn.RNN, nn.Bidirectional, nn.Sequential, nn.SpectralNorm, nn.WeightNorm))
        # Over several axes a layer is a dense one between two reshapes.
        steps = steps or (isinstance(module, nn.DenseGeneral) and isinstance(module.features, tuple))
        # A scanned module is called on one step, as often as the compiler likes.
        steps = steps or any(part.startswith("Scan") for part in module.path)
        if context.method_name == "__call__" and own and not inner and not steps and hasattr(result, "shape"):
            outputs.append(["/".join(module.path), list(result.shape)])
        return result

    keys = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
    # Compiled, the forward pass falls away: only the parameters are asked for.
    with nn.intercept_methods(watch):
        variables = jax.jit(lambda: nn.meta.unbox(model.init(keys, *inputs)["params"]))()
    flat = flatten_dict(variables, sep="/")
    return [parameter(name, value) for name, value in flat.items()], outputs


def build_nnx(model):
    state = nnx.to_flat_state(nnx.state(model, nnx.Param))
    return [parameter(".".join(str(part) for part in path), value.get_value()) for path, value in state]


def build(name):
    file, symbol, shapes, whole = models[name]
    made = getattr(importlib.import_module(file), symbol)
    if isinstance(made, type) and issubclass(made, nnx.Module):
        model = made(rngs=nnx.Rngs(0))
    else:
        model = made()
    outputs = None
    if isinstance(model, nn.Module):
        inputs = [jnp.ones(shape, dtype="int32" if whole else "float32") for shape in shapes]
        parameters, outputs = build_linen(model, inputs)
    else:
        parameters = build_nnx(model)
    return {
        "name": name,
        "symbol": symbol,
        "path": str(folder / f"{file}.py"),
        "arguments": {},
        "parameters": parameters,
        "inputs": shapes,
        "outputs": outputs,
    }


if sys.argv[1:] == ["--list"]:
    print("\n".join(models))
else:
    for each in sys.argv[1:]:
        print(json.dumps(build(each)))
