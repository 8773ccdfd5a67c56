import { expect, test } from "vitest";
import { formatFaults } from "../../config/faults";
import { federationYaml, hpc, plain, printed, store } from "./federation-of";

/** What a user sees of mistakes in `sites/a.yaml`: the whole text. */
function siteText(rest: string, others: Record<string, string> = {}): string {
  return `\n${printed({ "sites/a.yaml": hpc("a", 9000, rest), ...others })}\n`;
}

function federationText(content: string): string {
  return `\n${printed({ "federation.yaml": content, "sites/a.yaml": hpc("a", 9000) })}\n`;
}

test("no fault is no text", () => {
  expect(printed({ "sites/a.yaml": hpc("a", 9000) })).toBe("");
  expect(printed({ "sites/a.yaml": hpc("a", 9000) }, "github")).toBe("");
  expect(printed({ "sites/a.yaml": hpc("a", 9000) }, "json")).toBe('{\n  "faults": [],\n  "notes": []\n}');
});

test("slips in keys and words", () => {
  expect(siteText("tittle: A\nhub: {}\nlake: {bucket: {}}\ndomain: a.example\n")).toMatchInlineSnapshot(`
    "
    sites/a.yaml:7:1  tittle  unknown key "tittle" [schema]
        allowed: site, institution, timezone, expires, state, provider, login, scheduler, network, domain, tls, listen, storage, lake, datasets, hubs, zarrGateway
        fix:     remove it
    sites/a.yaml:8:1  hub  unknown key "hub" [schema]
        allowed: site, institution, timezone, expires, state, provider, login, scheduler, network, domain, tls, listen, storage, lake, datasets, hubs, zarrGateway
        fix:     did you mean "hubs"?
    sites/a.yaml:9:8  lake.bucket  unknown key "bucket" [schema]
        allowed: buckets
        fix:     did you mean "buckets"?
    "
  `);
});

test("missing keys", () => {
  expect(siteText("lake:\n  buckets:\n    x: {}\ndatasets:\n  d: {title: T}\n")).toMatchInlineSnapshot(`
    "
    sites/a.yaml:9:5  lake.buckets.x.purpose  "purpose" is required [schema]
        allowed: scratch, persistent, library
        fix:     add \`purpose: ...\` (scratch (expires), persistent (users' own), library (datasets))
    sites/a.yaml:11:3  datasets.d.bucket  "bucket" is required [schema]
        allowed: text
        fix:     add \`bucket: ...\` (The bucket (a key of \`lake.buckets\`) it lies in)
    sites/a.yaml:11:3  datasets.d.kind  "kind" is required [schema]
        allowed: zarr, icechunk, references, cog, parquet, tiledb
        fix:     add \`kind: ...\` (The store's format: zarr (v2 or v3), icechunk, references (kerchunk/VirtualiZarr), cog, parquet, tiledb)
    sites/a.yaml:11:3  datasets.d.license  "license" is required [schema]
        allowed: text
        fix:     add \`license: ...\` (SPDX identifier: CC-BY-4.0, CC0-1.0, ... or \`other\`)
    sites/a.yaml:11:3  datasets.d.path  "path" is required [schema]
        allowed: text
        fix:     add \`path: ...\` (Where in the bucket its store begins)
    "
  `);
});

