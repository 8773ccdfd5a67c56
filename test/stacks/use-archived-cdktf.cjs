// Loaded with `node -r`: every `cdktf` of the program becomes the archived cdktf 0.21.0.
const Module = require("node:module");

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const mapped =
    request === "cdktf" || request.startsWith("cdktf/") ? request.replace("cdktf", "cdktf-archived") : request;
  return resolve.call(this, mapped, ...rest);
};
