// The JavaScript kernel: node's own REPL. python_code.py documents its protocol. Its arguments are the descriptors of the
// engine's socket and of the read ends of its own outputs, 1 and 2.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const net = require("net");
const repl = require("repl");
const { PassThrough, Writable } = require("stream");
const { StringDecoder } = require("string_decoder");
const { inspect } = require("util");
const { isMainThread, parentPort, workerData, Worker } = require("worker_threads");

const MAX_TEXT = 2 ** 20;
const OUTPUTS = { stdout: 1, stderr: 2 };
const KERNEL_FRAME = /\n +at [^\n]*\(node:(internal\/)?(vm|repl|domain):[^]*$/;

// The thread that serves the engine, also while code blocks the main thread, or a child process writes.
function serveEngine({ engine, ends, mark }) {
  const socket = new net.Socket({ fd: engine, readable: true, writable: true });
  const pipes = Object.entries(ends).map(([event, fd]) => follow(fd, mark, (chunk) => send({ event, chunk })));
  const send = (event) => {
    if (!socket.write(JSON.stringify(event) + "\n")) pipes.forEach((pipe) => pipe.pause());
  };
  let held = "";
  socket.setEncoding("utf8");
  socket.on("drain", () => pipes.forEach((pipe) => pipe.resume()));
  socket.on("end", () => process.exit());
  socket.on("data", (data) => {
    const lines = (held + data).split("\n");
    held = lines.pop();
    lines.forEach((line) => parentPort.postMessage(parse(line)));
  });
  parentPort.on("message", send);
}

function parse(line) { // here, in this thread's realm: code may have changed what the other one's arrays can do
  const [id, ...encoded] = line.split(" ");
  const [code, envs] = encoded.map((one) => Buffer.from(one, "base64").toString());
  return { id, code, envs: JSON.parse(envs) };
}

// Send the output of a pipe. The mark, a secret, shows that all output before it was sent.
function follow(fd, mark, send) {
  const pipe = new net.Socket({ fd, readable: true, writable: false });
  const decoder = new StringDecoder("utf8");
  let held = Buffer.alloc(0);
  return pipe.on("data", (data) => {
    held = Buffer.concat([held, data]);
    const place = held.indexOf(mark);
    const end = place < 0 ? held.length - overlap(held, mark) : place;
    const chunk = decoder.write(held.subarray(0, end));
    held = held.subarray(place < 0 ? end : end + mark.length);
    if (chunk) send(chunk);
    if (place >= 0) parentPort.postMessage({ drained: true });
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
  for (let rest = data; rest.length; ) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 5); // a child process has set the shared pipe to non-blocking
    }
  }
}

// An unbuffered output: code that is interrupted in a write leaves no state behind.
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
  const send = (event, fields) => worker.postMessage({ event, ...fields });
  for (const [name, fd] of Object.entries(OUTPUTS)) {
    Object.defineProperty(process, name, { value: output(fd), configurable: true, enumerable: true });
  }
  process.argv.splice(1);
  let stop = () => {};
  let drained = () => {};
  let running = false;
  let queue = Promise.resolve();
  let count = 0;

  const fail = (error) => {
    const { name, value, traceback } = describe(error);
    if (running) send("error", { name, value, traceback });
    else write(OUTPUTS.stderr, Buffer.from(`Uncaught ${traceback || value}\n`)); // between two runs
    if (!server.underscoreErrAssigned) server.lastError = error;
  };
  process.on("uncaughtException", fail);
  const server = startRepl(fail);
  const drain = () => new Promise((resolve) => {
    let open = 2;
    drained = () => { open -= 1; if (!open) resolve(); };
    for (const fd of Object.values(OUTPUTS)) {
      try {
        write(fd, mark);
      } catch {
        drained(); // the code has closed it
      }
    }
  });
  const answer = async ({ id, code, envs }) => {
    const begun = performance.now();
    count += 1;
    running = true;
    Object.assign(process.env, envs);
    let report = () => {};
    try {
      const interrupted = new Promise((_, reject) => { stop = reject; });
      const value = await Promise.race([server.evaluate(code, count), interrupted]);
      if (!server.underscoreAssigned) server.last = value;
      const text = value === undefined ? undefined : wellFormed(server.writer(value));
      report = () => text === undefined || send("result", { main: true, mime: { "text/plain": text } });
    } catch (error) {
      report = () => fail(error);
    }
    await drain();
    report();
    running = false;
    send("end", { mark: id, count, seconds: (performance.now() - begun) / 1000 });
  };
  for (const source of [process, server]) source.on("SIGINT", () => stop(new Error("the code was interrupted")));
  worker.on("exit", () => process.exit());
  send("ready");
  worker.on("message", (message) => {
    if (message.drained) drained();
    else queue = queue.then(() => answer(message));
  });
}

// Start a REPL without a terminal. Its method `evaluate` returns a promise of the value of code, awaited if it is one.
function startRepl(fail) {
  const sink = new Writable({ write(chunk, encoding, done) { write(OUTPUTS.stderr, chunk); done(); } });
  const options = { useGlobal: true, breakEvalOnSigint: true, terminal: false, prompt: "" };
  const server = repl.start({ input: new PassThrough(), output: sink, ...options });
  let refuse = fail;
  if (server._domain) { // where eval emits the errors of code, and node those of callbacks
    server._domain.removeAllListeners("error");
    server._domain.on("error", (error) => refuse(error));
    server._domain._errorHandler = (error) => { server._domain.exit(); fail(error); return true; };
  }
  server.removeAllListeners("SIGINT");
  server.evaluate = (code, count) => new Promise((resolve, reject) => {
    refuse = reject;
    const listeners = takeListeners(); // eval resets the signal's handler, and with listeners an interrupt would exit
    server.eval(code, server.context, `REPL${count}`, (error, value) => {
      if (!error) resolve(value);
      else reject(error instanceof repl.Recoverable ? error.err : error);
    });
    [...listeners, ...takeListeners()].forEach((listener) => process.on("SIGINT", listener));
  });
  return server;
}

function takeListeners() {
  const listeners = process.rawListeners("SIGINT");
  process.removeAllListeners("SIGINT");
  return listeners;
}

// Return the texts of a thrown value, whose properties may throw in turn.
function describe(error) {
  try {
    if (!(error instanceof Error)) return { name: "Error", value: wellFormed(inspect(error)), traceback: "" };
    const traceback = wellFormed(error.stack).replace(KERNEL_FRAME, "");
    return { name: wellFormed(error.name) || "Error", value: wellFormed(error.message), traceback };
  } catch {
    return { name: "Error", value: "<a thrown value that cannot be shown>", traceback: "" };
  }
}

// Return the text of a value, cut if it is very long, with U+FFFD for lone surrogates, as node writes them.
function wellFormed(value) {
  return Buffer.from(String(value).slice(0, MAX_TEXT)).toString();
}

if (isMainThread) serve(...process.argv.slice(2).map(Number));
else serveEngine(workerData);
