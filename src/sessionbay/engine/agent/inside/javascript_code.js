// A process that runs JavaScript for a session, and keeps what it defines. Its peer is the engine: see python_code.py.
"use strict";
const { createRequire } = require("module");
const { inspect } = require("util");
const net = require("net");
const vm = require("vm");
const path = require("path");

const socket = new net.Socket({ fd: 0, readable: true, writable: true });
const tell = (event, more) => socket.write(JSON.stringify({ event, ...more }) + "\n");
for (const name of ["stdout", "stderr"]) {
  process[name].write = (chunk, encoding, done) => {
    tell(name, { chunk: typeof chunk === "string" ? chunk : Buffer.from(chunk).toString() });
    const then = typeof encoding === "function" ? encoding : done;
    if (then) then();
    return true;
  };
}
const { Console } = require("console");
const globals = { ...Object.fromEntries(["process", "Buffer", "URL", "URLSearchParams", "TextEncoder", "TextDecoder",
  "setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "queueMicrotask",
  "fetch", "AbortController", "structuredClone", "performance", "btoa", "atob"]
  .filter((name) => name in globalThis).map((name) => [name, globalThis[name]])) };
const context = vm.createContext({
  ...globals,
  console: new Console({ stdout: process.stdout, stderr: process.stderr }),
  require: createRequire(path.join(process.cwd(), "code.js")),
});
context.globalThis = context.global = context;

const raised = (error) => {
  const isError = error && typeof error === "object" && "stack" in error;
  tell("error", {
    name: (isError && error.name) || "Error",
    value: isError ? String(error.message) : inspect(error),
    traceback: isError ? String(error.stack) : "",
  });
};

async function run(code) {
  let value;
  try {
    value = vm.runInContext(code, context, { filename: "code.js", breakOnSigint: true });
  } catch (error) {
    if (error.name !== "SyntaxError" || !/\bawait\b/.test(code)) throw error;
    value = vm.runInContext(`(async () => {${code}\n})()`, context, { filename: "code.js", breakOnSigint: true });
  }
  return await Promise.race([value, new Promise((_, reject) => { interrupt = reject; })]);
}

let interrupt = () => {};
process.on("SIGINT", () => interrupt(new Error("the code was interrupted")));

let count = 0;
let held = "";
let queue = Promise.resolve();
process.on("uncaughtException", raised);
socket.setEncoding("utf8");
socket.on("end", () => process.exit());
socket.on("data", (data) => {
  const lines = (held + data).split("\n");
  held = lines.pop();
  for (const line of lines) {
    const [mark, ...encoded] = line.split(" ");
    const [code, envs] = encoded.map((one) => Buffer.from(one, "base64").toString());
    queue = queue.then(async () => {
      const begun = performance.now();
      count += 1;
      Object.assign(process.env, JSON.parse(envs));
      try {
        const value = await run(code);
        if (value !== undefined) tell("result", { main: true, mime: { "text/plain": inspect(value) } });
      } catch (error) {
        raised(error);
      }
      tell("end", { mark, count, seconds: (performance.now() - begun) / 1000 });
    });
  }
});
