#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frame rate of the splat viewer against two viewers for the web, on the same file and machine, without a graphics card.

  bench_web_splats.py PROGRAM BENCH_SPLAT_VIEWER FILE.compressed.ply [--seconds 10]

@mkkellogg/gaussian-splats-3d shows the file as .splat, playcanvas as it is; both are installed with npm into a temporary
folder and turn the scene once in ten seconds at 1024 x 768 in headless chromium on SwiftShader. Prints one JSON object:
median frames a second of each, ours as its pane shows them while a mouse turns the scene, and in full resolution; exit status 1
where ours are not three times theirs, 77 (a skip) without npm or chromium.
"""
import argparse
import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

LEAST_RATIO = 3.0
WIDTH, HEIGHT = 1024, 768
CHROME = 143  # pixels of its own that a headless window takes from the page

COMMON = """<!doctype html><meta charset="utf-8">
<style>html,body{margin:0;background:#fff;overflow:hidden}canvas,#view{width:%dpx;height:%dpx;display:block}</style>
<script>
const seconds = %g;
const report = data => fetch('/report', {method: 'POST', body: JSON.stringify(data)});
addEventListener('error', e => report({error: String(e.message)}));
addEventListener('unhandledrejection', e => report({error: String(e.reason)}));
// Turns the scene once in ten seconds, and reports the gaps between finished frames from the fourth on (shaders are compiled
// in the first ones): those of `seconds`, at least five, at most for a minute. A browser asks for frames faster than they are
// drawn; reading a pixel waits until one is.
function orbit(gl, turn) {
  const gaps = [], pixel = new Uint8Array(4); let number = 0, first = 0, last = 0;
  const frame = () => {
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    const now = performance.now();
    if (++number === 4) first = last = now;
    turn(2 * Math.PI * (number < 4 ? 0 : now - first) / 10000);
    if (number > 4) gaps.push(now - last);
    last = now;
    const t = (now - first) / 1000;
    if (number < 5 || (t < 60 && (t < seconds || gaps.length < 5))) requestAnimationFrame(frame);
    else report({gaps, drawn: gaps.length, size: [innerWidth, innerHeight]});
  };
  requestAnimationFrame(frame);
}
</script>
"""

MKKELLOGG = """<div id="view"></div>
<script type="importmap">{"imports": {"three": "/node_modules/three/build/three.module.js",
 "@mkkellogg/gaussian-splats-3d": "/node_modules/@mkkellogg/gaussian-splats-3d/build/gaussian-splats-3d.module.js"}}</script>
<script type="module">
import * as GS from '@mkkellogg/gaussian-splats-3d';
const c = %(centre)s, r = %(distance)g;
const viewer = new GS.Viewer({rootElement: document.getElementById('view'), cameraUp: [0, -1, 0],
  initialCameraPosition: [c[0], c[1], c[2] - r], initialCameraLookAt: c, selfDrivenMode: false, useBuiltInControls: false,
  sharedMemoryForWorkers: false, ignoreDevicePixelRatio: true, gpuAcceleratedSort: false});
await viewer.addSplatScene('/scene.splat', {showLoadingUI: false, format: GS.SceneFormat.Splat, progressiveLoad: false});
orbit(viewer.renderer.getContext(), angle => {
  viewer.camera.position.set(c[0] + r * Math.sin(angle), c[1], c[2] - r * Math.cos(angle));
  viewer.camera.lookAt(...c);
  viewer.update();
  viewer.render();
});
</script>
"""

PLAYCANVAS = """<canvas id="view" width="%(width)d" height="%(height)d"></canvas>
<script type="module">
import * as pc from '/node_modules/playcanvas/build/playcanvas.mjs';
const c = %(centre)s, r = %(distance)g;
const app = new pc.Application(document.getElementById('view'), {graphicsDeviceOptions: {antialias: false}});
app.setCanvasFillMode(pc.FILLMODE_NONE, %(width)d, %(height)d);
app.graphicsDevice.maxPixelRatio = 1;
const asset = new pc.Asset('scene', 'gsplat', {url: '/scene.compressed.ply'});
app.assets.add(asset);
await new Promise((done, fail) => { asset.ready(done); asset.on('error', fail); app.assets.load(asset); });
const splat = new pc.Entity(); splat.addComponent('gsplat', {asset}); app.root.addChild(splat);
const camera = new pc.Entity();
camera.addComponent('camera', {clearColor: new pc.Color(1, 1, 1), fov: 49.1, nearClip: 0.01});
app.root.addChild(camera);
app.start();
orbit(app.graphicsDevice.gl, angle => {
  camera.setPosition(c[0] + r * Math.sin(angle), c[1], c[2] - r * Math.cos(angle));
  camera.lookAt(new pc.Vec3(...c), new pc.Vec3(0, -1, 0));
});
</script>
"""


def skip(reason):
    print(f"bench_web_splats: {reason}")
    sys.exit(77)


class Handler(http.server.SimpleHTTPRequestHandler):
    reports = []
    arrived = threading.Event()

    def do_POST(self):
        Handler.reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        Handler.arrived.set()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def shown_in(browser, folder, page, seconds):
    """What a page reports: the gaps between its frames, ms."""
    Handler.reports.clear()
    Handler.arrived.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [browser, "--headless=new", "--no-sandbox", f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT + CHROME}",
             "--hide-scrollbars", "--force-device-scale-factor=1", "--use-gl=angle", "--use-angle=swiftshader",
             "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
             "--disable-background-timer-throttling", f"http://127.0.0.1:{server.server_port}/{page}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            if not Handler.arrived.wait(300 + seconds):
                sys.exit(f"bench_web_splats: {page} did not answer")
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
    report = Handler.reports[0]
    if "error" in report:
        sys.exit(f"bench_web_splats: {page}: {report['error']}")
    return report


def rate(gaps):
    return 1000 / statistics.median(gaps)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("bench")
    parser.add_argument("file")
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser or not shutil.which("npm"):
        skip("chromium and npm are needed (Debian: apt-get install chromium npm)")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        def run(*command):
            return subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout

        file, program, bench = (os.path.abspath(path) for path in (args.file, args.program, args.bench))
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "@mkkellogg/gaussian-splats-3d", "three", "playcanvas")
        versions = {}
        for package in ("@mkkellogg/gaussian-splats-3d", "playcanvas"):
            with open(os.path.join(folder, "node_modules", package, "package.json"), encoding="utf-8") as manifest:
                versions[package] = json.load(manifest)["version"]
        shutil.copy(file, os.path.join(folder, "scene.compressed.ply"))
        run(program, "splats", "convert", file, "--out", os.path.join(folder, "scene.splat"))
        info = json.loads(run(program, "splats", "info", file, "--json"))
        low, high = json.loads(info["lowest"]), json.loads(info["highest"])
        place = {"centre": json.dumps([(a + b) / 2 for a, b in zip(low, high)]), "width": WIDTH, "height": HEIGHT,
                 "distance": 1.1 * sum((b - a) ** 2 for a, b in zip(low, high)) ** 0.5}
        common = COMMON % (WIDTH, HEIGHT, args.seconds)
        for name, page in (("mkkellogg.html", MKKELLOGG), ("playcanvas.html", PLAYCANVAS)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                out.write(common + page % place)
        peers = {package: shown_in(browser, folder, page, args.seconds)
                 for package, page in (("@mkkellogg/gaussian-splats-3d", "mkkellogg.html"), ("playcanvas", "playcanvas.html"))}
        ours = json.loads(subprocess.run([bench, file, str(args.seconds)], capture_output=True, text=True, check=False).stdout)
    moving, full = 1000 / ours["medianGapMilliseconds"], 1000 / ours["fullResolutionMilliseconds"]
    result = {"splats": ours["splats"], "size": f"{WIDTH}x{HEIGHT}", "load": load, "cores": os.cpu_count(),
              "ours": {"framesPerSecond": moving, "shareReduced": ours["shareReduced"], "fullResolution": full},
              "peers": {package: {"version": versions[package], "framesPerSecond": rate(report["gaps"]),
                                  "size": report["size"], "frames": report["drawn"],
                                  "ratio": moving / rate(report["gaps"]),
                                  "ratioFullResolution": full / rate(report["gaps"])}
                        for package, report in peers.items()}}
    result["broken"] = [package for package, found in result["peers"].items() if found["ratio"] < LEAST_RATIO]
    print(json.dumps(result, indent=1))
    sys.exit(1 if result["broken"] else 0)


if __name__ == "__main__":
    main()
