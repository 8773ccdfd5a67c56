import { expect, test } from "vitest";
import { jobqueueSettings } from "../../../constructs/hpc/jobqueue";

const worker = { cores: 1.5, memoryBytes: 2 * 2 ** 30 };
const batch = {
  kind: "pbs",
  address: "x",
  notebookPorts: null,
  prologue: ["module purge"],
  requestSizes: true,
  startSeconds: 60,
  chooseAccount: false,
  encrypt: false,
  jobPrefix: "f-a-",
} as const;
const pbs = (job: readonly string[], chunk: readonly string[], requestSizes = true) =>
  jobqueueSettings({ worker, job, chunk }, { ...batch, requestSizes }, "f-a-prod-").jobqueue.pbs;

test("a plain PBSCluster() asks for what the gateway's workers ask for", () => {
  const options = ["-q short", "-A snow", "-P ice", "-l walltime=26:00:00", "-l place=excl"];
  expect(pbs(options, [])).toEqual({
    name: "f-a-prod-jobqueue",
    cores: 2,
    memory: "2048 MiB",
    processes: 1,
    queue: "short",
    account: "snow",
    walltime: "26:00:00",
    "job-extra-directives": ["-P ice", "-l place=excl"],
    "job-directives-skip": [],
    "job-script-prologue": ["module purge"],
    "death-timeout": 60,
  });
});

test("the chunk is its own where it holds more than a size, and left out where nothing is asked for", () => {
  expect(pbs([], ["ngpus=1"])).toMatchObject({ "resource-spec": "select=1:ncpus=2:mem=2048mb:ngpus=1", queue: null });
  expect(pbs([], ["ngpus=1"], false)).toMatchObject({ "resource-spec": "select=1:ngpus=1", "job-directives-skip": [] });
  expect(pbs([], [], false)).toMatchObject({ "job-directives-skip": ["select="] });
});
