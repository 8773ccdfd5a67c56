// Required by the hub's proxy before its own code: a log that cannot be written, on a full disk, does not end the proxy.
const { writeSync } = require("node:fs");

for (const [stream, descriptor] of [
  [process.stdout, 1],
  [process.stderr, 2],
]) {
  stream.write = (chunk, encoding, callback = encoding) => {
    try {
      writeSync(descriptor, chunk);
    } catch {}
    if (typeof callback === "function") process.nextTick(callback);
    return true;
  };
}
