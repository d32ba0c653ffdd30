"""Trains the sample model: a recogniser of hand-written digits.

Run it with Python 3.11 or newer:

    pip install -r sample/requirements.txt
    python sample/train.py

It reads the 1,797 pictures of digits that scikit-learn carries (8 x 8 pixels, UCI's "Optical Recognition of Handwritten
Digits"), trains a small network with a fixed seed, prints how many held-out digits it gets right, and writes
model.safetensors and labels.json into sample/digit_recogniser, beside the model card and the recipe. The same versions of
the libraries write the same bytes.

The network: 64 pixels -> 64 (ReLU) -> 10 scores.
"""

import json
import struct
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 7
HIDDEN = 64
EPOCHS = 120
BATCH = 32
LEARNING_RATE = 0.05
WEIGHT_DECAY = 1e-4
MOMENTUM = 0.9
LEAST_ACCURACY = 0.95
FOLDER = Path(__file__).parent / "digit_recogniser"


def predict(weights, pixels):
    """Scores of ten digits for each row of 64 pixels (0 to 16)."""
    hidden = np.maximum(pixels / 16 @ weights["hidden.weight"] + weights["hidden.bias"], 0)
    return hidden @ weights["output.weight"] + weights["output.bias"]


def train(pixels, digits, random):
    """Stochastic gradient descent with momentum on the cross entropy."""
    weights = {
        "hidden.weight": random.normal(0, np.sqrt(2 / 64), (64, HIDDEN)),
        "hidden.bias": np.zeros(HIDDEN),
        "output.weight": random.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10)),
        "output.bias": np.zeros(10),
    }
    speed = {name: np.zeros_like(value) for name, value in weights.items()}
    for epoch in range(EPOCHS):
        rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = random.permutation(len(pixels))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            inputs = pixels[rows] / 16
            hidden = np.maximum(inputs @ weights["hidden.weight"] + weights["hidden.bias"], 0)
            scores = hidden @ weights["output.weight"] + weights["output.bias"]
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            error = scores / scores.sum(axis=1, keepdims=True)
            error[np.arange(len(rows)), digits[rows]] -= 1
            error /= len(rows)
            back = (error @ weights["output.weight"].T) * (hidden > 0)
            slope = {
                "hidden.weight": inputs.T @ back + WEIGHT_DECAY * weights["hidden.weight"],
                "hidden.bias": back.sum(axis=0),
                "output.weight": hidden.T @ error + WEIGHT_DECAY * weights["output.weight"],
                "output.bias": error.sum(axis=0),
            }
            for name in weights:
                speed[name] = MOMENTUM * speed[name] - rate * slope[name]
                weights[name] += speed[name]
    return {name: value.astype("<f4") for name, value in weights.items()}


def write_safetensors(path, tensors, metadata):
    """Writes the safetensors format: header size (8 bytes), JSON header padded to 8 bytes, then the tensors' bytes."""
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in sorted(tensors.items()):
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(tensors[name].tobytes() for name in sorted(tensors))
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    digits = load_digits()
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data, digits.target, test_size=0.25, random_state=SEED, stratify=digits.target
    )
    weights = train(train_x, train_y, np.random.default_rng(SEED))
    right = int((predict(weights, test_x).argmax(axis=1) == test_y).sum())
    accuracy = right / len(test_y)
    print(f"held-out digits: {right} of {len(test_y)} right ({accuracy:.1%})")
    if accuracy < LEAST_ACCURACY:
        raise SystemExit(f"below {LEAST_ACCURACY:.0%}: nothing was written")
    FOLDER.mkdir(exist_ok=True)
    write_safetensors(
        FOLDER / "model.safetensors",
        weights,
        {"architecture": "64 pixels, 64 ReLU, 10 scores", "held_out_accuracy": f"{accuracy:.4f}"},
    )
    labels = {"labels": [str(digit) for digit in range(10)], "input": {"shape": [8, 8], "range": [0, 16]}}
    (FOLDER / "labels.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
