import { expect, test } from "vitest";
import { aws, faultsOf, google, hpc, plain, store } from "../federation-of";

const source = "l: {purpose: library, public: true}";
const data = (mirrors: string, more = "") =>
  `datasets: {d: {${plain}, bucket: l, path: data/d${more}, mirrors: {${mirrors}}}}\n`;

/** Faults of site a with a dataset that is mirrored, beside site b. */
function found(
  mirrors: string,
  { own = source, there = "c: {purpose: library, public: true}", more = "", rest = "" } = {},
) {
  const faults = faultsOf({
    "sites/a.yaml": aws("a", data(mirrors, more), own),
    "sites/b.yaml": aws("b", rest, there),
    "sites/h.yaml": hpc("h", 9000),
  });
  return faults.map((fault) => fault.replace(/^\S+ /, ""));
}

test("a public dataset into a public library of another site, of any account", () => {
  expect(found("b: {bucket: c}")).toEqual([]);
});

test("a site that is not there, itself, or not on AWS", () => {
  expect(found("bb: {bucket: c}")).toEqual(["mirrors datasets.d.mirrors.bb: the federation has no such site"]);
  expect(found("a: {bucket: l}")).toEqual(["mirrors datasets.d.mirrors.a: this is the dataset's own site"]);
  const k = store("k", "lake: {buckets: {c: {purpose: library, existing: theirs, public: true}}}\ndatasets: {}\n");
  const faults = faultsOf({ "sites/a.yaml": aws("a", data("k: {bucket: c}"), source), "sites/k.yaml": k });
  expect(faults).toEqual([
    expect.stringContaining("mirrors datasets.d.mirrors.k: this version copies nothing to a site of provider store"),
  ]);
});

test("a site whose file has faults may have the bucket", () => {
  const files = { "sites/a.yaml": aws("a", data("b: {bucket: c}"), source), "sites/b.yaml": aws("b", "oops: 1\n") };
  expect(faultsOf(files)).toEqual(['sites/b.yaml:7:1 schema oops: unknown key "oops"']);
});

test("a bucket that is not there, or does not fit", () => {
  const at = "mirrors datasets.d.mirrors.b.bucket:";
  expect(found("b: {bucket: cc}")).toEqual([`${at} site b has no such bucket`]);
  const closed = "c: {purpose: library}, s: {purpose: scratch}";
  expect(found("b: {bucket: c}", { there: closed })).toEqual([`${at} bucket c of b is no public library`]);
  expect(found("b: {bucket: s}", { there: closed })).toEqual([`${at} bucket s of b is no public library`]);
  const none = "c: {purpose: library, public: true, keepVersionsDays: none}";
  expect(found("b: {bucket: c}", { there: none })).toEqual([
    `${at} bucket c of b keeps no versions, without which S3 copies nothing`,
  ]);
  const existing = "c: {purpose: library, public: true, existing: theirs}";
  expect(found("b: {bucket: c}", { there: existing })).toEqual([
    `${at} bucket c of b exists, and nothing of it is changed`,
  ]);
});

test("what cannot be copied from where it is", () => {
  const own = "l: {purpose: library, public: true, keepVersionsDays: none}";
  expect(found("b: {bucket: c}", { own })).toEqual([
    "mirrors datasets.d.mirrors: its bucket l keeps no versions, without which S3 copies nothing",
  ]);
  const closed = found("b: {bucket: c}", { own: "l: {purpose: library}", more: ", access: {sites: [a]}" });
  expect(closed).toContain(
    "mirrors datasets.d.mirrors: only public datasets are mirrored: who else may read one is said for its own site",
  );
});

