"""Measures signal and gradient of torchvision's classification models with hooks, at initialization: training mode, a batch of
32 standard-normal inputs, mean cross-entropy with random labels (of every output a model returns). Prints a JSON object per line.
On a GPU a model takes seconds (in full float32, up to 30 GB); on a processor the largest take an hour and do not fit.

Arguments: `NAME@SEED`, each with weights, inputs and labels of its own seed. `--list` prints the names of all models below
40 GMAC, those that take least arithmetic first."""

import json
import os
import re
import sys

import torch
import torch.nn.functional as F
import torchvision
from torchvision import models

GIGA_MACS = 40e9

BATCH = 32
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
# Half of a mantissa is enough to train with, not to measure with.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False

# Functions that write into what they read would hide what the layer below had written.
relu = F.relu
F.relu = lambda x, inplace=False: relu(x)


def build(name):
    builder = models.get_model_builder(name)
    model = builder(weights=None)
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    return model.train(), builder


def size_of(name):
    """Inception's and Swin V2's own, and the size that GMAC are told for."""
    return 299 if "inception" in name else 256 if "swin_v2" in name else 224


def is_layer(module):
    return not any(module.children()) or isinstance(module, torch.nn.MultiheadAttention)


def returns_its_input(args, output):
    return len(args) > 0 and output is args[0]


def cost_of(name):
    """Multiplications of one forward pass: those of convolutions and dense layers, without attention's."""
    macs = 0

    def record(module, _args, output):
        nonlocal macs
        if isinstance(module, torch.nn.Conv2d):
            macs += output.numel() * module.weight[0].numel()
        elif isinstance(module, torch.nn.Linear):
            macs += output.numel() * module.in_features
        elif isinstance(module, torch.nn.MultiheadAttention):
            macs += output[0].numel() * 4 * module.embed_dim

    model, _ = build(name)
    model = model.to("meta")
    for module in model.modules():
        module.register_forward_hook(record)
    size = size_of(name)
    try:
        with torch.no_grad():
            model(torch.empty([2, 3, size, size], device="meta"))
    except (NotImplementedError, RuntimeError):
        pass  # What fails on shapes alone (relative positions) fails after its patches; it is small enough.
    return macs / 2


def names():
    kept = torch.Tensor.normal_
    torch.Tensor.normal_ = lambda self, *_, **__: self
    wanted = [
        name
        for name in models.list_models()
        if models.get_model_builder(name).__module__.count(".") == 2
    ]
    costs = {name: cost_of(name) for name in wanted}
    torch.Tensor.normal_ = kept
    return sorted((name for name in wanted if costs[name] < GIGA_MACS), key=costs.get)


def mean_square(x):
    return torch.linalg.vector_norm(x, dtype=torch.float64).item() ** 2 / x.numel()


def measure(name, seed):
    torch.manual_seed(seed)
    model, builder = build(name)
    model = model.to(DEVICE)
    layers, calls, weights = [], {}, {}

    def record(key):
        def hook(module, args, output):
            output = output[0] if isinstance(output, tuple) else output
            if not isinstance(output, torch.Tensor) or returns_its_input(args, output):
                return
            call = calls.get(key, 0)
            calls[key] = call + 1
            row = {
                "name": key if call == 0 else f"{key}_{call}",
                "type": type(module).__name__,
                "square": mean_square(output.detach()),
                "variance": output.detach().var(0).mean().item() if len(output) == BATCH else None,
                "gradient": 0.0,
                "weight": None,
            }
            layers.append(row)
            if call == 0 and isinstance(getattr(module, "weight", None), torch.nn.Parameter):
                weights[key] = (row, module.weight)
            if output.requires_grad:
                output.register_hook(lambda gradient: row.update(gradient=mean_square(gradient)))

        return hook

    for key, module in model.named_modules():
        if is_layer(module):
            module.register_forward_hook(record(key))
    size = size_of(name)
    images = torch.randn([BATCH, 3, size, size], device=DEVICE)
    outputs = model(images)
    outputs = outputs if isinstance(outputs, tuple) else [outputs]
    labels = torch.randint(0, outputs[0].shape[1], [BATCH], device=DEVICE)
    losses = [F.cross_entropy(output, labels) for output in outputs if output is not None]
    sum(losses).backward()
    for row, weight in weights.values():
        row["weight"] = 0.0 if weight.grad is None else mean_square(weight.grad)
    return {
        "name": name,
        "seed": seed,
        "symbol": builder.__name__,
        "path": os.path.realpath(sys.modules[builder.__module__].__file__),
        "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
        "arguments": {"weights": None},
        "input": list(images.shape),
        "loss": losses[0].item(),
        "layers": layers,
    }


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    for one in wanted:
        name, seed = one.split("@")
        print(json.dumps(measure(name, int(seed))), flush=True)


if __name__ == "__main__":
    main()
