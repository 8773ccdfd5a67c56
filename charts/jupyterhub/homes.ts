import { homeFolder, sharedFolders } from "../../config/names";
import { literalText } from "./expressions";
import type { JupyterHubProps } from "./props";

/** Where the images of the Jupyter and the Pangeo project, and those of Rocker, have the home. */
export const homePaths = ["/home/jovyan", "/home/rstudio"] as const;

/** The volume of homes in users' pods, as the chart names it. */
export const homeVolume = "home";

/** The user's directory in the volume. The hub puts the user's prefix for `{user}` when it makes the pod. */
export function ownFolder({ hub }: JupyterHubProps): string {
  return literalText(homeFolder(hub.id, "{user}"));
}

/** What all users of the hub read, and its admins write; null without a home file system. */
export function sharedFolder({ hub, homeClaim }: JupyterHubProps) {
  return homeClaim === null ? null : { volume: homeVolume, subPath: `${sharedFolders}/${hub.id}`, paths: homePaths };
}
