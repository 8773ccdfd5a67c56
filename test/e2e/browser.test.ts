import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cacheDirectory } from "../../bin/engine/cache";
import { findChromium, startChromium } from "./browser/chromium";
import { Person } from "./browser/person";
import { demoElsewhere, isthmus, isthmusOk, killAllOf } from "./demo/federation";

// A scientist who has just got an account: with a browser and nothing else, at a site that has no data of its own.
const found = findChromium();
const missing = "reason" in found ? found.reason : undefined;
const pictures = join(cacheDirectory(), "test", "pictures");
let folder: string;
let browser: Browser;
let person: Person;
let site: { hub: string; data: string; password: string };

beforeAll(async () => {
  if ("reason" in found) return;
  folder = await demoElsewhere();
  isthmusOk(folder, "demo");
  const { sites } = JSON.parse(isthmusOk(folder, "status", "--json", "--show-secrets")) as {
    sites: Record<string, { hub: string; data: string; hubs: { prod: { signIn: { password: string } } } }>;
  };
  const west = sites.west as NonNullable<(typeof sites)[string]>;
  site = { hub: west.hub, data: west.data, password: west.hubs.prod.signIn.password };
  browser = await startChromium(found);
  person = await Person.open(await browser.newContext({ viewport: { width: 1280, height: 900 } }), pictures);
  console.log(`${found.version}; pictures in ${pictures}`);
});

afterAll(async () => {
  await person?.picture("last");
  await browser?.close();
  if (folder === undefined) return;
  isthmus(folder, "down", "--yes");
  killAllOf(folder);
  rmSync(folder, { recursive: true, force: true });
});

test("the portal leads to the hubs and to every dataset's page", async ({ skip }) => {
  skip(missing !== undefined, missing);
  const { page } = person;
  await page.goto(site.data);
  await person.picture("1-portal");
  expect(await page.title()).toBe("Isthmus demo federation");
  await page.getByRole("link", { name: "West hub" }).click();
  expect(page.url()).toContain(`${site.hub}hub/login`);
});

test("signs in and starts a server, which opens with the starter notebook", async ({ skip }) => {
  skip(missing !== undefined, missing);
  await person.signIn(site.hub, "grace", site.password);
  await person.startServer();
  expect(person.page.url()).toBe(`${site.hub}user/grace/lab/tree/start-here.ipynb`);
  expect(await textOf(person.page.locator(".jp-NotebookPanel h1"))).toContain("Start here");
});

/** The notebook's cells with code, by what they do. */
const cells = { list: 2, open: 4, plot: 6, cluster: 8, compute: 10, end: 12 };

test("the notebook finds the datasets, opens one by its id and plots it", async ({ skip }) => {
  skip(missing !== undefined, missing);
  await person.cell(0).click();
  await person.runCell(0);
  await person.runCell(1);
  const listed = await textOf(await person.runCell(cells.list));
  for (const id of ["hadcm3-a1b", "hadcm3-e1", "hadcm3-e1-archived"]) expect(listed).toContain(`'${id}'`);
  await person.runCell(3);
  const opened = await textOf(await person.runCell(cells.open));
  expect(opened).toMatch(/air_temperature.*dask\.array/s);
  await person.runCell(5);
  await expectPlot(await person.runCell(cells.plot));
  await person.picture("4-map");
});

/** One image, not a blank one, and large enough to be looked at. */
async function expectPlot(output: Locator): Promise<void> {
  const image = output.locator("img");
  const source = (await image.getAttribute("src")) ?? "";
  expect(source).toMatch(/^data:image\/png;base64,/);
  expect(source.length).toBeGreaterThan(10_000);
  const box = await image.boundingBox();
  expect(box?.width).toBeGreaterThan(400);
}

async function textOf(element: Locator): Promise<string> {
  await element.first().waitFor();
  return (await element.allTextContents()).join("\n");
}

test("a Dask cluster computes, and its dashboard shows the workers", async ({ skip }) => {
  skip(missing !== undefined, missing);
  await person.runCell(7);
  const cluster = await person.runCell(cells.cluster);
  await person.runCell(9);
  await expectPlot(await person.runCell(cells.compute));
  await person.picture("5-computed");

  const opening = person.page.context().waitForEvent("page");
  await cluster.getByRole("link", { name: /dask-gateway/ }).click();
  const dashboard = await opening;
  expect(dashboard.url().startsWith(`${site.hub}services/dask-gateway/clusters/`)).toBe(true);
  await dashboard.locator(".bk-Figure").first().waitFor();
  await person.picture("6-dashboard", dashboard);
  await dashboard.goto(dashboard.url().replace(/status$/, "info/main/workers.html"));
  expect(await dashboard.locator("table a[href*=worker]").count()).toBeGreaterThanOrEqual(2);
  await dashboard.close();
  await person.picture("7-notebook"); // README's picture, docs/demo.png
  await person.cell(11).click(); // the link was clicked in another cell
  await person.runCell(11);
  await person.runCell(cells.end);
});

test("signs out: the server's pages are closed to who comes next", async ({ skip }) => {
  skip(missing !== undefined, missing);
  await person.signOut(site.hub);
  await person.page.goto(`${site.hub}user/grace/lab`);
  await person.page.getByLabel("Username:").waitFor();
  expect(person.page.url()).toContain("/hub/login");
});
