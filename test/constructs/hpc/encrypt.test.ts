import { expect, test } from "vitest";
import type { ResolvedBatch } from "../../../config/resolve/batch";
import type { BundleManifest, Program } from "../../../constructs/hpc/bundle";
import { hubBundle } from "../../../constructs/hpc/programs";
import { hubInput } from "../../e2e/hpc-site/bundles";

const batch: Omit<ResolvedBatch, "encrypt"> = {
  ...{ kind: "slurm", address: "login1", notebookPorts: null, prologue: [], requestSizes: true, startSeconds: 600 },
  ...{ chooseAccount: false, jobPrefix: "f-s-" },
};

/** A program of a hub on Slurm. */
function program(encrypt: boolean, name: string): Program | undefined {
  const auth = { kind: "pam", service: "login", minimumUid: 1000 } as const;
  const { files } = hubBundle(hubInput(9000, 9010, { state: null, auth, batch: { ...batch, encrypt } }));
  const { programs } = JSON.parse(files.get("bundle.json") ?? "") as BundleManifest;
  return programs.find((p) => p.name === `prod-${name}`);
}

test("jobs ask the site's front alone: hub and Dask's gateway are on loopback, Dask's own TLS is on the cluster's network", () => {
  const told = (encrypt: boolean) => ({
    hub: new URL(program(encrypt, "hub")?.health?.url ?? "").hostname,
    dask: program(encrypt, "dask-proxy")?.command.filter((word) => /^--Proxy\.(tcp_)?address=/.test(word)),
  });
  expect(told(false)).toEqual({
    hub: "login1",
    dask: ["--Proxy.address=login1:9013", "--Proxy.tcp_address=login1:9014"],
  });
  expect(told(true)).toEqual({
    hub: "127.0.0.1",
    dask: ["--Proxy.address=127.0.0.1:9013", "--Proxy.tcp_address=login1:9014"],
  });
});

test("the proxy believes the hub's own authority of notebooks, which is there before it", () => {
  const { command = [], inputs } = program(true, "proxy") ?? {};
  const place = "{root}/state/prod";
  const made = ["{env.hub}/bin/python", "-I", "{bundle}/config/notebook_authority.py", place, "--", "{node}"];
  expect(command.slice(0, made.length)).toEqual(made);
  expect(command[command.indexOf("--client-ssl-ca") + 1]).toBe(`${place}/notebooks.crt`);
  expect(command[command.indexOf("{tool.chp}") - 1]).toBe("{bundle}/kit/proxy-names.cjs");
  expect(inputs).toEqual(expect.arrayContaining(["config/notebook_authority.py", "kit/proxy-names.cjs"]));
  expect(program(false, "proxy")?.command[0]).toBe("{node}");
  expect(program(false, "proxy")?.command).not.toContain("--client-ssl-ca");
});
