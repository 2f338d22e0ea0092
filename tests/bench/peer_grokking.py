#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grokking lab's training step in PyTorch, the two ways a user would write it; float32, one thread.

  peer_grokking.py CASE...    each of: 23 31 47 59 97 paper

`closed` has hand-written gradients and an in-place Adam with coupled L2; `dense` is autograd on a dense one-hot batch with
torch.optim.Adam. Same n, K, loss and optimizer as the lab's defaults. One JSON object a line, ms of CPU time per step.
"""
import json
import statistics
import sys
import time

import torch

CASES = {"23": (23, 361, 256, 200), "31": (31, 532, 256, 120), "47": (47, 905, 256, 60), "59": (59, 1203, 256, 40),
         "97": (97, 2219, 256, 20), "paper": (71, 2016, 2048, 4)}
CHUNKS = 7
RATE, DECAY, BETA1, BETA2, EPSILON = 1e-3, 2e-4, 0.9, 0.999, 1e-8


class Task:
    """n of the p^2 pairs of addition mod p, and their dense one-hot batch."""

    def __init__(self, p, n):
        self.p, self.n = p, n
        pairs = torch.randperm(p * p, generator=torch.Generator().manual_seed(0))[:n]
        self.left, self.right = pairs // p, pairs % p
        self.target = (self.left + self.right) % p
        self.inputs = torch.zeros(n, 2 * p)
        self.inputs[torch.arange(n), self.left] = 1
        self.inputs[torch.arange(n), p + self.right] = 1


def start(rows, columns, fan_in, seed):
    return (2 * torch.rand(rows, columns, generator=torch.Generator().manual_seed(seed)) - 1) / fan_in ** 0.5


class ClosedForm:
    def __init__(self, task, hidden):
        self.task = task
        self.weights = [start(2 * task.p, hidden, 2 * task.p, 1), start(hidden, task.p, hidden, 2)]
        self.first = [torch.zeros_like(w) for w in self.weights]
        self.second = [torch.zeros_like(w) for w in self.weights]
        self.rows = torch.arange(task.n)
        self.steps = 0

    def step(self):
        task, (w, v) = self.task, self.weights
        with torch.no_grad():
            z = w[task.left]
            z += w[task.p + task.right]
            f = z * z
            residual = f @ v
            residual -= residual.mean(1, keepdim=True)
            residual += 1 / task.p
            residual[self.rows, task.target] -= 1
            loss = float((residual * residual).sum() / task.n)
            residual *= 2 / task.n
            dv = f.t() @ residual
            dz = residual @ v.t()
            dz *= z
            dz *= 2
            self.adam([task.inputs.t() @ dz, dv])
        return loss

    def adam(self, gradients):
        self.steps += 1
        correction1, correction2 = 1 - BETA1 ** self.steps, 1 - BETA2 ** self.steps
        for w, g, m, s in zip(self.weights, gradients, self.first, self.second):
            g = g.add_(w, alpha=DECAY)
            m.mul_(BETA1).add_(g, alpha=1 - BETA1)
            s.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            w.addcdiv_(m, s.sqrt().div_(correction2 ** 0.5).add_(EPSILON), value=-RATE / correction1)


class DenseAutograd:
    def __init__(self, task, hidden):
        self.task = task
        self.first = torch.nn.Linear(2 * task.p, hidden, bias=False)
        self.second = torch.nn.Linear(hidden, task.p, bias=False)
        parameters = [*self.first.parameters(), *self.second.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=RATE, weight_decay=DECAY)
        self.label = torch.nn.functional.one_hot(task.target, task.p).float() - 1 / task.p

    def step(self):
        self.optimizer.zero_grad()
        output = self.second(self.first(self.task.inputs).pow(2))
        loss = (output - output.mean(1, keepdim=True) - self.label).pow(2).sum(1).mean()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def milliseconds(trainer, steps):
    """Median over chunks; checks that the loop trains."""
    first = trainer.step()
    for _ in range(steps):
        last = trainer.step()
    if not last < first:
        sys.exit(f"peer_grokking: the loss went from {first} to {last}")
    chunks = []
    for _ in range(CHUNKS):
        begin = time.process_time()
        for _ in range(steps):
            trainer.step()
        chunks.append((time.process_time() - begin) / steps)
    return 1e3 * statistics.median(chunks)


def main():
    torch.set_num_threads(1)
    # A large block given back once lifts the allocator's thresholds: temporaries then cause no page faults.
    torch.empty(7_500_000).zero_()
    for name in sys.argv[1:]:
        p, n, hidden, steps = CASES[name]
        task = Task(p, n)
        print(json.dumps({"case": name, "closed": round(milliseconds(ClosedForm(task, hidden), steps), 4),
                          "dense": round(milliseconds(DenseAutograd(task, hidden), steps), 4)}), flush=True)


if __name__ == "__main__":
    main()
