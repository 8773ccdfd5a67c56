import type { Abroad } from "../config/resolve/abroad";

/** ConfigMap of a hub's namespace with the client's `federation.json`. */
export const clientConfigName = "client-config";

/** Where clients find what their federation is, in notebooks and in Dask's pods. */
export const clientConfigFolder = "/etc/isthmus";

/** How clients know where to look. */
export const clientVariables = { ISTHMUS_CONFIG: `${clientConfigFolder}/federation.json` } as const;

/** Where pods find tokens that they hand to other clouds. */
export const tokenFolder = "/var/run/secrets/isthmus/tokens";

/** How clients of Google's find out who they are, in the folder of `federation.json`. */
const googleCredentials = "google-credentials.json";

/** Variables by which clients are somebody in clouds that are not the site's own; those of AWS and Google read them by themselves. */
export function abroadVariables({ aws, google }: Abroad): Record<string, string> {
  return {
    ...(aws
      ? {
          AWS_ROLE_ARN: aws.role,
          AWS_WEB_IDENTITY_TOKEN_FILE: `${tokenFolder}/${aws.token.file}`,
          AWS_REGION: aws.region,
          AWS_DEFAULT_REGION: aws.region,
        }
      : {}),
    ...(google ? { GOOGLE_APPLICATION_CREDENTIALS: `${clientConfigFolder}/${googleCredentials}` } : {}),
  };
}

/** Files beside `federation.json` for the same. No secret: the token is the cluster's, in a file of its own. */
export function abroadFiles({ google }: Abroad): Record<string, string> {
  if (!google) return {};
  // https://google.aip.dev/auth/4117
  const credentials = {
    type: "external_account",
    audience: google.audience,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: `${tokenFolder}/${google.token.file}` },
  };
  return { [googleCredentials]: `${JSON.stringify(credentials, null, 2)}\n` };
}

/** The volume of those tokens, which the kubelet renews before they end, and where it is mounted. Nothing where there are none. */
export function tokenVolumes({ aws, google }: Abroad) {
  const tokens = [aws, google].flatMap((known) => (known ? [known.token] : []));
  if (tokens.length === 0) return { volumes: [], mounts: [] };
  const name = "tokens";
  const sources = tokens.map(({ audience, file }) => ({
    serviceAccountToken: { audience, expirationSeconds: 3600, path: file },
  }));
  return {
    volumes: [{ name, projected: { sources } }],
    mounts: [{ name, mountPath: tokenFolder, readOnly: true }],
  };
}
