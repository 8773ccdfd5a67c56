import { expect, test } from "vitest";
import { accountAt, hubOf, hubsOf } from "../../../bin/hub/local-hub";
import type { Config } from "../../../bin/load-or-exit";
import { hpc, load, plain, store } from "../../config/federation-of";

const two = "hubs: {prod: {ports: 9020}, staging: {ports: 9030}}\n";
const archive = store(
  "archive",
  `lake: {buckets: {library: {purpose: library, existing: some-bucket, public: true}}}
datasets: {sst: {${plain}, bucket: library, path: sst}}
`,
);

function config(): Config {
  const loaded = load({
    "sites/east.yaml": hpc("east", 9000, "hubs: {prod: {ports: 9010}}\n"),
    "sites/west.yaml": hpc("west", 9002, two),
    "sites/bare.yaml": hpc("bare", 9004),
    "sites/archive.yaml": archive,
  });
  if (!loaded.federation) throw new Error(JSON.stringify(loaded.faults));
  return { ...loaded, federation: loaded.federation, file: "federation.yaml", directory: "/nowhere" };
}

test("a site with one hub means that hub, site/hub means the one", () => {
  expect(hubOf(config(), "east").hub.id).toBe("prod");
  expect(hubOf(config(), "west/staging").hub.url).toBe("http://127.0.0.1:9002/west-9002/staging/");
  expect(hubsOf(config(), "west").map((h) => h.hub.id)).toEqual(["prod", "staging"]);
});

test.each([
  ["west", "site west has several hubs: say which, west/prod, west/staging"],
  ["eats", 'no site "eats": did you mean "east"?'],
  ["west/prd", 'no hub "west/prd": did you mean "west/prod"?'],
  [
    "archive",
    "site archive has no hub on this machine (bare, east, west are): sign in to it by its address, isthmus status",
  ],
  ["bare", "site bare has no hub: write one under `hubs`, or name another site"],
])("%s is refused: %s", (target, message) => {
  expect(() => hubOf(config(), target)).toThrow(message);
});

test("a site that is not installed says how to install it", async () => {
  await expect(accountAt(hubOf(config(), "east"))).rejects.toThrow("site east is not installed: isthmus up east/prod");
});