test("wrong values of each kind", () => {
  expect(
    siteText(`timezone: Berlin
expires: 2026-02-30
storage: {root: "/srv/my site"}
lake:
  buckets:
    b: {purpose: libary, public: "true", existing: My_Bucket, expire: {days: 0}, path: ~/lake}
datasets:
  Sea-Ice: {title: "", bucket: b, path: /abs, kind: zar, license: 5, access: everyone}
zarrGateway: off
`),
  ).toMatchInlineSnapshot(`
    "
    sites/a.yaml:7:11  timezone  not a time zone [schema]
        got:     Berlin
        allowed: an IANA name: Europe/Berlin, America/Los_Angeles, Etc/UTC
        fix:     write it in that form
    sites/a.yaml:8:10  expires  not a date [schema]
        got:     2026-02-30
        allowed: 2026-12-18 (the end of that day at the site) or 2026-12-18T17:00:00+01:00
        fix:     write it in that form
    sites/a.yaml:9:17  storage.root  not in the form that is needed here [schema]
        got:     /srv/my site
        allowed: a directory: letters, digits, / _ . + @ -; relative ones start at the federation file, on another machine at the account's home
        fix:     write /srv/my-site
    sites/a.yaml:12:18  lake.buckets.b.purpose  not an allowed value [schema]
        got:     libary
        allowed: scratch, persistent, library
        fix:     did you mean "library"?
    sites/a.yaml:12:34  lake.buckets.b.public  expected true or false [schema]
        got:     "true"
        allowed: true or false
        fix:     remove the quotes
    sites/a.yaml:12:52  lake.buckets.b.existing  not in the form that is needed here [schema]
        got:     My_Bucket
        allowed: a bucket's name as its store has it: 3 to 63 lower-case letters, digits, dots, hyphens
        fix:     write my-bucket
    sites/a.yaml:12:78  lake.buckets.b.expire.days  out of range [schema]
        got:     0
        allowed: at least 1
        fix:     write at least 1
    sites/a.yaml:12:88  lake.buckets.b.path  not in the form that is needed here [schema]
        got:     ~/lake
        allowed: a directory: letters, digits, / _ . + @ -; relative ones start at the federation file, on another machine at the account's home
        fix:     write lake
    sites/a.yaml:14:3  datasets.Sea-Ice  "Sea-Ice" cannot be a name here [schema]
        allowed: lower-case letters, digits, single hyphens and dots, a letter first, at most 63
        fix:     call it sea-ice
    sites/a.yaml:14:20  datasets.Sea-Ice.title  must not be empty [schema]
        fix:     write something here, or remove the key
    sites/a.yaml:14:41  datasets.Sea-Ice.path  not in the form that is needed here [schema]
        got:     /abs
        allowed: parts of letters, digits, \`_\`, \`.\`, \`-\` joined by \`/\`; no leading or trailing \`/\`, no part that starts with a dot
        fix:     write abs
    sites/a.yaml:14:53  datasets.Sea-Ice.kind  not an allowed value [schema]
        got:     zar
        allowed: zarr, icechunk, references, cog, parquet, tiledb
        fix:     did you mean "zarr"?
    sites/a.yaml:14:67  datasets.Sea-Ice.license  YAML reads this as a number [schema]
        got:     5
        allowed: text
        fix:     quote it: "5"
    sites/a.yaml:14:78  datasets.Sea-Ice.access  not an allowed value [schema]
        got:     everyone
        allowed: public, or federation, or a map of sites, groups
        fix:     write one of those allowed
    sites/a.yaml:15:14  zarrGateway  not an allowed value [schema]
        got:     off
        allowed: none, or a map of cache
        fix:     write none
    "
  `);
});

test("hubs", () => {
  expect(
    siteText(`hubs:
  prod:
    auth: {kind: pam}
    admins: Ann
    ports: "9010"
    allow: [ann]
    defaultProfile: small
    profiles: {small: {cores: two, memory: 2GB, environment: {path: 5}, url: lab}}
    buckets: {scratch: rw}
    dask: no
    cull: none
`),
  ).toMatchInlineSnapshot(`
    "
    sites/a.yaml:10:13  hubs.prod.admins  expected a list [schema]
        got:     Ann
        allowed: a list
        fix:     write [Ann]
    sites/a.yaml:11:12  hubs.prod.ports  expected a number [schema]
        got:     "9010"
        allowed: a number
        fix:     remove the quotes
    sites/a.yaml:12:5  hubs.prod.allow  not an allowed value [schema]
        got:     a list
        allowed: everyone, or a map of users, unixGroups
        fix:     write one of those allowed
    sites/a.yaml:14:31  hubs.prod.profiles.small.cores  expected a number [schema]
        got:     two
        allowed: a number
        fix:     write it in that form
    sites/a.yaml:14:44  hubs.prod.profiles.small.memory  not in the form that is needed here [schema]
        got:     2GB
        allowed: a number with Mi, Gi, Ti or Pi: 512Mi, 16Gi, 2Ti
        fix:     write 2Gi
    sites/a.yaml:14:63  hubs.prod.profiles.small.environment.path  "path" cannot be a name here [schema]
        allowed: the name of an environment variable
        fix:     call it PATH
    sites/a.yaml:14:69  hubs.prod.profiles.small.environment.path  YAML reads this as a number [schema]
        got:     5
        allowed: text
        fix:     quote it: "5"
    sites/a.yaml:14:78  hubs.prod.profiles.small.url  not in the form that is needed here [schema]
        got:     lab
        allowed: a path: /lab, /tree, /rstudio
        fix:     write /lab
    sites/a.yaml:15:24  hubs.prod.buckets.scratch  not an allowed value [schema]
        got:     rw
        allowed: read, write, none
        fix:     write one of those allowed
    sites/a.yaml:16:11  hubs.prod.dask  not an allowed value [schema]
        got:     no
        allowed: none, or a map of worker, limits, idleMinutes, account, walltime, gpu, partition, qos, gres, constraint, reservation, queue, project, place, resources, directives, staging
        fix:     write none
    sites/a.yaml:17:11  hubs.prod.cull  expected a map [schema]
        got:     none
        allowed: a map of idleMinutes, maxAgeHours
        fix:     write its keys below it, indented: idleMinutes: ...
    "
  `);
});

