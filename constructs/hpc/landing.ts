/** What the portal of a site shows. */
export interface LandingProps {
  readonly title: string;
  readonly contact: string;
  /** This site's id. */
  readonly site: string;
  readonly sites: readonly {
    readonly id: string;
    readonly institution: string;
    readonly hubs: readonly { readonly title: string; readonly url: string }[];
    readonly datasets: readonly { readonly id: string; readonly title: string; readonly https: string | null }[];
  }[];
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem }
code { font-size: .9em } ul { padding-left: 1.2rem } p.here { margin-top: 0; opacity: .75 }
`;

/** The portal page at a site's root: hubs and datasets of the whole federation, as plain HTML without scripts. */
export function landingPage(props: LandingProps): string {
  const here = props.sites.find((s) => s.id === props.site);
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
<p class="here">This is ${escaped(here?.institution ?? props.site)}. The <a href="/stac/catalog.json">catalog</a> is the same at every site.</p>
${props.sites.map(siteSection).join("\n")}
<h2>Open a dataset from anywhere</h2>
<pre><code>import xarray as xr
ds = xr.open_zarr("${escaped(exampleLink(props))}")</code></pre>
<p>Questions: ${escaped(props.contact)}</p>
</body>
</html>
`;
}

function siteSection(site: LandingProps["sites"][number]): string {
  const hubs = site.hubs.map((h) => `<li>Hub: <a href="${escaped(h.url)}">${escaped(h.title)}</a></li>`);
  const datasets = site.datasets.map((d) => `<li>${escaped(d.title)} <code>${escaped(d.id)}</code></li>`);
  const items = [...hubs, ...datasets];
  return `<h2>${escaped(site.institution)}</h2>\n<ul>\n${items.length > 0 ? items.join("\n") : "<li>nothing yet</li>"}\n</ul>`;
}

function exampleLink(props: LandingProps): string {
  return (
    props.sites.flatMap((s) => s.datasets).find((d) => d.https !== null)?.https ??
    "https://data.example.org/zarr/DATASET.zarr"
  );
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (c) => entities[c] ?? c);
}
