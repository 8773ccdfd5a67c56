import { expect, test } from "vitest";
import { federationYaml, hpc, load, store } from "./federation-of";

/** The fixes of all faults of `sites/a.yaml`, by path. */
function fixes(rest: string, others: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    load({ "sites/a.yaml": hpc("a", 9000, rest), ...others }).faults.map((f) => [f.path, f.fix]),
  );
}

const hub = (keys: string) => `hubs:\n  prod:\n    ports: 9010\n${keys}`;

test("a number without the unit that it needs", () => {
  expect(fixes(hub("    profiles: {small: {title: S, cores: 1, memory: 2}}\n"))).toEqual({
    "hubs.prod.profiles.small.memory": "write 2Gi",
  });
  expect(fixes(hub("    profiles: {small: {title: 5, cores: 1, memory: 2Gi}}\n"))).toEqual({
    "hubs.prod.profiles.small.title": 'quote it: "5"',
  });
});

test("a number with a unit where its key has one", () => {
  const cull = (minutes: string) => fixes(hub(`    cull: {idleMinutes: ${minutes}}\n`))["hubs.prod.cull.idleMinutes"];
  expect(cull("60m")).toBe("write the number alone: 60");
  expect(cull("2h")).toBe("write the number alone: 120");
  expect(cull("soon")).toBe("write it in that form");
  expect(cull("1")).toBe("write at least 5");
});

test("a key that is indented too much or too little", () => {
  expect(fixes("listen2: 1\nports: 9010\n")).toEqual({
    listen2: 'did you mean "listen"?',
    ports: '"ports" is a key of hubs.<name>: move it there',
  });
  expect(fixes(hub("    lake: {buckets: {}}\n"))).toEqual({
    "hubs.prod.lake": '"lake" is a key of the map that holds "hubs": move it there, into one column with "hubs"',
  });
  expect(fixes(hub("    worker: {cores: 1}\n    dask: {idleMinutes: 5}\n    cores: 1\n"))).toEqual({
    "hubs.prod.worker": '"worker" is a key of dask: indent it below that',
    "hubs.prod.cores": '"cores" is a key of dask.worker: indent it below that',
  });
  expect(fixes("hubs:\n  ports: 9010\n")).toEqual({
    "hubs.ports": '"ports" is a key of what is named here: write a name, and indent "ports" below it',
  });
  expect(fixes("colour: red\n")).toEqual({ colour: "remove it" });
});

test("a key that another provider's site has is not said to be misplaced", () => {
  expect(fixes("endpoint: https://s3.example.org\n")).toEqual({ endpoint: "remove it" });
});

test("what is missing, by what it means", () => {
  const alone = federationYaml.replace(/defaults:[\s\S]*?(?=sites:)/, "");
  expect(fixes("hubs: {prod: {}}\n", { "federation.yaml": alone })).toEqual({
    "hubs.prod.allow": "add `allow: ...` (Who may sign in)",
    "hubs.prod.defaultProfile": "add `defaultProfile: ...` (The profile that a user gets who does not choose)",
    "hubs.prod.ports": "add `ports: ...` (The first of ten ports that this hub's programs use, on loopback)",
    "hubs.prod.profiles": "add `profiles: ...` (What a user may start, by id)",
  });
});

test("a word for off", () => {
  expect(fixes(hub("    dask: false\n"))).toEqual({ "hubs.prod.dask": "write none" });
});

test("a name, in a form that would pass", () => {
  expect(fixes("lake: {buckets: {Sea Ice: {purpose: scratch}}}\n")).toEqual({
    "lake.buckets.Sea Ice": "call it sea-ice",
  });
});

test("a thousand letters are no message", () => {
  const [fault] = load({ "sites/a.yaml": hpc("a", 9000, `${"x".repeat(900)}: 1\n`) }).faults;
  expect(fault?.message.length).toBeLessThan(700);
});

// Each of these was accepted, and stopped the synth, nginx or a program of the site.
test("URLs that not every client reads alike", () => {
  for (const url of [
    "https://h:65536",
    "https://h:0",
    "https://256.1.1.1",
    "https://0x7f.1",
    "https://a..b",
    "https://-a",
    "https://h/../x",
  ]) {
    const files = { "sites/s.yaml": store("s", "lake: {buckets: {}}\ndatasets: {}\n").replace(/https:\S+/, url) };
    expect(load({ "sites/a.yaml": hpc("a", 9000), ...files }).faults, url).toMatchObject([{ path: "endpoint" }]);
  }
});

test("an address with a zone, or that is all of them in disguise", () => {
  for (const host of ["fe80::1%eth0", "::ffff:0.0.0.0"])
    expect(
      load({ "sites/a.yaml": hpc("a", 9000).replace("{port", `{host: "${host}", port`) }).faults,
      host,
    ).toMatchObject([{ path: "listen.host", message: "not one address" }]);
});

test("control characters, half characters and what is none", () => {
  for (const written of ["\\0", "\\e", "\\x7f", "\\x85", "\\ud800", "\\uffff", "\\ufeff"])
    expect(
      load({ "sites/a.yaml": hpc("a", 9000).replace("Institute a", `"A ${written}"`) }).faults,
      written,
    ).toMatchObject([{ code: "yaml", path: "institution", fix: "remove it" }]);
  expect(
    load({ "sites/a.yaml": hpc("a", 9000, hub('    profiles: {small: {environment: {X: "a\\tb\\nc"}}}\n')) }).faults,
  ).toEqual([]);
});

test("a title of two lines", () => {
  expect(load({ "sites/a.yaml": hpc("a", 9000).replace("Institute a", '"A\\nB"') }).faults).toMatchObject([
    { path: "institution", message: "not one line of text" },
  ]);
});