test("the federation's file", () => {
  expect(
    federationText(`format: 2
federation: My-Federation
contact: ask us
sites: sites/*.yaml
identity:
  kind: saml
`),
  ).toMatchInlineSnapshot(`
    "
    federation.yaml:1:1  title  "title" is required [schema]
        allowed: text
        fix:     add \`title: ...\` (A line for people: shown in the hub, the catalog and the portal)
    federation.yaml:1:9  format  not an allowed value [schema]
        got:     2
        allowed: 1
        fix:     write 1
    federation.yaml:2:13  federation  not in the form that is needed here [schema]
        got:     My-Federation
        allowed: lower-case letters, digits and single hyphens, a letter first, at most 31
        fix:     write my-federation
    federation.yaml:3:10  contact  not in the form that is needed here [schema]
        got:     ask us
        allowed: an e-mail address or URL
        fix:     write it in that form
    federation.yaml:4:8  sites  expected a list [schema]
        got:     sites/*.yaml
        allowed: a list
        fix:     write [sites/*.yaml]
    federation.yaml:6:9  identity.kind  not an allowed value [schema]
        got:     saml
        allowed: cilogon, oidc
        fix:     write one of those allowed
    "
  `);
  expect(
    federationText(`${federationYaml}identity:
  kind: cilogon
  client: {id: c, secret: hunter2}
  idps: {one: {entity: e, claim: eppn}}
  groups: {g: {users: [ann]}, h: {claim: c}}
`),
  ).toMatchInlineSnapshot(`
    "
    federation.yaml:13:27  identity.client.secret  expected a map [schema]
        got:     (not shown, it may be a secret)
        allowed: a map of env, revision
        fix:     write its keys below it, indented: env: ...
    federation.yaml:14:10  identity.idps.one  "one" cannot be a name here [schema]
        allowed: a domain name: cascadia.example
        fix:     choose another name
    federation.yaml:15:24  identity.groups.g.users[0]  not in the form that is needed here [schema]
        got:     ann
        allowed: <claim>@<idp>: alice@cascadia.example
        fix:     write it in that form, or remove the entry
    federation.yaml:15:31  identity.groups.h.value  "value" is required [schema]
        allowed: text
        fix:     add \`value: ...\` (Its value for this group)
    "
  `);
});

test("rules", () => {
  expect(
    siteText(
      `lake: {buckets: {library: {purpose: library}, scratch: {purpose: scratch, public: true}}}
datasets:
  one: {${plain}, bucket: library, path: p}
  two: {${plain}, bucket: libary, path: p/q, publishers: [prod]}
hubs: {base: {ports: 9001, defaultProfile: big, admins: ["x@y.example"]}}
`,
      {
        "sites/s.yaml": store(
          "s",
          `servedBy: s\nlake: {buckets: {}}\ndatasets: {one: {${plain}, bucket: l, path: p}}\n`,
        ),
      },
    ),
  ).toMatchInlineSnapshot(`
    "
    sites/a.yaml:7:83  lake.buckets.scratch.public  a scratch bucket cannot be public: what users write there is theirs [bucket-audience]
        got:     true
        fix:     keep public data in a library
    sites/a.yaml:9:3  datasets.one.access  a public dataset, but the bucket library is not public [bucket-audience]
        fix:     set lake.buckets.library.public: true, or say who may read the dataset
    sites/a.yaml:10:57  datasets.two.bucket  the site has no such bucket [dataset-bucket]
        got:     libary
        allowed: library
        fix:     did you mean "library"?
    sites/a.yaml:10:89  datasets.two.publishers[0]  the site has no such hub [publishers]
        got:     prod
        allowed: base
        fix:     name a hub of this site
    sites/a.yaml:11:8  hubs.base  this id is reserved: a stack of each site has it [reserved-names]
        fix:     choose another name than lake, homes, cluster, services, catalog, grants, backups, base
    sites/a.yaml:11:22  hubs.base.ports  ports 9001-9010 overlap with ports 9000-9001, listen.port of site a [ports]
        got:     9001
        fix:     the next that are free: 9002
    sites/a.yaml:11:44  hubs.base.defaultProfile  the hub has no such profile [default-profile]
        got:     big
        allowed: small
        fix:     name one of the hub's profiles
    sites/a.yaml:11:58  hubs.base.admins[0]  people sign in with a shared password here, so no institution vouches for this person [vouching]
        got:     x@y.example
        allowed: plain names
        fix:     write x
    sites/s.yaml:6:11  servedBy  this site has no Zarr gateway: it is a store [served-by]
        got:     s
        allowed: a
        fix:     name a site that has a gateway, or remove it: the catalog then links the store itself
    sites/s.yaml:8:12  datasets.one  the dataset id one is taken by site a [unique-names]
        fix:     rename one of them
    sites/s.yaml:8:66  datasets.one.bucket  the site has no such bucket [dataset-bucket]
        got:     l
        allowed: nothing (none is defined)
        fix:     name a bucket of purpose library
    "
  `);
});

