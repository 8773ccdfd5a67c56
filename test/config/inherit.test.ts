import { expect, test } from "vitest";
import { faultsOf, federationYaml, hpc, hubOf, load, siteOf } from "./federation-of";

const top = `format: 1
federation: fed
title: A federation
contact: ops@fed.example
`;
const end = "sites: [sites/*.yaml]\n";
const federation = (rest: string) => ({ "federation.yaml": top + rest + end });
const site = (rest: string) => ({ "sites/a.yaml": hpc("a", 9000, rest) });

const base = federation(`defaults:
  site: {timezone: Europe/Berlin}
  hub:
    allow: {users: [ann, bob]}
    defaultProfile: small
    cull: {idleMinutes: 30, maxAgeHours: 24}
    profiles: {small: {title: Small, cores: 1, memory: 2Gi}}
    dask: {worker: {cores: 2}, idleMinutes: 10}
templates:
  course:
    cull: {idleMinutes: 15}
    allow: {users: [cy]}
    dask: none
  quiet: {cull: null, dask: null}
`);
const hub = (keys: string) => hubOf({ ...base, ...site(`hubs: {prod: {ports: 9010${keys}}}\n`) }, "a", "prod");

test("maps merge, lists replace, the nearer value wins", () => {
  expect(hub("").cull).toEqual({ idleSeconds: 1800, maxAgeSeconds: 86_400 });
  expect(hub(", cull: {idleMinutes: 5}").cull).toEqual({ idleSeconds: 300, maxAgeSeconds: 86_400 });
  expect(hub(", use: course").cull).toEqual({ idleSeconds: 900, maxAgeSeconds: 86_400 });
  expect(hub(", use: course, cull: {idleMinutes: 5}").cull.idleSeconds).toBe(300);
  expect(hub(", allow: {users: [dan]}").allow).toEqual({ users: ["dan"] });
  expect(hub(", use: course").allow).toEqual({ users: ["cy"] });
  expect(hub(", allow: everyone").allow).toEqual({ everyone: true });
  expect(hub(", profiles: {big: {title: B, cores: 4, memory: 8Gi}}").profiles.map((p) => p.id)).toEqual([
    "small",
    "big",
  ]);
  expect(hub(", profiles: {small: {cores: 2}}").profiles).toMatchObject([{ title: "Small", cores: 2 }]);
});

test("null removes an inherited key: the schema's default holds", () => {
  expect(hub(", cull: null").cull).toEqual({ idleSeconds: 3600, maxAgeSeconds: 604_800 });
  expect(hub(", cull: {maxAgeHours: null}").cull).toEqual({ idleSeconds: 1800, maxAgeSeconds: 604_800 });
  expect(hub(", use: quiet").cull).toEqual({ idleSeconds: 3600, maxAgeSeconds: 604_800 });
  expect(hub(", use: quiet, cull: {idleMinutes: 5}").cull).toEqual({ idleSeconds: 300, maxAgeSeconds: 604_800 });
  expect(hub(", use: quiet").dask).toMatchObject({ worker: { cores: 1 }, idleSeconds: 1800 });
  const faults = faultsOf({ ...base, ...site("hubs: {prod: {ports: 9010, allow: null}}\n") });
  expect(faults).toEqual(['sites/a.yaml:7:8 schema hubs.prod.allow: "allow" is required']);
});

test("none replaces a whole block, and a map over none starts from the schema's defaults", () => {
  expect(hub("").dask).toMatchObject({ worker: { cores: 2 }, idleSeconds: 600 });
  expect(hub(", dask: none").dask).toBeNull();
  expect(hub(", use: course").dask).toBeNull();
  expect(hub(", use: course, dask: {idleMinutes: 5}").dask).toMatchObject({ worker: { cores: 1 }, idleSeconds: 300 });
});

test("a site's own value wins over the defaults, null brings back the schema's", () => {
  const zone = (rest: string) => siteOf({ ...base, ...site(rest) }, "a").timezone;
  expect(zone("")).toBe("Europe/Berlin");
  expect(zone("timezone: Asia/Tokyo\n")).toBe("Asia/Tokyo");
  expect(zone("timezone:\n")).toBe("Etc/UTC");
});

test("a hub of the defaults comes to every site that does not remove it", () => {
  const files = federation(`defaults:
  hub: {allow: everyone, defaultProfile: s, profiles: {s: {title: S, cores: 1, memory: 1Gi}}}
  site: {hubs: {prod: {title: P, ports: 9010}}}
`);
  expect(siteOf({ ...files, ...site("") }, "a").hubs).toMatchObject([{ id: "prod", title: "P" }]);
  expect(siteOf({ ...files, ...site("hubs: {prod: null}\n") }, "a").hubs).toEqual([]);
});

