"""Instantiates models of `families/`, with random weights, and prints a JSON object per line: how to read each from its source, and
what PyTorch measures of it (`measure.py`).

Arguments: names as printed by `--list`."""

import importlib
import json
import os
import sys

import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "families")
sys.path[:0] = [FOLDER, os.path.dirname(FOLDER)]
from measure import measure  # noqa: E402

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
BATCH = 32
CASES = {}


def case(family, file, symbol, shape, seeds=24, loss="crossEntropy", vocabulary=None, more=None, **arguments):
    """`shape` without the batch; token ids below `vocabulary` where there is one. `more`: inputs by name, of such shapes too."""
    words = [f"{key}={'x'.join(map(str, value)) if isinstance(value, (list, tuple)) else value}" for key, value in arguments.items()]
    name = "/".join([family, symbol, "x".join(map(str, shape)), *words])
    CASES[name] = dict(
        family=family, file=file, symbol=symbol, shape=shape, seeds=seeds, loss=loss, vocabulary=vocabulary, more=more or {}, arguments=arguments
    )


ACTIVATIONS = [
    "relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "softsign", "tanh",
    "sigmoid", "log_sigmoid", "hard_sigmoid", "hard_swish", "hard_tanh",
]  # fmt: skip
WRITTEN = ["gelu_tanh", "gelu", "quick_gelu", "swish", "mish", "hard_swish", "softsign"]
SCHEMES = ["default", "he", "xavier", "xavier_tanh", "orthogonal", "truncated", "large"]


def list_mlps():
    def mlp(symbol, shape, seeds=96, **rest):
        case("MLP", "mlp.py", symbol, shape, seeds=seeds, **rest)

    for fn in ACTIVATIONS:
        for scheme in SCHEMES:
            mlp("Perceptron", [128], depth=8, width=128, fn=fn, scheme=scheme, seeds=192)
    for fn in WRITTEN:
        for scheme in ["default", "he"]:
            mlp("Perceptron", [128], depth=8, width=128, fn=f"written_{fn}", scheme=scheme, seeds=192)
    for depth, width, seeds in [(2, 16, 400), (4, 32, 400), (8, 64, 200), (30, 256, 128), (50, 256, 128), (2, 1024, 16), (4, 2048, 8), (3, 4096, 4)]:
        for fn, scheme in [("relu", "he"), ("relu", "default"), ("tanh", "xavier"), ("gelu", "he")]:
            mlp("Perceptron", [width], depth=depth, width=width, fn=fn, scheme=scheme, seeds=seeds)
    for fn, scheme in [("relu", "he"), ("relu", "xavier"), ("relu", "orthogonal"), ("tanh", "xavier"), ("selu", "lecun"), ("relu", "default")]:
        mlp("Perceptron", [256], depth=100, width=256, fn=fn, scheme=scheme, seeds=24 if scheme == "orthogonal" else 64)
    for scheme in ["small", "he_uniform_out", "lecun", "biased"]:
        mlp("Perceptron", [128], depth=6, width=128, fn="relu", scheme=scheme, seeds=192)
    mlp("Perceptron", [128], depth=6, width=128, fn="relu", scheme="he", dropout=0.3, seeds=192)
    mlp("Perceptron", [128], depth=6, width=128, fn="gelu", scheme="he", classes=100, seeds=192)
    for norm in ["batch", "layer"]:
        for scheme in ["default", "he", "large"]:
            mlp("Tapered", [256], widths=[256, 512, 128, 64], norm=norm, scheme=scheme)
    mlp("Tapered", [256], widths=[256, 512, 128, 64], norm="none", scheme="he", fn="silu")
    for labels in [1, 20]:
        mlp("Binary", [128], labels=labels, loss="binaryCrossEntropy", seeds=96)
    for fn in ["tanh", "relu"]:
        mlp("Autoencoder", [256], fn=fn, loss="meanSquaredError")
    for kind in ["glu", "swiglu"]:
        for scheme in ["default", "he", "xavier"]:
            mlp("Gated", [128], kind=kind, scheme=scheme)


