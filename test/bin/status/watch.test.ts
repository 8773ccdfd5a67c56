import { expect, test } from "vitest";
import type { SiteStatus, Status } from "../../../bin/status/model";
import { watchStatus } from "../../../bin/status/watch";

const site = (state: SiteStatus["state"]) =>
  ({ state, problem: null, expired: false, hubs: {}, programs: [] }) as unknown as SiteStatus;
const status = (state: SiteStatus["state"]): Status => ({
  federation: "demo",
  title: "Demo",
  faults: null,
  busy: null,
  unread: [],
  sites: { east: site(state), west: site("up") },
  stacks: [],
});

test("without a terminal: everything once, then a line for each change and nothing else", async () => {
  const end = new AbortController();
  const looks: SiteStatus["state"][] = ["up", "up", "down", "up"];
  const written: string[] = [];
  await watchStatus({
    screen: { write: (text) => written.push(text) },
    seconds: 0.001,
    signal: end.signal,
    collect: async () => {
      const state = looks.shift();
      if (looks.length === 0) end.abort();
      return status(state ?? "up");
    },
    show: () => "the whole status",
  });
  expect(written).toEqual(["the whole status\n", expect.stringMatching(/^\d\d:\d\d:\d\d {2}east: down \(was up\)\n$/)]);
});
