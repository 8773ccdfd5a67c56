import { mirrored } from "../../config/names";
import { images } from "../pins";
import { literalText } from "./expressions";
import { staticText } from "./files";
import { homePaths, homeVolume, ownFolder, sharedFolder } from "./homes";
import type { JupyterHubProps } from "./props";
import type { Container, ExtraFile, SecurityContext, VolumeMount } from "./z2jh";

/** Seconds between two times that a home's files are saved. */
const saveEvery = 300;

/** Seconds that one transfer of a repository may take: a server waits for it. */
const contentSeconds = 120;

/** Where scripts of the pod lie. */
const scripts = "/usr/local/share/isthmus";

/** Scripts of the containers beside the notebook. All containers of the pod see them. */
export function containerFiles(props: JupyterHubProps): Record<string, ExtraFile> {
  const names = new Set(containers(props).map(({ script }) => script));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      { mountPath: `${scripts}/${name}`, stringData: staticText(`jupyterhub/pod/${name}`) },
    ]),
  );
}

/** Containers that make a home ready before the notebook starts, in order, and that save it until after its end. */
export function homeContainers(props: JupyterHubProps): Container[] {
  return containers(props).map(({ container }) => container);
}

interface Scripted {
  readonly script: string;
  readonly container: Container;
}

function containers(props: JupyterHubProps): Scripted[] {
  const { content } = props.hub;
  return [
    ...ownHome(props),
    ...(content.saveTo === null ? [] : [saving(props, "restore")]),
    ...(content.git === null ? [] : [bringing(props, content.git)]),
    ...(content.saveTo === null ? [] : [saving(props, "keep")]),
  ];
}

/** As the user, with no right that a notebook has not. */
const asUser: SecurityContext = {
  runAsUser: 1000,
  runAsGroup: 100,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** As root, which only may give away what the node made for root, and may do nothing else: `baseline` allows it, `restricted` not. */
const asOwner: SecurityContext = {
  runAsUser: 0,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"], add: ["CHOWN"] },
  seccompProfile: { type: "RuntimeDefault" },
};

function ownHome(props: JupyterHubProps): Scripted[] {
  const shared = sharedFolder(props);
  if (!shared) return [];
  const folders = [
    { name: homeVolume, mountPath: "/own/home", subPath: ownFolder(props) },
    { name: homeVolume, mountPath: "/own/shared", subPath: shared.subPath },
  ];
  const args = folders.map(({ mountPath }) => mountPath);
  return [
    scripted(
      "own-home",
      "own.sh",
      args,
      { image: mirrored(images.busybox, props.mirrors), securityContext: asOwner },
      folders,
    ),
  ];
}

function bringing(props: JupyterHubProps, url: string): Scripted {
  const env = {
    CONTENT_URL: url,
    CONTENT_BRANCH: props.hub.content.branch ?? "",
    CONTENT_SECONDS: `${contentSeconds}`,
  };
  return scripted(
    "content",
    "content.sh",
    [],
    { image: mirrored(images.git, props.mirrors), securityContext: asUser, env: inHome(env) },
    [homeMount(props)],
  );
}

function saving(props: JupyterHubProps, verb: "restore" | "keep"): Scripted {
  const { hub, storeEnvironment, storeKeys } = props;
  const bucket = hub.buckets.find(({ id }) => id === hub.content.saveTo);
  if (!bucket) throw new Error(`${hub.id}: content.saveTo is no bucket that it may use`);
  const endpoint = storeEnvironment.AWS_ENDPOINT_URL;
  const env = {
    SAVE_PLACE: `store:${bucket.name}/${bucket.prefix}{user}/home`,
    SAVE_SECONDS: `${saveEvery}`,
    SAVE_REMOVED: hub.namedServers > 0 ? "copy" : "sync",
    RCLONE_CONFIG: "/dev/null",
    RCLONE_CONFIG_STORE_TYPE: "s3",
    RCLONE_CONFIG_STORE_PROVIDER: endpoint === undefined ? "AWS" : "Other",
    RCLONE_CONFIG_STORE_ENV_AUTH: "true",
    RCLONE_CONFIG_STORE_NO_CHECK_BUCKET: "true",
    RCLONE_CONFIG_STORE_FORCE_PATH_STYLE: `${endpoint !== undefined && storeEnvironment.AWS_VIRTUAL_HOSTING !== "TRUE"}`,
    ...(endpoint === undefined ? {} : { RCLONE_CONFIG_STORE_ENDPOINT: endpoint }),
    ...(storeEnvironment.AWS_REGION === undefined ? {} : { RCLONE_CONFIG_STORE_REGION: storeEnvironment.AWS_REGION }),
  };
  return scripted(
    `${verb}-home`,
    "save.sh",
    [verb],
    {
      image: mirrored(images.rclone, props.mirrors),
      securityContext: asUser,
      env: inHome(env),
      ...(storeKeys ? { envFrom: [{ secretRef: { name: storeKeys } }] } : {}),
      ...(verb === "keep" ? { restartPolicy: "Always" as const } : {}),
    },
    [homeMount(props)],
  );
}

function inHome(variables: Readonly<Record<string, string>>): NonNullable<Container["env"]> {
  return Object.entries({ HOME_FOLDER: homePaths[0], ...variables }).map(([name, value]) => ({
    name,
    value: literalText(value),
  }));
}

function homeMount(props: JupyterHubProps): VolumeMount {
  const subPath = props.homeClaim ? { subPath: ownFolder(props) } : {};
  return { name: homeVolume, mountPath: homePaths[0], ...subPath };
}

/** They ask for nothing: sizes fill a node, and beside one that fills it there is no room for what asks. */
const resources = { requests: { cpu: "0", memory: "0" }, limits: { memory: "512Mi" } };

function scripted(
  name: string,
  script: string,
  args: readonly string[],
  rest: Pick<Container, "image" | "securityContext" | "env" | "envFrom" | "restartPolicy">,
  mounts: readonly VolumeMount[],
): Scripted {
  const file = { name: "files", mountPath: `${scripts}/${script}`, subPath: script, readOnly: true };
  const command = ["sh", file.mountPath, ...args];
  return { script, container: { name, command, ...rest, volumeMounts: [file, ...mounts], resources } };
}
