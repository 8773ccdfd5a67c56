import { z } from "zod";
import { block, text } from "./fields";

const file = text(/^(?:\/[A-Za-z0-9_.+@-]+)+$/, "an absolute path: letters, digits, / _ . + @ -");

/** Who ends TLS before an HPC site. */
export const hpcTls = z
  .discriminatedUnion("kind", [
    block({
      kind: z
        .literal("files")
        .describe("files: the site itself, on its own ports, by TLS 1.2 and 1.3, with a certificate of its machine."),
      certificate: file.describe(
        "The certificate with its chain, in PEM. It must be for the site's `domain`, which the install checks; a renewed one is in use within seconds.",
      ),
      key: file.describe("Its private key, without a passphrase, readable to the account that the site runs as."),
    }),
    block({
      kind: z
        .literal("ahead")
        .describe(
          "ahead: a portal or proxy of the centre, at https://<domain>. It passes everything on to `listen` with the Host header, WebSockets included.",
        ),
    }),
  ])
  .describe("TLS. Default none: HTTP, for people at the machine or through a tunnel. Needs `domain`.");

export type HpcTlsConfig = z.infer<typeof hpcTls>;