def list_cnns():
    image = [3, 16, 16]

    def plain(**arguments):
        case("plain CNN", "cnn.py", "Plain", image, seeds=48, **arguments)

    for fn in ["relu", "leaky_relu", "elu", "gelu", "silu", "tanh"]:
        for scheme in ["default", "he", "xavier", "orthogonal"]:
            plain(depth=6, width=32, fn=fn, scheme=scheme)
    for pool in ["none", "average"]:
        plain(depth=6, width=32, scheme="he", pool=pool)
    case("plain CNN", "cnn.py", "Plain", [3, 32, 32], seeds=48, depth=16, width=32, scheme="he")
    plain(depth=2, width=128, scheme="he")
    for norm in ["batch", "group", "instance"]:
        for scheme in ["default", "he"]:
            plain(depth=6, width=32, scheme=scheme, norm=norm)
    for norm in ["batch", "none", "group"]:
        for scheme in ["default", "he", "xavier"]:
            case("ResNet", "cnn.py", "Residual", image, seeds=48, norm=norm, scheme=scheme)
            case("ResNet", "cnn.py", "PreResidual", image, seeds=48, depth=6, width=24, norm=norm, scheme=scheme)
    case("ResNet", "cnn.py", "Residual", image, seeds=16, blocks=[8, 8], width=16, norm="batch")
    for fn in ["gelu", "silu", "written_swish"]:
        case("ResNet", "cnn.py", "Residual", image, seeds=48, norm="batch", fn=fn)
    for rest in [{}, {"scheme": "small"}, {"written": True}, {"fn": "gelu", "gamma": 1.7015043497085571}]:
        case("ResNet", "cnn.py", "NormalizerFree", image, seeds=24, **rest)
    for fn in ["gelu", "relu"]:
        case("ResNet", "cnn.py", "Responding", image, seeds=24, fn=fn)
    for norm in ["batch", "none", "group"]:
        for scheme in ["default", "he"]:
            case("DenseNet-like", "cnn.py", "Dense", image, seeds=48, norm=norm, scheme=scheme)
    for fn in ["gelu", "leaky_relu"]:
        case("DenseNet-like", "cnn.py", "Dense", image, seeds=48, norm="batch", fn=fn)
    for scheme in ["default", "he"]:
        case("plain CNN", "cnn.py", "Audio", [640], seeds=48, loss="meanSquaredError", scheme=scheme)
        for norm in ["none", "batch"]:
            case("plain CNN", "cnn.py", "Generator", [64], seeds=48, loss="meanSquaredError", norm=norm, scheme=scheme)
    for up in ["transposed", "overlapping", "interpolate", "bilinear"]:
        for norm in ["batch", "none", "group", "instance"]:
            case("U-Net", "unet.py", "UNet", image, seeds=48, loss="meanSquaredError", up=up, norm=norm, scheme="he")
        case("U-Net", "unet.py", "UNet", image, seeds=48, loss="meanSquaredError", up=up, norm="none", scheme="default")
    case("U-Net", "unet.py", "UNet", [3, 32, 32], seeds=16, loss="meanSquaredError", depth=3, up="transposed", scheme="xavier")


def list_recurrent():
    def sequence(steps=200, seeds=12, **arguments):
        loss = "meanSquaredError" if arguments.get("read") == "all" else "crossEntropy"
        case(arguments["cell"].upper(), "recurrent.py", "Sequence", [steps, 32], seeds=seeds, loss=loss, **arguments)

    for cell in ["rnn", "lstm", "gru"]:
        for scheme in ["default", "orthogonal", "xavier", "small"]:
            sequence(cell=cell, scheme=scheme)
        sequence(cell=cell, read="mean")
        sequence(cell=cell, read="all")
        sequence(cell=cell, hidden=128, layers=2, seeds=6)
        sequence(cell=cell, layers=2, scheme="orthogonal", seeds=6)
        sequence(cell=cell, bidirectional=True, seeds=8)
        sequence(cell=cell, bidirectional=True, layers=2, read="mean", seeds=6)
        sequence(cell=cell, scheme="orthogonal", steps=20)
        case(cell.upper(), "recurrent.py", "LanguageModel", [50], seeds=8, vocabulary=100, cell=cell)
        case(cell.upper(), "recurrent.py", "LanguageModel", [50], seeds=8, vocabulary=100, cell=cell, tied=True, layers=2)
    sequence(cell="rnn", nonlinearity="relu", scheme="small", steps=50)
    sequence(cell="lstm", forget=1.0)
    sequence(cell="lstm", forget=1.0, scheme="orthogonal")


