import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installerEnvironment } from "../../../bin/demo/installer-environment";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "isthmus-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function file(...path: string[]): string {
  const at = join(home, ...path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, "");
  return at;
}

test("what says where packages come from goes along, what says where they go does not, nor anything else", () => {
  const env = {
    HOME: home,
    ISTHMUS_CACHE: join(home, "cache"),
    PIP_INDEX_URL: "https://index.example/simple",
    UV_DEFAULT_INDEX: "https://index.example/simple",
    SSL_CERT_FILE: "/certs.pem",
    https_proxy: "http://proxy:1",
    PIP_TARGET: "/elsewhere",
    PIP_USER: "1",
    AWS_SECRET_ACCESS_KEY: "no",
  };
  const { PIP_TARGET: _t, PIP_USER: _u, AWS_SECRET_ACCESS_KEY: _s, HOME: _h, ISTHMUS_CACHE: _c, ...kept } = env;
  expect(installerEnvironment(env)).toEqual(kept);
});

test("the person's own pip.conf is named, since a notebook has another home; an explicit one wins", () => {
  const own = file(".config", "pip", "pip.conf");
  const env = { HOME: home, ISTHMUS_CACHE: join(home, "cache") };
  expect(installerEnvironment(env)).toEqual({ PIP_CONFIG_FILE: own });
  expect(installerEnvironment({ ...env, PIP_CONFIG_FILE: "/x" })).toEqual({ PIP_CONFIG_FILE: "/x" });
});

test("an uv that sites were built with is named", () => {
  const uv = file(".cache", "isthmus", "uv", "0.13.9", "uv");
  expect(installerEnvironment({ HOME: home, XDG_CACHE_HOME: join(home, ".cache") })).toEqual({ ISTHMUS_UV: uv });
});
