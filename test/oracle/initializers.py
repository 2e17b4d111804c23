"""Instantiates the real modules of the given files and measures them; JSON in, JSON out.

In:  [{"path": ..., "models": [{"name": ..., "inputs": [{"shape": [...], "integer": bool}]}]}]
Out: [{name: {"parameters": [...], "modules": {name: output shape}, "error": ...}}]
"""

import importlib.util
import json
import sys
import warnings

import torch

warnings.simplefilter("ignore")
draws = 8


def load(path):
    spec = importlib.util.spec_from_file_location("model_under_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(path, name):
    found = getattr(load(path), name)
    return found if isinstance(found, torch.nn.Module) else found()


def moments(samples):
    values = torch.cat([s.detach().double().flatten() for s in samples])
    mean = values.mean().item()
    variance = ((values - mean) ** 2).mean().item()
    fourth = ((values - mean) ** 4).mean().item()
    kurtosis = fourth / variance**2 if variance > 1e-30 else 1.0
    return {"mean": mean, "std": variance**0.5, "kurtosis": kurtosis, "count": values.numel()}


def parameters(models):
    rows = []
    for index, (name, parameter) in enumerate(models[0].named_parameters()):
        samples = [list(m.parameters())[index] for m in models]
        rows.append({"name": name, "shape": list(parameter.shape), "trainable": parameter.requires_grad, **moments(samples)})
    return rows


def shapes(model, inputs):
    found = {}

    def note(name):
        def hook(_, __, output):
            first = output[0] if isinstance(output, tuple) else output
            if isinstance(first, torch.Tensor):
                found.setdefault(name, list(first.shape))

        return hook

    for name, module in model.named_modules():
        module.register_forward_hook(note(name))
    tensors = [torch.randint(0, 3, i["shape"]) if i["integer"] else torch.randn(i["shape"]) for i in inputs]
    with torch.no_grad():
        model(*tensors)
    return found


def measure(path, request):
    models = [make(path, request["name"]) for _ in range(draws)]
    result = {"parameters": parameters(models), "modules": {}, "error": None}
    if request["inputs"]:
        try:
            result["modules"] = shapes(models[0], request["inputs"])
        except Exception as error:
            result["error"] = str(error)
    return result


torch.manual_seed(0)
torch.set_num_threads(1)
print(json.dumps([{r["name"]: measure(file["path"], r) for r in file["models"]} for file in json.load(sys.stdin)]))
