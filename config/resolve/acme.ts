/** The authority of certificates unless another is named. */
export const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/** Whom an ACME authority warns, and its directory. `email` is null where it has nobody to warn, which a rule refuses. */
export function acmeAuthority(
  contact: string,
  tls: Partial<Readonly<Record<"email" | "server", string | undefined>>> | undefined,
) {
  return {
    email: tls?.email ?? (contact.includes("@") && !contact.includes("://") ? contact : null),
    server: tls?.server ?? letsEncrypt,
  };
}
