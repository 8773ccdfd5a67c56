import { expect, test } from "vitest";
import { clusterYaml, faultsOf, kubernetes, plain, slurm } from "../federation-of";

const members = clusterYaml.replace(
  "  groups: {snow: {claim: groups, value: snow}}\n",
  "  groups: {snow: {claim: groups, value: snow}, named: {users: [b@two.example]}}\n  members: {idps: [one.example]}\n",
);

/** Faults of a site with drafts for members and a hub with these keys. */
function faults(hub: string, access = "federation"): string[] {
  const lake = "lake: {buckets: {drafts: {purpose: library, existing: fed-drafts}}}\n";
  const datasets = `datasets: {d: {${plain}, bucket: drafts, path: p, access: ${access}}}\n`;
  const reader = "reader: {allow: {idps: [one.example]}, home: none, cull: {idleMinutes: 1440}}";
  const other = `other: {home: none, cull: {idleMinutes: 1440}, ${hub}}`;
  const site = kubernetes("a", `${lake}${datasets}hubs: {${reader}, ${other}}\n`);
  return faultsOf({ "federation.yaml": members, "sites/a.yaml": site });
}

const told =
  "federation-members hubs.other.allow: it lets in people of two.example, who are no members, and they would read d";

test("a hub that reads what is for members lets in others: by institution, name, group, domain, or anybody", () => {
  for (const allow of [
    "{idps: [one.example, two.example]}",
    "{users: [b@two.example]}",
    "{groups: [named]}",
    "{groups: [snow]}",
    "{domains: [lab.two.example]}",
    "everyone",
  ])
    expect(faults(`allow: ${allow}`), allow).toEqual([expect.stringContaining(told)]);
  expect(faults("allow: {idps: [one.example]}, admins: [b@two.example]")).toEqual([expect.stringContaining(told)]);
});

test("members alone, a hub without the bucket, one that signs people in by itself, data for sites", () => {
  expect(faults("allow: {idps: [one.example], users: [a@one.example], domains: [lab.one.example]}")).toEqual([]);
  expect(faults("allow: everyone, buckets: {drafts: none}")).toEqual([]);
  expect(faults("allow: {orgs: [o]}, auth: {kind: github, client: {id: c, secret: {env: S}}}")).toEqual([]);
  expect(faults("allow: everyone", "{sites: [a]}")).toEqual([]);
});

test("accounts of a machine: those whom the table names, or anybody's where accounts are proved", () => {
  const lake = "lake: {buckets: {drafts: {purpose: library}}}\n";
  const datasets = `datasets: {d: {${plain}, bucket: drafts, path: p, access: federation}}\n`;
  const ofAuth = (auth: string) => {
    const hubs = `hubs: {prod: {ports: 9010, allow: everyone, auth: {kind: federation, secretFile: /s, ${auth}}}}\n`;
    const top = members
      .replace("  site: {storageClass: disks}\n", "")
      .replace('image: "quay.io/pangeo/pangeo-notebook:1"', "cores: 1, memory: 2Gi");
    return faultsOf({ "federation.yaml": top, "sites/a.yaml": slurm("a", 9000, lake + datasets + hubs) });
  };
  const outsiders =
    "federation-members hubs.prod.allow: it lets in people of two.example, who are no members, and they would read d";
  expect(ofAuth("accounts: {a@one.example: a}")).toEqual([]);
  expect(ofAuth("accounts: {a@one.example: a, b@two.example: b}")).toEqual([expect.stringContaining(outsiders)]);
  expect(ofAuth("link: {}")).toEqual([expect.stringContaining(outsiders)]);
});
