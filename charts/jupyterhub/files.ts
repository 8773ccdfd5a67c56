import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { hubData } from "./data";
import type { JupyterHubProps } from "./props";
import type { ExtraFile } from "./z2jh";

/** The folder of the hub's own program in its pod, which finds it by ISTHMUS_HUB. */
export const hubFolder = "/usr/local/etc/jupyterhub/isthmus";

/** Files of the hub's own program, below `charts/`. What it shares with a site on one machine is that one's. */
const programs = [
  ...["hub_config.py", "keep_busy.py", "metrics.py", "pods.py", "profiles.py", "sign_in.py"].map(
    (name) => `jupyterhub/hub/${name}`,
  ),
  ...["federation_sign_in.py", "people.py", "shared_password.py", "user_prefix.py"].map(
    (name) => `hpc-site/config/${name}`,
  ),
];

/** Files of the hub's pod: its program, as it is, and one JSON text. */
export function hubFiles(props: JupyterHubProps): Record<string, ExtraFile> {
  const own = (path: string, folder = hubFolder) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return [name, { mountPath: `${folder}/${name}`, stringData: staticText(path) }] as const;
  };
  return Object.fromEntries([
    // The chart loads what is there, after all that values say.
    own("jupyterhub/hub/isthmus.py", "/usr/local/etc/jupyterhub/jupyterhub_config.d"),
    ...programs.map((path) => own(path)),
    own("hpc-site/templates/page.html", `${hubFolder}/templates`),
    ["hub.json", { mountPath: `${hubFolder}/hub.json`, data: { ...hubData(props) } }],
  ]);
}

/** A text of this project, below `charts/`. */
export function staticText(path: string): string {
  return readFileSync(join(packageRoot(), "charts", path), "utf8");
}
