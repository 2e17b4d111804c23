"""Trains a ModelGraph (JSON on stdin) for some steps and says per parameter whether it ever got a gradient, and per layer whether
its units (rows of weight and bias) are still equal at the end."""

import json
import sys

import run_graph as oracle
import torch
import torch.nn.functional as F


def units_equal(layer, parameters):
    own = [parameters[i] for i in layer["parameters"].values()]
    return all((p - p[:1]).abs().max().item() < 1e-12 for p in own)


def main():
    request = json.load(sys.stdin)
    graph = request["graph"]
    torch.manual_seed(0)
    parameters = {p["id"]: oracle.draw(p) for p in graph["parameters"]}
    optimizer = torch.optim.SGD(list(parameters.values()), lr=0.1)
    reached = {i: False for i in parameters}
    for _ in range(12):
        tensors = {}
        for layer in graph["layers"]:
            own = {role: parameters[i] for role, i in layer["parameters"].items()}
            if layer["op"]["kind"] == "input":
                tensors[layer["id"]] = torch.randn([oracle.BATCH, *layer["outputShape"][1:]])
            else:
                tensors[layer["id"]] = oracle.run(layer["op"], [tensors[i] for i in layer["inputs"]], own)
        output = tensors[graph["outputs"][0]].flatten(1)
        loss = F.cross_entropy(output, torch.randint(0, output.shape[-1], [oracle.BATCH]))
        optimizer.zero_grad()
        loss.backward()
        for i, p in parameters.items():
            # Far above the rounding noise of terms that cancel.
            reached[i] = reached[i] or (p.grad is not None and p.grad.abs().max().item() > 1e-12)
        optimizer.step()
    answer = {
        "dead": [p["name"] for p in graph["parameters"] if not reached[p["id"]]],
        "equal": [
            graph["parameters"][layer["parameters"]["weight"]]["name"]
            for layer in graph["layers"]
            if "weight" in layer["parameters"] and units_equal(layer, parameters)
        ],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