test("a copy in the way of a dataset, or of another copy", () => {
  const rest = `datasets: {e: {${plain}, bucket: c, path: data}}\n`;
  expect(found("b: {bucket: c}", { rest })).toEqual([
    "mirrors datasets.d.mirrors.b.bucket: its copy would overlap there with data, the path of dataset e",
  ]);
  const third = aws("t", `datasets: {f: {${plain}, bucket: l, path: data/d/f, mirrors: {b: {bucket: c}}}}\n`, source);
  const faults = faultsOf({
    "sites/a.yaml": aws("a", data("b: {bucket: c}"), source),
    "sites/b.yaml": aws("b", "", "c: {purpose: library, public: true}"),
    "sites/t.yaml": third,
  });
  expect(faults).toEqual([
    expect.stringContaining("overlap there with data/d/f, the path of dataset f"),
    expect.stringContaining("overlap there with data/d, the path of dataset d"),
  ]);
});

test("an Icechunk repository where objects turn cold by age", () => {
  const there = "c: {purpose: library, public: true, coldAfterDays: 90}";
  expect(found("b: {bucket: c}", { there })).toEqual([]);
  const ice = data("b: {bucket: c}").replace("kind: zarr", "kind: icechunk");
  const faults = faultsOf({ "sites/a.yaml": aws("a", ice, source), "sites/b.yaml": aws("b", "", there) });
  expect(faults).toEqual([
    expect.stringContaining("mirrors datasets.d.mirrors.b.bucket: objects there turn cold by age"),
  ]);
});

const library =
  "lake: {buckets: {c: {purpose: library, public: true}, s: {purpose: scratch}, p: {purpose: library}}}\n";
const lent = (mirrors: string, more = "") =>
  `lake: {buckets: {l: {purpose: library, public: true}}}\ndatasets: {d: {${plain}, bucket: l, path: data/d${more}, mirrors: {${mirrors}}}}\n`;

/** Faults of a dataset at a site of each kind, copied to computing centre h. */
function fetched(mirrors: string, rest = "") {
  const there = { "sites/h.yaml": hpc("h", 9000, library + rest) };
  const lentStore = lent(mirrors).replace("l: {", "l: {existing: theirs, ");
  return [
    faultsOf({
      ...there,
      "sites/a.yaml": aws("a", data(mirrors), "l: {purpose: library, public: true, existing: theirs}"),
    }),
    faultsOf({ ...there, "sites/g.yaml": hpc("g", 9100, lent(mirrors)) }),
    faultsOf({ ...there, "sites/s.yaml": store("s", lentStore) }),
  ].map((faults) => faults.map((fault) => fault.replace(/^\S+ /, "")));
}
const each = (fault: string) => [[fault], [fault], [fault]];

test("a computing centre fetches from any site, also from buckets that exist, as often as is said", () => {
  expect(fetched("h: {bucket: c}")).toEqual([[], [], []]);
  expect(fetched("h: {bucket: c, every: 2w}")).toEqual([[], [], []]);
  expect(fetched("h: {bucket: c, every: 90s}").flat()).toHaveLength(3);
});

test("at a computing centre too, the bucket is a public library, and nothing else lies there", () => {
  const at = "mirrors datasets.d.mirrors.h.bucket:";
  expect(fetched("h: {bucket: cc}")).toEqual(each(`${at} site h has no such bucket`));
  expect(fetched("h: {bucket: s}")).toEqual(each(`${at} bucket s of h is no public library`));
  expect(fetched("h: {bucket: p}")).toEqual(each(`${at} bucket p of h is no public library`));
  const own = `datasets: {e: {${plain}, bucket: c, path: data}}\n`;
  expect(fetched("h: {bucket: c}", own)).toEqual(
    each(`${at} its copy would overlap there with data, the path of dataset e`),
  );
});

test("S3 has no schedule, and a site on AWS fetches nothing", () => {
  expect(found("b: {bucket: c, every: 1d}")).toEqual([
    "mirrors datasets.d.mirrors.b.every: S3 copies within minutes of each write: there is nothing to look for",
  ]);
  const files = { "sites/b.yaml": aws("b", "", "c: {purpose: library, public: true}") };
  expect(faultsOf({ ...files, "sites/g.yaml": hpc("g", 9100, lent("b: {bucket: c}")) })).toEqual([
    expect.stringContaining("S3 copies between buckets of AWS only, and a site on AWS fetches nothing"),
  ]);
});

