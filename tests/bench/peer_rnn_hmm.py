#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the RNN-HMM lab in PyTorch, one thread, single precision, as JSON lines.

  peer_rnn_hmm.py step                  CPU ms of a training step: closed-form Sinkhorn gradient, and through autograd
  peer_rnn_hmm.py fixed-points FOLDER   CPU s of joint Adam on W.npy, b.npy, X0.npy (published recipe: lr 1, decay 0.95
                                        on a plateau, at most 5000 iterations, until every start has q < 1e-12)
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
LENGTH, BATCH, HIDDEN, INPUTS, WINDOW, WINDOWS, BLUR = 60, 128, 64, 20, 10, 512, 1.0


def schedule():
    diameter = math.sqrt(3 * WINDOW)
    return [diameter**2] + list(np.exp(np.arange(2 * math.log(diameter), 2 * math.log(BLUR), 2 * math.log(0.5)))) + [BLUR**2]


def softmin(eps, cost, h):
    return -eps * torch.logsumexp(h[None] - cost / eps, 1)


def closed_form_gradient(x, y):
    n = len(x)
    log_n = -math.log(n)
    with torch.no_grad():
        xy, xx = WINDOW - x @ y.T, WINDOW - x @ x.T
        yx = xy.T.contiguous()
        eps_list = schedule()
        zero, eps = torch.full((n,), log_n), eps_list[0]
        ax, ay, bx = softmin(eps, xx, zero), softmin(eps, yx, zero), softmin(eps, xy, zero)
        for eps in eps_list:
            ax, ay, bx = (0.5 * (ax + softmin(eps, xx, log_n + ax / eps)), 0.5 * (ay + softmin(eps, yx, log_n + bx / eps)),
                          0.5 * (bx + softmin(eps, xy, log_n + ay / eps)))
        return (torch.softmax((log_n + ax / eps)[None] - xx / eps, 1) @ x
                - torch.softmax((log_n + ay / eps)[None] - xy / eps, 1) @ y) / n


def autograd_value(x, y):
    """Potentials without gradient, the last step and the value with it, as the loss library does."""
    def cost(a, b):
        return ((a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T) / 2
    n = len(x)
    log_n = -math.log(n)
    xy, yx, xx, yy = cost(x, y), cost(y, x.detach()), cost(x, x.detach()), cost(y, y)
    eps_list = schedule()
    with torch.no_grad():
        zero, eps = torch.full((n,), log_n), eps_list[0]
        ax, ay, bx, by = softmin(eps, xx, zero), softmin(eps, yx, zero), softmin(eps, xy, zero), softmin(eps, yy, zero)
        for eps in eps_list:
            ax, ay, bx, by = (0.5 * (ax + softmin(eps, xx, log_n + ax / eps)), 0.5 * (ay + softmin(eps, yx, log_n + bx / eps)),
                              0.5 * (bx + softmin(eps, xy, log_n + ay / eps)), 0.5 * (by + softmin(eps, yy, log_n + by / eps)))
    return ((softmin(eps, xy, log_n + ay / eps) - softmin(eps, xx, log_n + ax / eps)).mean()
            + (softmin(eps, yx, log_n + bx / eps) - softmin(eps, yy, log_n + by / eps)).mean())


class Loop:
    def __init__(self):
        torch.manual_seed(0)
        self.rng = np.random.default_rng(0)
        self.rnn = torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="relu", bias=False)
        self.readout = torch.nn.Linear(HIDDEN, 3, bias=False)
        self.parameters = [*self.rnn.parameters(), *self.readout.parameters()]
        self.optimizer = torch.optim.Adam(self.parameters, 1e-3, betas=(0.9, 0.9))

    def target(self):
        a, e = np.array([[0.95, 0.05], [0.05, 0.95]]).cumsum(1), np.array([[0.99, 0.01, 0], [0, 0.01, 0.99]]).cumsum(1)
        state, symbols = self.rng.integers(0, 2, BATCH), np.zeros((BATCH, LENGTH), int)
        for t in range(LENGTH):
            if t:
                state = (self.rng.random(BATCH)[:, None] > a[state]).sum(1).clip(0, 1)
            symbols[:, t] = (self.rng.random(BATCH)[:, None] > e[state]).sum(1).clip(0, 2)
        return F.one_hot(torch.as_tensor(symbols), 3).float()

    def step(self, autograd):
        target = self.target()
        h, _ = self.rnn(torch.randn(LENGTH, BATCH, INPUTS))
        y = F.gumbel_softmax(self.readout(h), tau=1.0, hard=True).transpose(0, 1)
        pieces = LENGTH // WINDOW
        mine, theirs = torch.randperm(BATCH * pieces)[:WINDOWS], torch.randperm(BATCH * pieces)[:WINDOWS]
        x = y[:, :pieces * WINDOW].reshape(BATCH * pieces, 3 * WINDOW)[mine]
        z = target[:, :pieces * WINDOW].reshape(BATCH * pieces, 3 * WINDOW)[theirs]
        self.optimizer.zero_grad()
        activity = 0.01 * (h * h).mean()
        if autograd:
            (autograd_value(x, z) + activity).backward()
        else:
            ((x * closed_form_gradient(x.detach(), z)).sum() + activity).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 0.9)
        self.optimizer.step()


def step():
    result = {}
    for name, autograd in (("closed", False), ("autograd", True)):
        loop = Loop()
        for _ in range(5):
            loop.step(autograd)
        start = time.process_time()
        for _ in range(20):
            loop.step(autograd)
        result[name] = (time.process_time() - start) / 20 * 1e3
    print(json.dumps(result))


def fixed_points(folder):
    w = torch.tensor(np.load(folder + "/W.npy"), dtype=torch.float32).T.contiguous()
    b = torch.tensor(np.load(folder + "/b.npy"), dtype=torch.float32)
    x = torch.tensor(np.load(folder + "/X0.npy"), dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.95, patience=2)
    start, before = time.process_time(), None
    for iteration in range(1, 5001):
        d = x - torch.tanh(x @ w + b)
        q = 0.5 * (d * d).sum(1)
        loss = q.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        plateau.step(loss)
        q = q.detach()
        if before is not None and bool(((q < 1e-12) | ((q - before).abs() < 1e-20 * optimizer.param_groups[0]["lr"])).all()):
            break
        before = q
    print(json.dumps({"seconds": time.process_time() - start, "iterations": iteration, "solved": int((q < 1e-12).sum())}))


if __name__ == "__main__":
    fixed_points(sys.argv[2]) if sys.argv[1] == "fixed-points" else step()