test("a fault in an inherited value stands where it is written, once for all hubs", () => {
  const files = {
    ...federation(`defaults:
  hub:
    allow: everyone
    defaultProfile: small
    profiles: {small: {title: Small, cores: 1, memory: 2GB}}
    cull: {idleMinutes: 1}
`),
    ...site("hubs: {one: {ports: 9010}, two: {ports: 9020}}\n"),
    "sites/b.yaml": hpc("b", 9100, "hubs: {one: {ports: 9110}}\n"),
  };
  expect(faultsOf(files)).toEqual([
    "federation.yaml:9:56 schema defaults.hub.profiles.small.memory: not in the form that is needed here",
    "federation.yaml:10:25 schema defaults.hub.cull.idleMinutes: out of range",
  ]);
});

test("a rule's fault in an inherited value too", () => {
  const files = {
    "federation.yaml": federationYaml.replace("allow: everyone\n", "allow: everyone\n    dask: {worker: {cores: 9}}\n"),
    ...site("hubs: {one: {ports: 9010}, two: {ports: 9020}}\n"),
  };
  expect(faultsOf(files)).toEqual([
    "federation.yaml:8:28 dask-limits defaults.hub.dask.worker.cores: more than limits.cluster.cores allows",
  ]);
});

test("faults of defaults and templates that nobody uses are found", () => {
  expect(
    faultsOf({
      ...federation(`defaults:
  site: {timezone: Mars, listen: {prot: 1}}
  hub: {cull: {idle: 1}, ports: x}
templates:
  t: {dask: {worker: {cores: 0}}, use: u}
  U: {}
`),
      "sites/s.yaml": "site: s\nprovider: azure\n",
    }),
  ).toEqual([
    "federation.yaml:6:20 schema defaults.site.timezone: not a time zone",
    'federation.yaml:6:35 schema defaults.site.listen.prot: unknown key "prot"',
    'federation.yaml:7:16 schema defaults.hub.cull.idle: unknown key "idle"',
    "federation.yaml:7:33 schema defaults.hub.ports: expected a number",
    "federation.yaml:9:30 schema templates.t.dask.worker.cores: out of range",
    'federation.yaml:9:35 schema templates.t.use: unknown key "use"',
    'federation.yaml:10:3 schema templates.U: "U" cannot be a name here',
    "sites/s.yaml:2:11 schema provider: not an allowed value",
  ]);
});

test("a site's id is never inherited, and store sites have no keys of others", () => {
  expect(faultsOf({ ...federation("defaults: {site: {site: x}}\n"), ...site("") })).toEqual([
    'federation.yaml:5:19 schema defaults.site.site: unknown key "site"',
  ]);
});

test("a key of the defaults that a provider has not is removed there by null", () => {
  const files = federation("defaults: {site: {listen: {port: 9000}}}\n");
  const pod = (rest: string) => ({
    "sites/p.yaml": `site: p\ninstitution: P\nprovider: store\nendpoint: https://s3.example.org\nanonymous: true\nlake: {buckets: {}}\ndatasets: {}\n${rest}`,
  });
  expect(load({ ...files, ...pod("") }).faults).toMatchObject([
    {
      file: "federation.yaml",
      line: 5,
      col: 19,
      path: "defaults.site.listen",
      message: 'unknown key "listen"',
      fix: "remove it, or set listen: null in sites/p.yaml, where it means nothing",
    },
  ]);
  expect(faultsOf({ ...files, ...pod("listen: null\n") })).toEqual([]);
});

test("a template that is not there is the hub's only fault", () => {
  expect(load({ ...base, ...site("hubs: {prod: {use: corse}, other: {ports: x}}\n") }).faults).toMatchObject([
    {
      file: "sites/a.yaml",
      line: 7,
      col: 20,
      path: "hubs.prod.use",
      message: "no such template",
      got: "corse",
      allowed: "course, quiet",
      fix: 'did you mean "course"?',
    },
    { path: "hubs.other.ports" },
  ]);
  expect(load({ ...base, ...site("hubs: {prod: {use: [course]}}\n") }).faults).toMatchObject([
    { message: "expected the name of one template", got: "a list", allowed: "course, quiet" },
  ]);
  expect(hub(", use: null").cull.idleSeconds).toBe(1800);
});

test("a hub, bucket or dataset with nothing behind its name is a fault, unless it removes what was inherited", () => {
  const lines = (rest: string) => load({ ...base, ...site(rest) }).faults.map((f) => `${f.path}  ${f.message}`);
  expect(lines("hubs:\n  prod:\n")).toEqual(['hubs.prod  nothing stands behind "prod"']);
  expect(lines("lake:\n  buckets:\n    scratch:\n")).toEqual(['lake.buckets.scratch  nothing stands behind "scratch"']);
  expect(lines("datasets: {d: null}\n")).toEqual(['datasets.d  nothing stands behind "d"']);
  const inherited = federation("defaults: {site: {lake: {buckets: {scratch: {purpose: scratch}}}}}\n");
  expect(faultsOf({ ...inherited, ...site("lake: {buckets: {scratch: null}}\n") })).toEqual([]);
});