test("a store that answers on its own machine alone is fetched from by that machine", () => {
  const login =
    "login: {kind: ssh, host: login1.example, user: x, hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA}";
  const far = hpc("h", 9000, library).replace("login: here", login);
  expect(faultsOf({ "sites/h.yaml": far, "sites/g.yaml": hpc("g", 9100, lent("h: {bucket: c}")) })).toEqual([
    expect.stringContaining(
      "mirrors datasets.d.mirrors.h: the dataset is at http://127.0.0.1:9101, which h does not reach",
    ),
  ]);
});

test("what is not public is fetched by nobody", () => {
  const closed = lent("h: {bucket: c}", ", access: {sites: [h]}").replace(", public: true", "");
  expect(faultsOf({ "sites/h.yaml": hpc("h", 9000, library), "sites/g.yaml": hpc("g", 9100, closed) })).toContainEqual(
    expect.stringContaining("mirrors datasets.d.mirrors: only public datasets are mirrored"),
  );
});

const number = 'projectNumber: "210987654321"\n';

/** Faults of Google's site g with a dataset that is copied, beside site b there, of another project unless told. */
function onGoogle(
  mirrors: string,
  { own = source, there = "c: {purpose: library, public: true}", rest = number } = {},
) {
  const faults = faultsOf({
    "sites/g.yaml": google("g", data(mirrors), own),
    "sites/b.yaml": google("b", rest, there),
  });
  return faults.map((fault) => fault.replace(/^\S+ /, ""));
}

test("between sites on Google Cloud, as often as is said, also from a library without versions", () => {
  expect(onGoogle("b: {bucket: c}")).toEqual([]);
  expect(onGoogle("b: {bucket: c, every: week}")).toEqual([]);
  expect(onGoogle("b: {bucket: c}", { own: "l: {purpose: library, public: true, keepVersionsDays: none}" })).toEqual(
    [],
  );
});

test("of another project on Google Cloud the number must be known, of the same it need not", () => {
  expect(onGoogle("b: {bucket: c}", { rest: "" })).toEqual([
    "mirrors datasets.d.mirrors.b: jobs of b's project read the original by an account that is named by the project's number, which b does not say",
  ]);
  const same = google("b", "", "c: {purpose: library, public: true}").replace("b-project", "g-project");
  expect(faultsOf({ "sites/g.yaml": google("g", data("b: {bucket: c}"), source), "sites/b.yaml": same })).toEqual([]);
});

test("on Google Cloud too, a bucket that exists is not copied from or into, and a copy keeps versions", () => {
  expect(onGoogle("b: {bucket: c}", { own: "l: {purpose: library, public: true, existing: theirs-1}" })).toEqual([
    "mirrors datasets.d.mirrors: its bucket l exists, and nothing of it is changed",
  ]);
  const at = "mirrors datasets.d.mirrors.b.bucket: bucket c of b";
  expect(onGoogle("b: {bucket: c}", { there: "c: {purpose: library, public: true, existing: theirs-1}" })).toEqual([
    `${at} exists, and nothing of it is changed`,
  ]);
  expect(onGoogle("b: {bucket: c}", { there: "c: {purpose: library, public: true, keepVersionsDays: none}" })).toEqual([
    `${at} keeps no versions, and what the original loses by mistake would be lost there too`,
  ]);
  expect(onGoogle("b: {bucket: c}", { there: "c: {purpose: library}" })).toEqual([`${at} is no public library`]);
});

test("nothing is copied from one cloud to another, or to Google Cloud from elsewhere", () => {
  const onAws = aws("a", data("b: {bucket: c}"), source);
  const there = "c: {purpose: library, public: true}";
  expect(faultsOf({ "sites/a.yaml": onAws, "sites/b.yaml": google("b", number, there) })).toEqual([
    expect.stringContaining("Storage Transfer is told to copy between buckets of Google Cloud only"),
  ]);
  const fromGoogle = google("g", data("b: {bucket: c}"), source);
  expect(faultsOf({ "sites/g.yaml": fromGoogle, "sites/b.yaml": aws("b", "", there) })).toEqual([
    expect.stringContaining("S3 copies between buckets of AWS only"),
  ]);
});

