"""Builds models of the installed torchvision with random weights and prints a JSON object per line: every parameter's name,
shape, mean and std, and the output shapes of its modules in one forward pass in training mode.

Arguments: names as in `torchvision.models.list_models()`, all of them without. `--list` prints the names only."""

import inspect
import json
import sys

import torch
from torchvision import models

torch.set_num_threads(1)


def names():
    family = {"torchvision.models": 0, "segmentation": 1, "video": 2, "optical_flow": 3, "detection": 4, "quantization": 5}

    def order(name):
        module = models.get_model_builder(name).__module__
        return next((rank for part, rank in reversed(family.items()) if f".{part}." in f"{module}."), 0)

    return sorted(models.list_models(), key=lambda name: (order(name), name))


def shapes_in(name, module):
    """The forward arguments' shapes, `None` where the model takes something else than tensors."""
    if ".detection." in module:
        return None
    if ".optical_flow." in module:
        return [[2, 3, 128, 128], [2, 3, 128, 128]]
    if ".video." in module:
        size = 224 if name.startswith(("mvit", "s3d")) else 112
        return [[2, 3, 16, size, size]]
    size = 299 if "inception" in name else 224
    return [[2, 3, size, size]]


def describe(name):
    builder = models.get_model_builder(name)
    arguments = {"weights": None}
    if "weights_backbone" in inspect.signature(builder).parameters:
        # The default is a download: what it holds is in no source.
        arguments["weights_backbone"] = None
    torch.manual_seed(0)
    with torch.no_grad():
        model = builder(**arguments)
    parameters = [
        {
            "name": key,
            "shape": list(parameter.shape),
            "trainable": parameter.requires_grad,
            **moments(parameter.detach()),
        }
        for key, parameter in model.named_parameters()
    ]
    inputs = shapes_in(name, builder.__module__)
    return {
        "name": name,
        "symbol": builder.__name__,
        "path": sys.modules[builder.__module__].__file__,
        "arguments": arguments,
        "parameters": parameters,
        "inputs": inputs,
        "outputs": None if inputs is None else outputs_of(model, inputs),
    }


def moments(values):
    # Before 2.15, `trunc_normal_` draws its bound itself once in 2^24 values: a single 2 among 0.02s is seen in the std.
    inner = values[values.abs() != 2]
    values = inner if len(inner) > 0 else values
    return {"mean": values.mean().item(), "std": values.std(unbiased=False).item()}


def outputs_of(model, inputs):
    """`[module, shape]` for every call of a module without children, and of attention, in order. Modules that return what they
    are given (dropped residual branches at rate 0) are left out: they are no layers."""
    calls = []

    def record(name):
        def hook(module, args, output):
            first = output[0] if isinstance(output, tuple) else output
            if args and first is args[0] and not getattr(module, "inplace", False):
                return
            calls.append([name, list(first.shape) if isinstance(first, torch.Tensor) else None])

        return hook

    for name, module in model.named_modules():
        if not any(module.children()) or isinstance(module, torch.nn.MultiheadAttention):
            module.register_forward_hook(record(name))
    model.train()
    with torch.no_grad():
        try:
            # Shapes are the same without the arithmetic, and a hundred times faster.
            model.to("meta")(*[torch.empty(shape, device="meta") for shape in inputs])
        except (NotImplementedError, RuntimeError):
            calls.clear()
            model.to_empty(device="cpu")(*[torch.zeros(shape) for shape in inputs])
    return calls


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    for name in wanted or names():
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
