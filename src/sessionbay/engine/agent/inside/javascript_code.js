// A process that runs JavaScript for a session, and keeps what it defines. Its peer is the engine: see python_code.py.
// Its words are the descriptors of the engine's socket and of the ends at which its own two outputs, 1 and 2, are read.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const net = require("net");
const path = require("path");
const vm = require("vm");
const { Console } = require("console");
const { createRequire } = require("module");
const { Writable } = require("stream");
const { StringDecoder } = require("string_decoder");
const { inspect } = require("util");
const { isMainThread, parentPort, workerData, Worker } = require("worker_threads");

const OUTPUTS = { stdout: 1, stderr: 2 };

// The thread that speaks with the engine, also while code keeps the other one busy, or a child process writes.
function carry({ engine, ends, mark }) {
  const socket = new net.Socket({ fd: engine, readable: true, writable: true });
  const pipes = Object.entries(ends).map(([event, fd]) => follow(fd, mark, (chunk) => tell({ event, chunk })));
  const tell = (said) => {
    if (!socket.write(JSON.stringify(said) + "\n")) pipes.forEach((pipe) => pipe.pause());
  };
  let held = "";
  socket.setEncoding("utf8");
  socket.on("drain", () => pipes.forEach((pipe) => pipe.resume()));
  socket.on("end", () => process.exit());
  socket.on("data", (data) => {
    const lines = (held + data).split("\n");
    held = lines.pop();
    lines.forEach((order) => parentPort.postMessage({ order }));
  });
  parentPort.on("message", tell);
}

// Tell what comes out of a pipe; the mark, which nobody else writes, says that all before it has been told.
function follow(fd, mark, tell) {
  const pipe = new net.Socket({ fd, readable: true, writable: false });
  const decoder = new StringDecoder("utf8");
  let held = Buffer.alloc(0);
  return pipe.on("data", (data) => {
    held = Buffer.concat([held, data]);
    const place = held.indexOf(mark);
    const end = place < 0 ? held.length - overlap(held, mark) : place;
    const chunk = decoder.write(held.subarray(0, end));
    held = held.subarray(place < 0 ? end : end + mark.length);
    if (chunk) tell(chunk);
    if (place >= 0) parentPort.postMessage({ told: true });
  });
}

// Return how many bytes at the end of the data may be the beginning of the mark.
function overlap(data, mark) {
  let size = Math.min(mark.length - 1, data.length);
  while (size && !data.subarray(data.length - size).equals(mark.subarray(0, size))) size -= 1;
  return size;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
function write(fd, data) {
  for (let left = data; left.length; ) {
    try {
      left = left.subarray(fs.writeSync(fd, left));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 5); // a child process shares it, and does not want to be kept waiting
    }
  }
}

// An output that holds nothing back: code that is interrupted while it writes leaves no state behind.
function output(fd) {
  const stream = Object.assign(new Writable(), { fd });
  stream.write = (chunk, encoding, done) => {
    write(fd, Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8"));
    const then = typeof encoding === "function" ? encoding : done;
    if (then) then();
    return true;
  };
  return stream;
}

function serve(engine, stdout, stderr) {
  const mark = crypto.randomBytes(16);
  const worker = new Worker(__filename, { workerData: { engine, ends: { stdout, stderr }, mark } });
  const tell = (event, more) => worker.postMessage({ event, ...more });
  for (const [name, fd] of Object.entries(OUTPUTS)) {
    Object.defineProperty(process, name, { value: output(fd), configurable: true, enumerable: true });
  }
  const context = contextOf(process);
  let interrupt = () => {};
  let told = () => {};
  let queue = Promise.resolve();
  let count = 0;

  const raised = (error) => {
    const isError = error && typeof error === "object" && "stack" in error;
    tell("error", {
      name: (isError && String(error.name)) || "Error",
      value: isError ? String(error.message) : inspect(error),
      traceback: isError ? String(error.stack) : "",
    });
  };
  const run = async (code) => {
    const options = { filename: "code.js", breakOnSigint: true };
    let value;
    try {
      value = vm.runInContext(code, context, options);
    } catch (error) {
      if (!(error && error.name === "SyntaxError" && /\bawait\b/.test(code))) throw error;
      value = vm.runInContext(`(async () => {${code}\n})()`, context, options);
    }
    return await Promise.race([value, new Promise((_, reject) => { interrupt = reject; })]);
  };
  const drained = () => new Promise((resolve) => {
    let left = 2;
    told = () => { left -= 1; if (!left) resolve(); };
    for (const fd of Object.values(OUTPUTS)) {
      try {
        write(fd, mark);
      } catch {
        told(); // the code has closed it
      }
    }
  });
  const answer = async (order) => {
    const [id, ...encoded] = order.split(" ");
    const [code, envs] = encoded.map((one) => Buffer.from(one, "base64").toString());
    const begun = performance.now();
    count += 1;
    Object.assign(process.env, JSON.parse(envs));
    let after = () => {};
    try {
      const value = await run(code);
      const shown = value === undefined ? undefined : inspect(value);
      after = () => shown === undefined || tell("result", { main: true, mime: { "text/plain": shown } });
    } catch (error) {
      after = () => raised(error);
    }
    await drained();
    after();
    tell("end", { mark: id, count, seconds: (performance.now() - begun) / 1000 });
  };
  process.on("SIGINT", () => interrupt(new Error("the code was interrupted")));
  process.on("uncaughtException", raised);
  worker.on("exit", () => process.exit());
  worker.on("message", (said) => {
    if (said.told) told();
    else queue = queue.then(() => answer(said.order));
  });
}

function contextOf(process) {
  const names = ["process", "Buffer", "URL", "URLSearchParams", "TextEncoder", "TextDecoder", "setTimeout",
    "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "queueMicrotask", "fetch",
    "AbortController", "structuredClone", "performance", "btoa", "atob"];
  const context = vm.createContext({
    ...Object.fromEntries(names.filter((name) => name in globalThis).map((name) => [name, globalThis[name]])),
    console: new Console({ stdout: process.stdout, stderr: process.stderr }),
    require: createRequire(path.join(process.cwd(), "code.js")),
  });
  context.globalThis = context.global = context;
  return context;
}

if (isMainThread) serve(...process.argv.slice(2).map(Number));
else carry(workerData);
