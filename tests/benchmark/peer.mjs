#!/usr/bin/env node
// usage: node tests/benchmark/peer.mjs MODEL.gguf [--bin=DIR] [--prompt=512] [--generate=64] [--runs=5] [--threads=N] [--compile=OPTION]
// Compiles MODEL, then runs it and llama.cpp (npm's node-llama-cpp, where node finds it: install it in
// a folder of your own and start this there) in turns, and prints medians and their ratio. Both get the same
// prompt in one batch, then continue greedily.

import {execFileSync, spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, statSync} from "node:fs";
import {createRequire} from "node:module";
import {cpus, tmpdir} from "node:os";
import path from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

const options = {bin: "build/release/bin", prompt: 512, generate: 64, runs: 5, threads: 0, compile: ""};
const operands = [];
if (process.argv.includes("--help")) {
  const head = readFileSync(fileURLToPath(import.meta.url), "utf8").match(/^\/\/ .*$/gm);
  console.log(head.slice(0, 4).map((line) => line.slice(3)).join("\n"));
  process.exit(0);
}
for (const argument of process.argv.slice(2)) {
  const [, name, value] = /^--(\w+)=(.*)$/.exec(argument) ?? [];
  if (name === undefined) operands.push(argument);
  else if (!(name in options)) fail(`unknown option '--${name}'`);
  else options[name] = typeof options[name] === "number" ? Number(value) : value;
}
if (operands.length !== 1) fail("expected one operand, a GGUF model");
const model = path.resolve(operands[0]), bin = path.resolve(options.bin);
const threads = options.threads || cpus().length;
const prompt = Array.from({length: options.prompt}, (_, i) => 300 + (i * 7919 + 13) % 20000);

function fail(message) {
  console.error(`peer.mjs: error: ${message}`);
  process.exit(2);
}

async function loadPeer() {
  try {
    // Found from the current folder, not from this file's.
    const entry = createRequire(path.resolve("package.json")).resolve("node-llama-cpp");
    return await import(pathToFileURL(entry));
  } catch {
    fail("node-llama-cpp is not installed here; in a folder of your own: npm install node-llama-cpp");
  }
}

const seconds = (since) => (performance.now() - since) / 1000;

async function createPeer() {
  const {getLlama} = await loadPeer();
  const began = performance.now();
  const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
  const loaded = await llama.loadModel({modelPath: model});
  const context = await loaded.createContext(
      {contextSize: options.prompt + options.generate + 8, batchSize: options.prompt, threads});
  const sequence = context.getSequence();
  const load = seconds(began);
  return async () => {
    await sequence.clearHistory();
    let start = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(prompt);
    const prefill = options.prompt / seconds(start);
    let count = 0;
    for await (const _ of sequence.evaluate([5], {temperature: 0, yieldEogToken: true})) {
      if (count++ === 0) start = performance.now();
      if (count > options.generate) break;
    }
    return {load, prefill, decode: options.generate / seconds(start)};
  };
}

function runOurs(artifact) {
  const began = spawnSync(`${bin}/emel-run`, [
    artifact, `--tokens=${prompt.join(",")}`, `--generate=${options.generate + 1}`, "--ids", "--timings",
    `--threads=${threads}`], {encoding: "utf8"});
  if (began.status !== 0) fail(began.stderr);
  const rate = (name) => Number(new RegExp(`^${name}.* ([0-9.]+) tokens/s`, "m").exec(began.stderr)[1]);
  const load = Number(/^load +([0-9.]+) ms/m.exec(began.stderr)[1]) / 1000;
  return {load, prefill: rate("prompt"), decode: rate("generate")};
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const folder = mkdtempSync(path.join(tmpdir(), "emel-peer-"));
try {
  const artifact = path.join(folder, "m.emel");
  const began = performance.now();
  execFileSync(`${bin}/emel-compile`, [model, "-o", artifact, ...options.compile.split(" ").filter(Boolean)],
               {stdio: ["ignore", "ignore", "pipe"]});
  console.log(`compiled in ${seconds(began).toFixed(1)} s, ${statSync(artifact).size} bytes ` +
              `of ${statSync(model).size}; ${threads} threads, ${options.runs} runs each, in turns`);
  const runPeer = await createPeer();
  const ours = [], peers = [];
  runOurs(artifact), await runPeer();  // warm
  for (let run = 0; run < options.runs; ++run) ours.push(runOurs(artifact)), peers.push(await runPeer());
  console.log("            EMEL   llama.cpp   ratio");
  for (const [name, unit, key, better] of [["load", "ms", "load", -1000], ["prefill", "tok/s", "prefill", 1],
                                           ["decode", "tok/s", "decode", 1]]) {
    const [a, b] = [ours, peers].map((all) => median(all.map((run) => run[key])) * Math.abs(better));
    console.log(`${name.padEnd(8)}${a.toFixed(1).padStart(8)}${b.toFixed(1).padStart(12)}` +
                `${(better > 0 ? a / b : b / a).toFixed(2).padStart(8)}   ${unit}`);
  }
} finally {
  rmSync(folder, {recursive: true});
}
process.exit(0);
