import { expect, test } from "vitest";
import { type LandingProps, landingPage } from "../../../constructs/catalog/landing";

const props: LandingProps = {
  title: "Demo <federation>",
  contact: "data@example.org",
  site: "east",
  sites: [
    {
      id: "east",
      institution: "East & Co",
      hubs: [{ title: "East hub", url: "http://127.0.0.1:8610/east/prod/" }],
      datasets: [{ id: "sst", title: 'Sea "surface"', https: "http://127.0.0.1:8610/zarr/sst.zarr" }],
    },
    { id: "west", institution: "West", hubs: [], datasets: [] },
  ],
};

test("links hubs, each dataset's page in the catalog, and the contact; the config's words are text", () => {
  const page = landingPage(props);
  expect(page).toContain('<a class="hub" href="http://127.0.0.1:8610/east/prod/">East hub</a>');
  expect(page).toContain('<a href="/stac/east/sst/collection.json">Sea &quot;surface&quot;</a>');
  expect(page).toContain('<a href="mailto:data@example.org">data@example.org</a>');
  expect(page).toContain("<title>Demo &lt;federation&gt;</title>");
  expect(page).toContain('<section class="here">\n<h2>East &amp; Co<small>you are here</small></h2>');
  expect(page).toContain('<h2>West</h2>\n<p class="none">nothing yet</p>');
  expect(page).not.toContain("<script");
});

test("shows how to open a dataset only where there is one that anybody may open", () => {
  expect(landingPage(props)).toContain('xr.open_zarr("http://127.0.0.1:8610/zarr/sst.zarr")');
  const none = { ...props, sites: props.sites.map((site) => ({ ...site, datasets: [] })) };
  expect(landingPage(none)).not.toContain("open_zarr");
});

test("a contact that is neither link nor mail address stays text: no other scheme becomes a link", () => {
  for (const contact of ["javascript:alert(1)", "room 12, ask for <Ann>"])
    expect(landingPage({ ...props, contact })).not.toMatch(/Questions: <a/);
});