test("an Icechunk repository where Google moves what is not read", () => {
  const there = "c: {purpose: library, public: true, coldAfterDays: 30}";
  const ice = data("b: {bucket: c}").replace("kind: zarr", "kind: icechunk");
  expect(faultsOf({ "sites/g.yaml": google("g", ice, source), "sites/b.yaml": google("b", number, there) })).toEqual([
    expect.stringContaining("mirrors datasets.d.mirrors.b.bucket: objects there turn cold by age"),
  ]);
});

test("files are told by how their keys begin, so that another path may not begin so either", () => {
  const parquet = data("b: {bucket: c}").replace("kind: zarr", "kind: parquet");
  const beside = (path: string) => `${number}datasets: {e: {${plain}, bucket: c, path: ${path}}}\n`;
  const found = (path: string) =>
    faultsOf({
      "sites/g.yaml": google("g", parquet, source),
      "sites/b.yaml": google("b", beside(path), "c: {purpose: library, public: true}"),
    });
  expect(found("data/d2")).toEqual([expect.stringContaining("overlap there with data/d2, the path of dataset e")]);
  expect(found("data/e")).toEqual([]);
  expect(onGoogle("b: {bucket: c}", { rest: beside("data/d2") })).toEqual([]);
});

test("a cloud's copy of a site that ends would be emptied with it, a computing centre's is kept", () => {
  const ends = "expires: 2031-12-31\n";
  const there = "c: {purpose: library, public: true}";
  const original = data("b: {bucket: c}, h: {bucket: c}");
  const copies = { aws: aws("b", "", there), google: google("b", number, there) };
  for (const [cloud, start] of Object.entries({ aws, google })) {
    const of = (rest: string) =>
      faultsOf({
        "sites/a.yaml": start("a", rest + original, source),
        "sites/b.yaml": copies[cloud as keyof typeof copies],
        "sites/h.yaml": hpc("h", 9000, library),
      }).map((fault) => fault.replace(/^\S+ /, ""));
    expect(of(ends)).toEqual([
      "mirrors datasets.d.mirrors.b: a ends at 2032-01-01T00:00:00Z, and a cloud empties a copy with its original",
    ]);
    expect(of("")).toEqual([]);
  }
  expect(found("b: {bucket: c}", { rest: ends })).toEqual([]);
});

/** Copies of a file `dem` and of another one, of buckets of site g or a, in one bucket of site b or h. */
function together(path: string, { bucket = "l", cloud = "google" }: { bucket?: string; cloud?: "google" | "hpc" }) {
  const to = `mirrors: {${cloud === "hpc" ? "h" : "b"}: {bucket: c}}`;
  const cog = plain.replace("kind: zarr", "kind: cog");
  const two = `d: {${cog}, bucket: l, path: dem, ${to}}, e: {${cog}, bucket: ${bucket}, path: ${path}, ${to}}`;
  const faults = faultsOf({
    "sites/g.yaml": google("g", `datasets: {${two}}\n`, `${source}, m: {purpose: library, public: true}`),
    "sites/b.yaml": google("b", number, "c: {purpose: library, public: true}"),
    "sites/h.yaml": hpc("h", 9000, library),
  });
  return faults.filter((fault) => fault.includes(" mirrors ")).map((fault) => fault.replace(/^.*overlap/, "overlap"));
}

test("copies of one bucket whose keys begin alike hold the same objects under the same keys, on a cloud", () => {
  expect(together("dem-slope", {})).toEqual([]);
  const both = ["overlap there with dem-slope, the path of dataset e", "overlap there with dem, the path of dataset d"];
  expect(together("dem-slope", { bucket: "m" })).toEqual(both);
  expect(together("dem-slope", { cloud: "hpc" })).toEqual(both);
  expect(together("dem/slope", {})).toHaveLength(2);
});
