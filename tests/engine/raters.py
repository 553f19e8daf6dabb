"""Tiny raters with real files: a WD v3 tagger that judges by colour, and a classifier of transformers."""

import csv

import numpy as np

NAMES = ("general", "sensitive", "questionable", "explicit", "1girl", "child", "hat")
RATING, GENERAL = "9", "0"

BY_COLOUR = {"general": (0, 0, 1), "sensitive": (0, 1, 0), "explicit": (1, 0, 0)}
"""What red, green and blue speak for."""


def make_tagger(folder, *, side=16, names=NAMES, colours=BY_COLOUR, always=None, broken=False):
    """Write ``model.onnx`` and ``selected_tags.csv``.

    Args:
        folder: Made where it is missing.
        side: Pixels of the square that the network takes.
        names: Of its scores, in order.
        colours: For each name, how much red, green and blue speak for it; a score is about 1 where they are full.
        always: Scores that no colour changes, by name; 0 for all others.
        broken: Its output is not a number.
    """
    from onnx import TensorProto, helper, numpy_helper, save

    weights, bias = np.zeros((3, len(names)), np.float32), np.full(len(names), -6, np.float32)
    for number, name in enumerate(names):
        if always is None:
            red, green, blue = colours.get(name, (0, 0, 0))
            weights[:, number] = np.array([blue, green, red]) * 12 / 255  # it is given blue first
        elif score := always.get(name):
            bias[number] = np.log(score / (1 - score))
    if broken:
        bias[:] = np.nan
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["pixels"], ["colour"], axes=[1, 2], keepdims=0),
            helper.make_node("MatMul", ["colour", "weights"], ["spoken"]),
            helper.make_node("Add", ["spoken", "bias"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["scores"]),
        ],
        "tagger",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", side, side, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", len(names)])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
    )
    folder.mkdir(exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    save(model, folder / "model.onnx")
    with (folder / "selected_tags.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["tag_id", "name", "category", "count"])
        for number, name in enumerate(names):
            table.writerow([number, name, RATING if number < 4 else GENERAL, 1000])
    return folder


def make_classifier(folder, labels=("normal", "nsfw"), *, always=None, several=False):
    """Write a ViT with random weights as transformers saves it; `always` are its logits, whatever it is shown."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type="multi_label_classification" if several else "single_label_classification",
    )
    model = ViTForImageClassification(config)
    if always is not None:
        with torch.no_grad():
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor(always))
    model.save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def flat(colour, width=16, height=16):
    """Pixels of one colour."""
    return np.full((height, width, 3), colour, np.uint8)
