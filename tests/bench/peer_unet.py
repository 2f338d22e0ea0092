#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The U-Net of the concept-space lab in PyTorch: CPU milliseconds of a training step (batch 32, clip, AdamW, running mean)
and of a sampler step (16 images), one thread. Prints one JSON object."""
import json
import math
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(0)


class Res(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.norm1, self.conv1, self.time = nn.GroupNorm(4, a), nn.Conv2d(a, b, 3, padding=1), nn.Linear(64, b)
        self.norm2, self.conv2 = nn.GroupNorm(4, b), nn.Conv2d(b, b, 3, padding=1)
        self.prompt = nn.Sequential(nn.Linear(4, b), nn.GELU(), nn.Linear(b, b), nn.GELU())
        self.skip = nn.Conv2d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x, t, c):
        h = self.conv1(F.gelu(self.norm1(x))) + (self.time(t) + self.prompt(c))[:, :, None, None]
        return self.skip(x) + self.conv2(F.gelu(self.norm2(h)))


class UNet(nn.Module):
    def __init__(self, a=12, b=24):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU())
        self.first = nn.Conv2d(3, a, 3, padding=1)
        self.d1, self.d2, self.middle, self.u2, self.u1 = Res(a, a), Res(a, b), Res(b, b), Res(2 * b, b), Res(2 * a, a)
        self.s1, self.s2 = nn.Conv2d(a, a, 2, 2), nn.Conv2d(b, b, 2, 2)
        self.t2, self.t1 = nn.ConvTranspose2d(b, b, 2, 2), nn.ConvTranspose2d(b, a, 2, 2)
        self.norm, self.last = nn.GroupNorm(4, a), nn.Conv2d(a, 3, 3, padding=1)

    def forward(self, x, t, c):
        e = 1000 * t[:, None] * torch.exp(-math.log(1e4) * torch.arange(16) / 16)
        e = self.time(torch.cat([e.sin(), e.cos()], 1))
        h1 = self.d1(self.first(x), e, c)
        h2 = self.d2(self.s1(h1), e, c)
        h = self.middle(self.s2(h2), e, c)
        h = self.u2(torch.cat([self.t2(h), h2], 1), e, c)
        h = self.u1(torch.cat([self.t1(h), h1], 1), e, c)
        return x + self.last(F.gelu(self.norm(h)))


net, mean = UNet(), UNet()
optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.01)
images, prompts = torch.rand(3072, 3, 16, 16) * 2 - 1, torch.rand(3072, 4)


def step(batch=32):
    i = torch.randint(0, 3072, (batch,))
    t = (torch.arange(batch) + torch.rand(1)) / batch
    gamma = (-5 + 13 * t).view(-1, 1, 1, 1)
    noise = torch.randn(batch, 3, 16, 16)
    z = torch.sigmoid(-gamma).sqrt() * images[i] + torch.sigmoid(gamma).sqrt() * noise
    loss = F.mse_loss(net(z, t, prompts[i]), noise)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    with torch.no_grad():
        for a, b in zip(mean.parameters(), net.parameters()):
            a.lerp_(b, 0.01)


def sample():
    with torch.no_grad():
        mean(images[:16], torch.full((16,), 0.5), prompts[:16])


def median_ms(work, repeats, chunks=9):
    work()
    times = []
    for _ in range(chunks):
        start = time.process_time()
        for _ in range(repeats):
            work()
        times.append((time.process_time() - start) / repeats)
    return 1e3 * statistics.median(times)


print(json.dumps({"step": median_ms(step, 10), "sample": median_ms(sample, 20)}))