test("all faults of all files come in one run, sorted by place", () => {
  const text = printed({
    "federation.yaml": `${federationYaml}x: 1\n`,
    "sites/a.yaml": `${hpc("a", 9000)}\t- x\n`,
    "sites/b.yaml": "",
    "sites/c.yaml": hpc("c", 9000, "x: 1\n"),
    "sites/d.yaml": hpc("d", 9001),
    "sites/e.yaml": hpc("e", 9001),
  });
  expect(text.match(/^\S+:\d+:\d+/gm)).toMatchInlineSnapshot(`
    [
      "federation.yaml:11:1",
      "sites/a.yaml:7:1",
      "sites/b.yaml:1:1",
      "sites/c.yaml:7:1",
      "sites/e.yaml:6:16",
    ]
  `);
});

const slip = { "sites/a.yaml": hpc("a", 9000, 'tittle: "50%, a:b"\nlake: {buckets: {b: {purpose: libary}}}\n') };

test("JSON, for programs", () => {
  expect(`\n${printed(slip, "json")}\n`).toMatchInlineSnapshot(`
    "
    {
      "faults": [
        {
          "code": "schema",
          "file": "sites/a.yaml",
          "line": 7,
          "col": 1,
          "path": "tittle",
          "message": "unknown key \\"tittle\\"",
          "allowed": "site, institution, timezone, expires, state, provider, login, scheduler, network, domain, tls, listen, storage, lake, datasets, hubs, zarrGateway",
          "fix": "remove it"
        },
        {
          "code": "schema",
          "file": "sites/a.yaml",
          "line": 8,
          "col": 31,
          "path": "lake.buckets.b.purpose",
          "message": "not an allowed value",
          "got": "libary",
          "allowed": "scratch, persistent, library",
          "fix": "did you mean \\"library\\"?"
        }
      ],
      "notes": []
    }
    "
  `);
});

test("GitHub's annotations, for pull requests", () => {
  expect(`\n${printed(slip, "github")}\n`).toMatchInlineSnapshot(`
    "
    ::error file=sites/a.yaml,line=7,col=1,title=tittle::unknown key "tittle"; allowed: site, institution, timezone, expires, state, provider, login, scheduler, network, domain, tls, listen, storage, lake, datasets, hubs, zarrGateway; fix: remove it
    ::error file=sites/a.yaml,line=8,col=31,title=lake.buckets.b.purpose::not an allowed value; got libary; allowed: scratch, persistent, library; fix: did you mean "library"?
    "
  `);
});

test("a value can neither drive a terminal, nor hide, nor start a command of the log", () => {
  const fault = {
    code: "schema",
    file: "a.yaml",
    line: 1,
    col: 2,
    path: "x\u001b[31m",
    message: "m\n::error::x",
    got: "\u202ea\r\t",
    fix: "f",
  };
  expect(formatFaults([fault], "text")).toBe(
    "a.yaml:1:2  x\\u{1b}[31m  m\\n::error::x [schema]\n    got:     \\u{202e}a\\u{d}\\t\n    fix:     f",
  );
  expect(formatFaults([fault], "github")).toBe(
    "::error file=a.yaml,line=1,col=2,title=x\\u{1b}[31m::m\\n::error::x; got \\u{202e}a\\u{d}\\t; fix: f",
  );
});

test("a secret in the wrong place is not repeated", () => {
  const text = federationText(
    `${federationYaml}identity: {kind: cilogon, client: {id: c, secret: hunter2}, idps: {}}\n`,
  );
  expect(text).not.toContain("hunter2");
});
