import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filestoreFacts, isSold } from "../../../config/machines/filestore";
import { googleHome } from "../../../config/schema/google-home";
import { keysBelow } from "../keys-below";

const GI = 2 ** 30;
const TI = 2 ** 40;
const tiers = Object.entries(filestoreFacts);

test("the usual size of each tier is one that it is sold in", () => {
  for (const [tier, { usualBytes }] of tiers) expect(isSold(tier as "basic", usualBytes), tier).toBe(true);
});

test("sizes go by steps from the least of their band, and end with the most", () => {
  expect([1, 1.25, 9.75, 10, 12.5, 100].map((size) => isSold("zonal", size * TI))).toEqual(Array(6).fill(true));
  expect([0.75, 1.1, 9.8, 11, 102.5].map((size) => isSold("zonal", size * TI))).toEqual(Array(5).fill(false));
  expect([100, 101, 10_239].map((size) => isSold("regional", size * GI))).toEqual(Array(3).fill(true));
  expect(isSold("regional", 99 * GI)).toBe(false);
});

test("the config's key and the page tell the prices of this table", () => {
  const about = keysBelow(googleHome, "home").find(({ path }) => path === "home.tier")?.about ?? "";
  const page = readFileSync(join(__dirname, "../../../docs/google.md"), "utf8");
  const row = page.split("\n").find((line) => line.startsWith("| a month, for 1 TiB")) ?? "";
  for (const [tier, { price }] of tiers) {
    expect(about).toMatch(new RegExp(`${tier}: [^;]*?${price} USD`));
    expect(row).toContain(`${Math.round(price * 1024)}`);
  }
});
