import { z } from "zod";
import { block, count, email, pack, text, url } from "./fields";

/** A file of a site's machine. */
export const machineFile = text(/^(?:\/[A-Za-z0-9_.+@-]+)+$/, "an absolute path: letters, digits, / _ . + @ -");

const authority = url.refine((value) => !value.startsWith("http:"), {
  error: pack({ message: "what an authority says must not be changed on the way", allowed: "https://..." }),
});

/** Who ends TLS before an HPC site. */
export const hpcTls = z
  .discriminatedUnion("kind", [
    block({
      kind: z
        .literal("files")
        .describe("files: the site itself, on its own ports, by TLS 1.2 and 1.3, with a certificate of its machine."),
      certificate: machineFile.describe(
        "The certificate with its chain, in PEM. It must be for the site's `domain`, which the install checks; a renewed one is in use within seconds.",
      ),
      key: machineFile.describe(
        "Its private key, without a passphrase, readable to the account that the site runs as.",
      ),
    }),
    block({
      kind: z
        .literal("acme")
        .describe(
          "acme: as `files`, with a certificate that the site gets from an ACME authority and renews, proving its `domain` by HTTP-01. Who writes this agrees to the authority's terms.",
        ),
      email: email
        .optional()
        .describe("Whom the authority warns. Default: the federation's contact, if it is an address."),
      server: authority
        .optional()
        .describe("The authority's directory. Default Let's Encrypt. Changing it gets a certificate from the new one."),
      httpPort: count(1, 65_535)
        .optional()
        .describe(
          "Port of the site that port 80 of `domain` leads to, where the authority asks and all else is sent on to https. Default 80, which is for root, as the install checks; another where something before the site forwards port 80 to it.",
        ),
      eab: block({
        keyId: text(/^[\w.~+/=:-]+$/, "the key's id, as the authority shows it").describe(
          "Id of the key that the authority gave.",
        ),
        hmacKeyFile: machineFile.describe(
          "File on the site's machine with that key, in base64url, which belongs to the account that the site runs as and which nobody else reads: the install checks that. Needed once, to register.",
        ),
      })
        .optional()
        .describe("External account binding, for authorities that ask for an account of theirs. Default none."),
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
