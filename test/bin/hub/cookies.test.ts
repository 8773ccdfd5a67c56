import { expect, test } from "vitest";
import { CookieJar } from "../../../bin/hub/cookies";

const url = (path: string, scheme = "http") => new URL(`${scheme}://127.0.0.1:8610${path}`);

function jarWith(...lines: string[]): CookieJar {
  const jar = new CookieJar();
  jar.take(url("/east/prod/hub/login"), lines, 0);
  return jar;
}

test("a cookie goes to its path and below, and nowhere else", () => {
  const jar = jarWith("a=1; Path=/east/prod/hub/");
  expect(jar.header(url("/east/prod/hub/login"), 0)).toBe("a=1");
  expect(jar.header(url("/east/prod/user/ann/"), 0)).toBe("");
  expect(jar.header(url("/east/prod/hub"), 0)).toBe("");
});

test("/hub does not match /hubble", () => {
  expect(jarWith("a=1; Path=/hub").header(url("/hubble"), 0)).toBe("");
  expect(jarWith("a=1; Path=/hub").header(url("/hub/x"), 0)).toBe("a=1");
});

test("without a path, it goes to the directory of the page that set it", () => {
  expect(jarWith("a=1").header(url("/east/prod/hub/home"), 0)).toBe("a=1");
  expect(jarWith("a=1").header(url("/east/"), 0)).toBe("");
});

test("of two with one name, the nearer path wins", () => {
  const jar = jarWith("_xsrf=hub; Path=/east/prod/hub/", "_xsrf=all; Path=/");
  expect(jar.value(url("/east/prod/hub/api"), "_xsrf", 0)).toBe("hub");
  expect(jar.value(url("/east/prod/user/ann/"), "_xsrf", 0)).toBe("all");
  expect(jar.header(url("/east/prod/hub/api"), 0)).toBe("_xsrf=hub; _xsrf=all");
});

test("values keep their equal signs; a later one replaces an earlier one", () => {
  expect(jarWith("a=1=2==; Path=/", "a=3==; Path=/").header(url("/"), 0)).toBe("a=3==");
});

test("what has expired is gone: Max-Age in seconds, a date, and a past one deletes", () => {
  const jar = jarWith("a=1; Max-Age=10; Path=/", "b=2; Expires=Thu, 01 Jan 1970 00:00:20 GMT; Path=/");
  expect(jar.header(url("/"), 9_999)).toBe("a=1; b=2");
  expect(jar.header(url("/"), 10_001)).toBe("b=2");
  jar.take(url("/"), ["b=; Max-Age=0; Path=/"], 11_000);
  expect(jar.header(url("/"), 11_000)).toBe("");
});

test("a secure cookie waits for https; nonsense is no cookie", () => {
  const jar = jarWith("a=1; Secure; Path=/", "nonsense", "=2");
  expect(jar.header(url("/"), 0)).toBe("");
  expect(jar.header(url("/", "https"), 0)).toBe("a=1");
});
