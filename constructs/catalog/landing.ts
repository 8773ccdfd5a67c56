/** What the portal of a site shows. */
export interface LandingProps {
  readonly title: string;
  /** A link or a mail address; anything else is shown as it is. */
  readonly contact: string;
  /** This site's id. */
  readonly site: string;
  readonly sites: readonly LandingSite[];
}

export interface LandingSite {
  readonly id: string;
  readonly institution: string;
  readonly hubs: readonly { readonly title: string; readonly url: string }[];
  readonly datasets: readonly { readonly id: string; readonly title: string; readonly https: string | null }[];
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8884; --soft: #8881; --accent: light-dark(#0b5cad, #8ec5ff) }
body { max-width: 52rem; margin: 3rem auto; padding: 0 1.25rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 } h2 { font-size: 1.1rem; margin: 0 }
a { color: var(--accent) } p.here { margin: .4rem 0 2rem; opacity: .8 }
section { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 0 0 1rem }
section.here { border-color: var(--accent) } h2 small { font-weight: normal; opacity: .7; margin-left: .5rem }
a.hub { display: inline-block; margin: .7rem .5rem 0 0; padding: .35rem .9rem; border-radius: .4rem; background: var(--accent); color: Canvas; text-decoration: none; font-weight: 600 }
ul { list-style: none; margin: .7rem 0 0; padding: 0 } li { padding: .3rem 0; border-top: 1px solid var(--line) } li:first-child { border: 0 }
code { font-size: .85em } li code { opacity: .75; float: right; margin-left: 1rem } p.none { margin: .5rem 0 0; opacity: .7 }
pre { background: var(--soft); border-radius: .6rem; padding: .9rem 1.25rem; overflow-x: auto }
`;

/** The portal page at a site's root: hubs and datasets of the whole federation, as plain HTML without scripts. */
export function landingPage(props: LandingProps): string {
  const here = props.sites.find((s) => s.id === props.site);
  const example = exampleLink(props);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(props.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(props.title)}</h1>
<p class="here">You are at ${escaped(here?.institution ?? props.site)}. The <a href="/stac/catalog.json">catalog</a> and the data are the same from every site.</p>
${props.sites.map((site) => siteSection(site, site.id === props.site)).join("\n")}
${example === undefined ? "" : exampleSection(example)}<p>Questions: ${contactLink(props.contact)}</p>
</body>
</html>
`;
}

function siteSection(site: LandingSite, here: boolean): string {
  const hubs = site.hubs.map((h) => `<a class="hub" href="${escaped(h.url)}">${escaped(h.title)}</a>`);
  const datasets = site.datasets.map(
    (d) => `<li><code>${escaped(d.id)}</code><a href="${escaped(pageOf(site.id, d.id))}">${escaped(d.title)}</a></li>`,
  );
  const list = datasets.length > 0 ? [`<ul>\n${datasets.join("\n")}\n</ul>`] : [];
  const parts = [...hubs, ...list];
  const heading = `<h2>${escaped(site.institution)}${here ? "<small>you are here</small>" : ""}</h2>`;
  const body = parts.length > 0 ? parts : ['<p class="none">nothing yet</p>'];
  return `<section${here ? ' class="here"' : ""}>\n${[heading, ...body].join("\n")}\n</section>`;
}

/** A dataset's page in the catalog. */
function pageOf(site: string, dataset: string): string {
  return `/stac/${site}/${dataset}/collection.json`;
}

function exampleSection(link: string): string {
  return `<h2>Open a dataset from anywhere</h2>
<pre><code>import xarray as xr
ds = xr.open_zarr("${escaped(link)}")</code></pre>
<p>In a hub, the notebook <code>start-here.ipynb</code> of a new home opens one by its id.</p>
`;
}

function exampleLink(props: LandingProps): string | undefined {
  const links = props.sites.flatMap((s) => s.datasets.flatMap(({ https }) => https ?? []));
  return links.find((link) => link.endsWith(".zarr"));
}

function contactLink(contact: string): string {
  const target = /^https?:\/\/\S+$/.test(contact)
    ? contact
    : /^[^\s@]+@[^\s@]+$/.test(contact)
      ? `mailto:${contact}`
      : "";
  return target === "" ? escaped(contact) : `<a href="${escaped(target)}">${escaped(contact)}</a>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (c) => entities[c] ?? c);
}
