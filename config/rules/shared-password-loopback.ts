import type { Rule } from "./rule";
import { hpcSites } from "./walk";

/** Addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

export const sharedPasswordLoopback: Rule = {
  id: "shared-password-loopback",
  reason: "One password for all is for people at the machine itself: it gives whoever has it a shell.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => {
      const hubs = site.hubs.filter((hub) => hub.auth.kind === "sharedPassword").map((hub) => hub.id);
      // On a batch system no address would do: rule unix-sign-in.
      if (site.batch || hubs.length === 0) return [];
      if (isLoopback(site.listen.host)) {
        if (!site.tlsAhead) return [];
        const message = `people reach the site at ${site.url}, and the password of ${hubs.join(", ")} is shared`;
        return [
          { site: site.id, path: ["tls"], message, fix: "remove it; from elsewhere, use an SSH tunnel to the port" },
        ];
      }
      const message = `others can reach this address, and the password of ${hubs.join(", ")} is shared`;
      const fix = "remove `host`; from elsewhere, use an SSH tunnel to the port";
      return [{ site: site.id, path: ["listen", "host"], message, allowed: "127.0.0.1, ::1, localhost", fix }];
    }),
};
