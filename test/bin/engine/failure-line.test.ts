import { expect, test } from "vitest";
import { readEvent } from "../../../bin/engine/events";
import { failureLine, type Said } from "../../../bin/engine/failure-line";
import { askCommand, sendCommand } from "../../../constructs/hpc/ssh";

const nothing: Said = { errors: [], provisioners: [], raw: [] };
const provisioner = (detail: string) => ({
  summary: "local-exec provisioner error",
  detail,
  address: "terraform_data.bundle",
});

test("the kit's own word comes first, and its last one", () => {
  const provisioners = [
    "isthmus: step",
    "isthmus: error: first",
    "isthmus: error: nginx does not start (log: a.log)",
    "noise",
  ];
  const errors = [provisioner("Error running command 'x': exit status 1. Output: …")];
  expect(failureLine({ ...nothing, provisioners, errors })).toBe("nginx does not start (log: a.log)");
});

test("a program without a word for us is told by its last line and its end", () => {
  const detail = "Error running command 'a\nb': exit status 3. Output: oops\n";
  const provisioners = ['Executing: ["/bin/sh"]', "oops", ""];
  expect(failureLine({ ...nothing, provisioners, errors: [provisioner(detail)] })).toBe(
    "oops (exit status 3) (terraform_data.bundle)",
  );
  expect(failureLine({ ...nothing, errors: [provisioner(detail)] })).toBe(
    "the program ended with exit status 3 (terraform_data.bundle)",
  );
});

const over = (command: string) => provisioner(`Error running command '${command}': exit status 255. Output: …\n`);

test("a session that was cut says what that means for what had begun; only an install goes on", () => {
  const provisioners = ["isthmus: making the Python environment hub …", "Connection to login1 closed by remote host."];
  expect(failureLine({ ...nothing, provisioners, errors: [over(sendCommand)] })).toBe(
    "the connection was cut (Connection to login1 closed by remote host.): an install that had begun there goes on to its end, anything less is undone; run the same command again (exit status 255) (terraform_data.bundle)",
  );
  expect(failureLine({ ...nothing, provisioners, errors: [over(askCommand)] })).toBe(
    "the connection was cut (Connection to login1 closed by remote host.): run the same command again (exit status 255) (terraform_data.bundle)",
  );
});

test.each([
  ["Read from remote host login1: Connection reset by peer"],
  ["client_loop: send disconnect: Broken pipe"],
  ["Timeout, server login1 not responding."],
])("a session that was cut: %s", (line) => {
  expect(failureLine({ ...nothing, provisioners: [line], errors: [over(sendCommand)] })).toMatch(/^the connection was/);
});

const unknown = "Connection closed by UNKNOWN port 65535";
const identification = "kex_exchange_identification: Connection closed by remote host";
const denied = "ann@gate.example: Permission denied (publickey).";

test.each([
  [["Host key verification failed."], "Host key verification failed."],
  [[identification, "Connection closed by 10.0.0.1 port 22"], "Connection closed by 10.0.0.1 port 22"],
  [["Connection reset by 10.0.0.1 port 22"], "Connection reset by 10.0.0.1 port 22"],
  [["isthmus: prod is uninstalled", unknown], unknown],
  [[denied, unknown], denied],
  [[denied, identification, `${unknown}\r`], denied],
  [
    ["channel 0: open failed: connect failed: Connection refused", "stdio forwarding failed", unknown],
    "channel 0: open failed: connect failed: Connection refused",
  ],
  [
    [
      "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
      "Disconnected from 10.0.0.1 port 22",
    ],
    "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
  ],
])("who is not let in has no connection that was cut, and is told why: %j", (provisioners, told) => {
  expect(failureLine({ ...nothing, provisioners, errors: [over(sendCommand)] })).toBe(
    `${told} (exit status 255) (terraform_data.bundle)`,
  );
});

test("an error that only follows is passed over", () => {
  const errors = [
    { summary: "execution halted", detail: "" },
    { summary: "creating bucket", detail: "AccessDenied:\n  no\n\nmore", address: "aws_s3_bucket.a" },
  ];
  expect(failureLine({ ...nothing, errors })).toBe("creating bucket: AccessDenied: no (aws_s3_bucket.a)");
});

test("a precondition speaks for itself", () => {
  const errors = [{ summary: "Resource precondition failed", detail: "expired on 2026-01-01." }];
  expect(failureLine({ ...nothing, errors })).toBe("expired on 2026-01-01.");
});

test("without any error the last words count", () => {
  expect(failureLine({ ...nothing, raw: ["panic: x", ""] })).toBe("panic: x");
  expect(failureLine(nothing)).toBe("the engine said nothing");
});

test("lines of an engine become events; what is no JSON stays text", () => {
  const line = {
    "@message": "Error: Bad",
    type: "diagnostic",
    diagnostic: { severity: "error", summary: "Bad", detail: "a\nb", address: "x.y" },
  };
  expect(readEvent(JSON.stringify(line))).toEqual({
    kind: "diagnostic",
    severity: "error",
    diagnostic: { summary: "Bad", detail: "a\nb", address: "x.y" },
    text: "Error: Bad\n  a\n  b",
  });
  const progress = {
    "@message": "m",
    type: "provision_progress",
    hook: { output: "isthmus: a", resource: { addr: "x.y" } },
  };
  expect(readEvent(JSON.stringify(progress))).toEqual({
    kind: "provisioner",
    address: "x.y",
    output: "isthmus: a",
    text: "m",
  });
  expect(readEvent("{not json")).toEqual({ kind: "other", text: "{not json" });
});
