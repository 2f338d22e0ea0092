#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One training step of the rich-lazy defaults in PyTorch: 2AF, 8 steps, batch 32, N = 100, SGD with momentum, a loop over
time under autograd, fresh trials each step, one thread. Prints CPU ms per step as JSON."""
import json
import math
import time

import torch
import torch.nn.functional as functional

torch.set_num_threads(1)
torch.manual_seed(0)
N, BATCH, STEPS = 100, 32, 8
W_IN = ((2 * torch.rand(N, 3) - 1) / math.sqrt(3)).requires_grad_()
W_OUT = ((2 * torch.rand(3, N) - 1) / math.sqrt(N)).requires_grad_()
W = (1.25 * torch.randn(N, N) / math.sqrt(N)).requires_grad_()
OPTIMIZER = torch.optim.SGD([W_IN, W_OUT, W], lr=0.01, momentum=0.9)
COHERENCES = torch.tensor([0, 6.4, 12.8, 25.6, 51.2])


def step():
    x, y = torch.zeros(STEPS, BATCH, 3), torch.zeros(STEPS, BATCH, dtype=torch.long)
    choice = torch.randint(0, 2, (BATCH,))
    sign = torch.where(choice == 0, 1.0, -1.0)
    evidence = COHERENCES[torch.randint(0, 5, (BATCH,))] / 200
    x[:7, :, 0] = 1
    x[:7, :, 1] = 0.5 + sign * evidence + 0.1 * torch.randn(7, BATCH)
    x[:7, :, 2] = 0.5 - sign * evidence + 0.1 * torch.randn(7, BATCH)
    y[7] = choice + 1
    h, states = torch.zeros(BATCH, N), []
    for t in range(STEPS):
        h = torch.relu(x[t] @ W_IN.T + h @ W.T)
        states.append(h)
    loss = functional.cross_entropy((torch.stack(states) @ W_OUT.T).reshape(-1, 3), y.reshape(-1))
    OPTIMIZER.zero_grad()
    loss.backward()
    OPTIMIZER.step()


for _ in range(50):
    step()
before = time.process_time()
for _ in range(300):
    step()
print(json.dumps({"case": "peer", "ms": (time.process_time() - before) / 300 * 1e3}))
