import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { loadFederation } from "../config/load";
import { rules } from "../config/rules/all";
import { awsSite } from "../config/schema/aws-site";
import { googleSite } from "../config/schema/google-site";
import { alike, isBelow, retiring, sides, whole } from "./parity";

const path = join(__dirname, "../docs/parity.md");
const page = readFileSync(path, "utf8");

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);

/** Rows of the table below a heading. */
function rows(heading: string): string[][] {
  const [, part = ""] = page.split(`## ${heading}\n`);
  const lines = part.split("\n## ")[0]?.match(/^\| (?!AWS|rules).*$/gm) ?? [];
  return lines.map((line) => line.slice(2, -2).split(" | "));
}

const differing = rows("Keys that differ").map(([aws = "", google = "", words = ""]) => {
  return { aws: quoted(aws), google: quoted(google), words };
});

/** Keys that are told of by another key's words. */
const elsewhere = (key: string) => isBelow(key, [...whole, retiring]) || key === "cluster.retiring";

/** The list of what is alike, by the block that keys are in. */
function list(): string {
  const told = new Set(differing.flatMap(({ google }) => google));
  const blocks = new Map<string, string[]>();
  for (const key of alike().filter((one) => !told.has(one) && !elsewhere(one))) {
    const [, above = "", own = ""] =
      /^(?:(.*(?:\.\*|\[\]|cluster|network|lake|imageCache|api|budget|dns)(?=\.))\.)?(.*)$/.exec(key) ?? [];
    blocks.set(above, [...(blocks.get(above) ?? []), `\`${own}\``]);
  }
  const lines = [...blocks].map(
    ([above, keys]) => `| ${above === "" ? "a site" : `\`${above}\``} | ${keys.join(", ")} |`,
  );
  return ["| of | keys |", "|---|---|", ...lines].join("\n");
}

test("docs/parity.md lists what is alike", async () => {
  const rendered = page.replace(/<!-- alike -->\n[\s\S]*?(?=What lies below)/, () => `<!-- alike -->\n\n${list()}\n\n`);
  await expect(rendered).toMatchFileSnapshot(path);
});

test.each(["aws", "google"] as const)(
  "every key of a site on %s has its counterpart there, or a reason why not",
  (side) => {
    const same = new Set(alike());
    const told = differing.flatMap((row) => row[side]);
    const missing = [...sides[side].keys()].filter((key) => !same.has(key) && !elsewhere(key) && !told.includes(key));
    expect(missing).toEqual([]);
  },
);

test.each(["aws", "google"] as const)("no row names a key that a site on %s has not, or one twice", (side) => {
  const told = differing.flatMap((row) => row[side]);
  expect(told.filter((key) => !sides[side].has(key))).toEqual([]);
  expect(told.filter((key, i) => told.indexOf(key) < i)).toEqual([]);
});

test("each row says what differs, or why there is nothing, and a key that both have stands in one row", () => {
  for (const { aws, google, words } of differing) {
    expect(aws.length + google.length, words).toBeGreaterThan(0);
    expect(words.length, `${aws}${google}`).toBeGreaterThan(7);
    for (const key of aws.filter((one) => sides.google.has(one))) expect(google, words).toContain(key);
  }
});

test("what is told of in whole is the same to the last word, and pools that retire are pools", () => {
  for (const key of whole) expect(z.toJSONSchema(googleSite.shape[key])).toEqual(z.toJSONSchema(awsSite.shape[key]));
  for (const side of [awsSite, googleSite]) {
    const { pools, retiring: old } = side.shape.cluster.unwrap().shape;
    expect(old.unwrap().valueType).toBe(pools.valueType);
  }
});

/** Which words of a row are of a cloud. */
const clouds = { aws: /^(?:both clouds|AWS alone: .{5,})$/, google: /^(?:both clouds|Google Cloud alone: .{5,})$/ };
const neither = /^neither: .{5,}$/;

/** Rules that look at a site and find nothing that could be wrong. */
const findNothing: Readonly<Record<string, readonly string[]>> = {
  aws: ["pool-select", "ingress-pods"],
  google: ["pool-select", "ingress-pods", "dns-zone"],
};

/** Rules that read something of the sites of a provider, in federations that hold every key. */
function lookingAt(example: string, provider: string): string[] {
  const { federation } = loadFederation(join(__dirname, `fuzz/examples/${example}/federation.yaml`));
  if (!federation) throw new Error(`${example} has faults`);
  return rules.flatMap((rule) => {
    let looks = false;
    const see = (key: string | symbol) => {
      looks ||= key !== "provider" && key !== "cluster";
      return key;
    };
    const handler: ProxyHandler<object> = {
      get: (site, key) => Reflect.get(site, see(key)),
      has: (site, key) => Reflect.has(site, see(key)),
    };
    const sites = federation.sites.map((site) => (site.provider === provider ? new Proxy(site, handler) : site));
    const context = { faultySites: [], directory: "/", told: () => true };
    rule.check({ ...federation, sites: sites as typeof federation.sites }, context);
    return looks ? [rule.id] : [];
  });
}

test("every rule stands in one row, whose words say of which clouds it is", () => {
  const all = rows("Rules").flatMap(([ids = "", words = ""]) => quoted(ids).map((id) => ({ id, words })));
  expect(all.map(({ id }) => id).sort()).toEqual(rules.map(({ id }) => id).sort());
  for (const { id, words } of all)
    expect(
      [clouds.aws, clouds.google, neither].some((one) => one.test(words)),
      id,
    ).toBe(true);
});

test.each([
  ["aws", "eks"],
  ["google", "gke"],
] as const)("rules that are said to hold on %s look at its sites, and no others do", (side, example) => {
  const held = rows("Rules").flatMap(([ids = "", words = ""]) => (clouds[side].test(words) ? quoted(ids) : []));
  const looking = lookingAt(example, side).filter((id) => !findNothing[side]?.includes(id));
  expect(looking.sort()).toEqual(held.sort());
});
