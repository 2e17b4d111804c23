"""Measures signal and gradient of torchvision's classification models with hooks, at initialization: training mode, a batch of
32 standard-normal inputs, mean cross-entropy with random labels (of every output a model returns). Prints a JSON object per line.
What takes hours on a processor is measured on smaller images or, where an architecture is made for one size, in a smaller batch
(`image_of`, `batch_of`); every result names its own input, and the prediction takes the same.

Arguments: `NAME@SEED`, each with weights, inputs and labels of its own seed. `--list` prints the names of all models below
40 GMAC, those that take least arithmetic first. `--threads N` before the names; one without."""

import json
import os
import re
import sys

import torch
import torch.nn.functional as F
import torchvision
from torch.utils.checkpoint import checkpoint
from torchvision import models

GIGA_MACS = 40e9

# Convolutional nets for images of any size, with normalization, that take more than two GMAC at 224.
LARGE = "resnet50|resnet1..$|wide_|resnext|densenet(161|169|201)|regnet_.*gf|convnext"

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


def image_of(name):
    """Inception's and Swin V2's own sizes, smaller ones for large nets."""
    sizes = {"inception": 299, "swin_v2": 256, "efficientnet_(b7|v2_l)": 160, LARGE: 128}
    size = next((size for pattern, size in sizes.items() if re.match(pattern, name)), 224)
    return [3, size, size]


def batch_of(name):
    halved = r"swin.*_[sb]$|vit_l|vgg1[69]|efficientnet_(b7|v2_l)|convnext_large|regnet_y_16gf|regnet_._32gf"
    return 16 if re.match(halved, name) else 32


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
    size = 299 if "inception" in name else 224
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


def compute_twice(model):
    """Forgets what is inside of residual blocks and computes it again for the backward pass: large models do not fit otherwise.
    The first time runs without gradients, so that hooks know which one it is; random masks are the same both times."""
    for module in model.modules():
        if re.search(r"(MBConv|Bottleneck|EncoderBlock|CNBlock|BottleneckBlock|TransformerBlock|BlockV2|AttentionLayer)$", type(module).__name__):
            forward = module.forward
            module.forward = lambda *inputs, forward=forward: checkpoint(forward, *inputs, use_reentrant=True)


def mean_square(x):
    return torch.linalg.vector_norm(x, dtype=torch.float64).item() ** 2 / x.numel()


def measure(name, seed):
    torch.manual_seed(seed)
    model, builder = build(name)
    model = model.to(memory_format=torch.channels_last)
    layers, calls, weights, open_rows = [], {}, {}, {}

    def measured(key, module, output):
        call = calls.get(key, 0)
        calls[key] = call + 1
        row = {
            "name": key if call == 0 else f"{key}_{call}",
            "type": type(module).__name__,
            "square": mean_square(output.detach()),
            "variance": output.detach().var(0).mean().item() if len(output) == batch_of(name) else None,
            "gradient": 0.0,
            "weight": None,
        }
        layers.append(row)
        if call == 0 and isinstance(getattr(module, "weight", None), torch.nn.Parameter):
            weights[key] = (row, module.weight)
        return row

    def record(key):
        def hook(module, args, output):
            output = output[0] if isinstance(output, tuple) else output
            if not isinstance(output, torch.Tensor) or returns_its_input(args, output):
                return
            waiting = open_rows.setdefault(key, [])
            if not torch.is_grad_enabled():
                waiting.append(measured(key, module, output))
                return
            row = waiting.pop(0) if waiting else measured(key, module, output)
            if output.requires_grad:
                output.register_hook(lambda gradient: row.update(gradient=mean_square(gradient)))

        return hook

    for key, module in model.named_modules():
        if is_layer(module):
            module.register_forward_hook(record(key))
    compute_twice(model)
    images = torch.randn([batch_of(name), *image_of(name)]).contiguous(memory_format=torch.channels_last)
    outputs = model(images)
    outputs = outputs if isinstance(outputs, tuple) else [outputs]
    labels = torch.randint(0, outputs[0].shape[1], [len(images)])
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
    torch.set_num_threads(1)
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    if wanted[:1] == ["--threads"]:
        torch.set_num_threads(int(wanted[1]))
        wanted = wanted[2:]
    for one in wanted:
        name, seed = one.split("@")
        print(json.dumps(measure(name, int(seed))), flush=True)


if __name__ == "__main__":
    main()
