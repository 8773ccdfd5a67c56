import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedIdentity } from "../../config/resolve/identity";
import type { SecretRef } from "../../config/schema/fields";

/** The Secret of a hub's namespace with what signing in needs: the hub's pod has its keys as files. */
export const signInSecret = "sign-in";

/** A Kubernetes Secret that a stack makes: its keys, and where each one's value is found. */
interface SecretOfHub {
  readonly name: string;
  readonly data: Readonly<Record<string, SecretRef>>;
}

/** Secrets that JupyterHub needs in its namespace before it is installed. None where signing in needs none. */
export function hubSecrets(
  { auth }: Pick<ResolvedClusterHub, "auth">,
  identity: Pick<ResolvedIdentity, "client"> | null,
): SecretOfHub[] {
  const data = signInData(auth, identity);
  return Object.keys(data).length > 0 ? [{ name: signInSecret, data }] : [];
}

function signInData(
  auth: ResolvedClusterHub["auth"],
  identity: Pick<ResolvedIdentity, "client"> | null,
): Record<string, SecretRef> {
  switch (auth.kind) {
    case "federation":
      return identity ? { "client-secret": identity.client.secret } : {};
    case "github":
    case "google":
      return { "client-secret": auth.client.secret };
    case "lti":
      return {};
    case "sharedPassword":
      return { password: auth.password, ...(auth.adminPassword ? { "admin-password": auth.adminPassword } : {}) };
  }
}
