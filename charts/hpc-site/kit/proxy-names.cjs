"use strict";

// Loaded before the proxy. A notebook's certificate is for the node that it runs on, and that is who must answer; Node would hold it
// against the Host header of the request that is passed on, which has the site's own name.
const https = require("node:https");
const { isIP } = require("node:net");

const { createConnection } = https.Agent.prototype;

https.Agent.prototype.createConnection = function createConnectionToHost(options, ...rest) {
  const servername = isIP(options.host) ? "" : options.host;
  return createConnection.call(this, { ...options, servername }, ...rest);
};
