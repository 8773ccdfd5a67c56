import { location } from "./headers";
import { word } from "./input";

/**
 * The way to a JupyterHub behind a site's front: its proxy on loopback, with WebSockets, large uploads and streamed answers.
 * @param scheme how people reach the front: as it is asked, or `https` where something before it ends TLS
 */
export function hubLocation(basePath: string, proxyPort: number, scheme: "$scheme" | "https" = "$scheme"): string {
  return `${location(`^~ ${word(basePath)}`, [
    `proxy_pass http://127.0.0.1:${proxyPort};`,
    "proxy_http_version 1.1;",
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    `proxy_set_header X-Forwarded-Proto ${scheme};`,
    `proxy_set_header X-Scheme ${scheme};`,
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
    "proxy_buffering off;",
    "proxy_request_buffering off;",
    "proxy_read_timeout 86400;",
  ])}
`;
}
