#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forgetting lab's default run in PyTorch, one thread: a 256-128-128-10 perceptron, SGD 0.1, batch 64, three tasks of 300
updates, and after every update accuracy and loss of every seen task on 500 samples, the norm of the gradient, the distance
from the last task's weights, the mean squared drift of the last hidden layer, and the running measures of continual
evaluation. Prints CPU ms as JSON: a step at batch 32 and 64, and the whole run."""
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as functional

torch.set_num_threads(1)
torch.manual_seed(0)
TASKS, UPDATES, TRAIN, TEST, SHOWN = 3, 300, 1500, 500, 40


def network():
    return nn.Sequential(nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


def samples(count):
    return torch.rand(count, 256), torch.randint(0, 10, (count,))


def step(model, optimizer, data, batch):
    index = torch.randint(0, TRAIN, (batch,))
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(data[0][index]), data[1][index])
    loss.backward()
    optimizer.step()
    return loss


def milliseconds_of_a_step(batch):
    model, data = network(), samples(TRAIN)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(50):
        step(model, optimizer, data, batch)
    before = time.process_time()
    for _ in range(600):
        step(model, optimizer, data, batch)
    return (time.process_time() - before) / 600 * 1e3


class Metrics:
    """ACC, min-ACC, WC-ACC, forgetting, WF and WP over 10 and 100 evaluations, AAA."""

    def __init__(self):
        self.history = [[] for _ in range(TASKS)]
        self.least = [1.0] * TASKS
        self.ends = [0.0] * TASKS
        self.most = [[0.0] * 4 for _ in range(TASKS)]
        self.anytime = 0.0

    def observe(self, current, accuracy):
        for i, value in enumerate(accuracy):
            series = self.history[i]
            for place, window in ((0, 9), (2, 99)):
                recent = series[-window:]
                if recent:
                    self.most[i][place] = max(self.most[i][place], max(recent) - value)
                    self.most[i][place + 1] = max(self.most[i][place + 1], value - min(recent))
            series.append(value)
            if i < current:
                self.least[i] = min(self.least[i], value)
        k = len(accuracy)
        self.anytime += sum(accuracy) / k
        least = sum(self.least[:current]) / current if current else 0.0
        lost = sum(e - a for e, a in zip(self.ends[:current], accuracy)) / current if current else 0.0
        return least, accuracy[current] / k + (1 - 1 / k) * least, lost, [sum(m) / k for m in zip(*self.most[:k])]


def evaluate(model, tests, seen, features):
    accuracy, losses, drift = [], [], 0.0
    with torch.no_grad():
        for i in range(seen):
            x, y = tests[i]
            hidden = model[:4](x)
            logits = model[4](hidden)
            accuracy.append((logits.argmax(1) == y).float().mean().item())
            losses.append(functional.cross_entropy(logits, y).item())
            shown = hidden[:SHOWN].clone()
            if features[i] is not None:
                drift += (shown - features[i]).square().sum(1).mean().item()
            features[i] = shown
    return accuracy, losses, drift


def run():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    trains, tests = [samples(TRAIN) for _ in range(TASKS)], [samples(TEST) for _ in range(TASKS)]
    metrics, records, features = Metrics(), [], [None] * TASKS
    anchor = [p.detach().clone() for p in model.parameters()]
    before = time.process_time()
    for task in range(TASKS):
        for _ in range(UPDATES):
            loss = step(model, optimizer, trains[task], 64)
            with torch.no_grad():
                norm = torch.sqrt(sum(p.grad.square().sum() for p in model.parameters())).item()
                away = torch.sqrt(sum((p - a).square().sum() for p, a in zip(model.parameters(), anchor))).item()
            accuracy, losses, drift = evaluate(model, tests, task + 1, features)
            records.append((loss.item(), norm, away, accuracy, losses, drift, metrics.observe(task, accuracy)))
        metrics.ends[task] = accuracy[task]
        anchor = [p.detach().clone() for p in model.parameters()]
    return (time.process_time() - before) * 1e3


for name, value in (("peer32", milliseconds_of_a_step(32)), ("peer64", milliseconds_of_a_step(64)), ("peerRun", run())):
    print(json.dumps({"case": name, "ms": value}))
