"""Measures in PyTorch what `docs/prediction.md` plots: root mean squares over seeds, as one JSON object."""

import json
import os
import sys

import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "test", "oracle", "families"))
from mlp import Perceptron  # noqa: E402
from transformer import Gpt  # noqa: E402

torch.set_num_threads(1)


def averaged(seeds, once):
    """Root of the mean over seeds, position by position; `once` returns a dictionary of lists of second moments."""
    runs = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        with torch.no_grad():
            runs.append(once())
    return {key: torch.tensor([run[key] for run in runs], dtype=torch.float64).mean(0).sqrt().tolist() for key in runs[0]}


def perceptron(seeds, depth, width, fn, scheme):
    def once():
        x = torch.randn(64, width, dtype=torch.float64)
        model = Perceptron(depth=depth, width=width, fn=fn, scheme=scheme).double()
        rows = {"rms": [], "inputStd": [], "saturated": []}
        for layer in model.body:
            if isinstance(layer, nn.Tanh):
                slope = 1 - torch.tanh(x) ** 2
                rows["saturated"].append((slope < 0.05).double().mean().item() ** 2)
            x = layer(x)
            if not isinstance(layer, nn.Linear):
                rows["rms"].append(x.square().mean().item())
                rows["inputStd"].append(x.var(0).mean().item())
        return rows

    return averaged(seeds, once)


def vgg16(seeds):
    """Keras's VGG-16 in PyTorch: convolutions and dense layers drawn by Xavier, biases zero."""

    def once():
        x = torch.randn(4, 3, 224, 224)
        squares = []

        def pass_on(layer):
            nonlocal x
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
            x = layer(x)
            squares.append(x.double().square().mean().item())
            x = x.relu()

        channels = 3
        for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
            for _ in range(count):
                pass_on(nn.Conv2d(channels, width, 3, padding=1))
                channels = width
            x = nn.functional.max_pool2d(x, 2)
        x = x.flatten(1)
        for before, after in [(25088, 4096), (4096, 4096), (4096, 1000)]:
            pass_on(nn.Linear(before, after))
        return {"rms": squares}

    return averaged(seeds, once)


def gpt(seeds, scheme, depth, width, length, vocabulary):
    def once():
        model = Gpt(depth=depth, width=width, heads=width // 64, length=length, vocabulary=vocabulary, scheme=scheme)
        squares = []
        for block in model.blocks:
            block.norm1.register_forward_hook(lambda _, args, __: squares.append(args[0].double().square().mean().item()))
        model.norm.register_forward_hook(lambda _, args, __: squares.append(args[0].double().square().mean().item()))
        model(torch.randint(0, vocabulary, [4, length]))
        return {"rms": squares}

    return averaged(seeds, once)


def main():
    request = json.load(sys.stdin)
    kinds = {"perceptron": perceptron, "vgg16": vgg16, "gpt": gpt}
    json.dump({name: kinds[kind](**arguments) for name, (kind, arguments) in request.items()}, sys.stdout)


if __name__ == "__main__":
    main()