def list_transformers():
    def gpt(family="transformer", length=32, vocabulary=100, seeds=6, **arguments):
        case(family, "transformer.py", "Gpt", [length], seeds=seeds, vocabulary=vocabulary, **arguments)

    for norm_first in [True, False]:
        family = "transformer, pre-norm" if norm_first else "transformer, post-norm"
        for causal in [True, False]:
            for scheme in ["gpt2", "plain", "default"]:
                gpt(family, norm_first=norm_first, causal=causal, scheme=scheme)
            gpt(family, norm_first=norm_first, causal=causal, scheme="default", written=False, tied=False)
        gpt(family, norm_first=norm_first, scheme="default", fn="relu", tied=False, depth=2, seeds=12)
        gpt(family, norm_first=norm_first, scheme="gpt2", dropout=0.1)
        gpt(family, norm_first=norm_first, scheme="gpt2", fn="written_gelu_tanh")
        gpt(family, norm_first=norm_first, scheme="default", fn="swiglu", norm="rms", tied=False)
        gpt(family, norm_first=norm_first, scheme="default", depth=12, tied=False, seeds=4)
        for written in [True, False, "packed"]:
            case(family, "transformer.py", "Vit", [3, 32, 32], seeds=8, norm_first=norm_first, written=written)
        case(family, "transformer.py", "Vit", [3, 32, 32], seeds=8, norm_first=norm_first, pool="mean")
        case(family, "transformer.py", "Encoder", [20, 64], seeds=8, norm_first=norm_first)
    case("transformer, post-norm", "transformer.py", "Encoder", [20, 64], seeds=8, norm_first=False, dropout=0.1)
    gpt("transformer, pre-norm", norm_first=True, scheme="gpt2", depth=6, width=256, heads=8, seeds=3)
    for rest in [{}, {"depth": 12, "seeds": 8}]:
        case("transformer, pre-norm", "transformer.py", "Rows", [32], vocabulary=100, **{"seeds": 16, **rest})
    case("transformer, rotary", "transformer.py", "Gathered", [32], vocabulary=100, seeds=16)
    case("transformer, rotary", "transformer.py", "Latent", [32], vocabulary=100, seeds=16)
    for cap in [50.0, 0.2]:
        case("transformer, rotary", "transformer.py", "Rotary", [32], vocabulary=100, seeds=16, groups=2, cap=cap)
    for rest in [{}, {"norm": "rms"}, {"depth": 8, "seeds": 8}]:
        more = {"decoder_ids": [32]}
        case("transformer, pre-norm", "transformer.py", "Translator", [24], vocabulary=100, more=more, **{"seeds": 16, **rest})
    for rest in [{}, {"experts": 16, "chosen": 4, "normalized": False}, {"experts": 16, "chosen": 4, "scores": "sigmoid"}, {"std": 0.3}]:
        case("transformer, experts", "transformer.py", "Mixture", [32], vocabulary=100, seeds=16, **rest)
    for norm_first in [True, False]:
        family = "transformer, pre-norm" if norm_first else "transformer, post-norm"
        case(family, "transformer.py", "Placed", [32], vocabulary=100, norm_first=norm_first, seeds=16)
    for turn in ["halves", "pairs", "complex"]:
        for rest in [{}, {"groups": 2}, {"scheme": "plain"}, {"groups": 2, "depth": 12, "seeds": 8}]:
            case("transformer, rotary", "transformer.py", "Rotary", [32], vocabulary=100, turn=turn, **{"seeds": 16, **rest})


list_mlps()
list_cnns()
list_recurrent()
list_transformers()


def draw(shape, vocabulary):
    if vocabulary is not None:
        return torch.randint(0, vocabulary, [BATCH, *shape])
    return torch.randn(BATCH, *shape)


def describe(name):
    one = CASES[name]
    module = importlib.import_module(one["file"].removesuffix(".py"))
    arguments = {**one["arguments"]}
    if one["vocabulary"] is not None:
        arguments.setdefault("vocabulary", one["vocabulary"])
    build = getattr(module, one["symbol"])

    def inputs():
        more = {key: draw(shape, one["vocabulary"]) for key, shape in one["more"].items()}
        return [draw(one["shape"], one["vocabulary"])], more

    measured = measure(lambda: build(**arguments), inputs, one["loss"], one["seeds"])
    return {
        "name": name,
        "family": one["family"],
        "symbol": one["symbol"],
        # From this folder: what was measured outlives the checkout that it was measured in.
        "path": os.path.join(os.path.basename(FOLDER), one["file"]),
        "arguments": arguments,
        "inputs": [[None, *shape] for shape in [one["shape"], *one["more"].values()]],
        "seeds": one["seeds"],
        **measured,
    }


def main():
    wanted = sys.argv[1:]
    if wanted == ["--list"]:
        print("\n".join(CASES))
        return
    for name in wanted:
        print(json.dumps(describe(name)), flush=True)


if __name__ == "__main__":
    main()
