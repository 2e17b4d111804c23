"""Measures the models of `library-models/` as `families_truth.py` does its own, with today's PyTorch and library.

Arguments: names as printed by `--list`."""

import importlib
import json
import os
import sys

import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "library-models")
sys.path[:0] = [FOLDER, os.path.dirname(FOLDER)]
from measure import measure  # noqa: E402

torch.set_num_threads(1)
BATCH = 32
SEEDS = 6
VOCABULARY = 100
# Those below are marks (padding, the beginning), which code treats otherwise than words.
FIRST_WORD = 5
LENGTH = 24
IMAGES = {"vit": 32, "deit": 32, "dinov2": 32, "beit": 32, "clip": 32, "siglip": 32, "swin": 64, "resnet": 64, "convnext": 64, "segformer": 64}


def names():
    module = importlib.import_module("hugging_face")
    models = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == "hugging_face"]
    return [name for name in models if not isinstance(getattr(module, name), type)]


def describe(name):
    build = getattr(importlib.import_module("hugging_face"), name)
    side = IMAGES.get(name)
    shape = [LENGTH] if side is None else [3, side, side]

    def inputs():
        if side is None:
            return [torch.randint(FIRST_WORD, VOCABULARY, [BATCH, *shape])], {}
        return [torch.randn(BATCH, *shape)], {}

    return {
        "name": name,
        "family": "Hugging Face",
        "symbol": name,
        "path": os.path.join(os.path.basename(FOLDER), "hugging_face.py"),
        "arguments": {},
        "inputs": [[None, *shape]],
        "seeds": SEEDS,
        **measure(build, inputs, "crossEntropy", SEEDS),
    }


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(names()))
        return
    for name in wanted:
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
