import type { Cluster } from "../cluster";
import type { Pod, Source } from "./pod";

type Kind = "configmaps" | "secrets";

/** Reads what a pod refers to: ConfigMaps, Secrets, tokens of its service account. */
export class Sources {
  constructor(
    private readonly cluster: Cluster,
    private readonly pod: Pod,
  ) {}

  /**
   * The entries of a ConfigMap or Secret.
   *
   * @throws Error where it is not there and not optional, as a kubelet would not start the container
   */
  async entries(kind: Kind, name: string, optional = false): Promise<Readonly<Record<string, Buffer>>> {
    const path = `/api/v1/namespaces/${this.pod.metadata.namespace}/${kind}/${name}`;
    const found = await this.cluster.get<{ data?: Record<string, string>; binaryData?: Record<string, string> }>(path);
    if (!found && optional) return {};
    if (!found) throw new Error(`${kind} ${name} is not there`);
    const encoded = kind === "secrets" ? found.data : found.binaryData;
    const plain = kind === "secrets" ? {} : found.data;
    return {
      ...Object.fromEntries(Object.entries(plain ?? {}).map(([key, value]) => [key, Buffer.from(value)])),
      ...Object.fromEntries(Object.entries(encoded ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")])),
    };
  }

  /** One entry as text; nothing where it is optional and not there. */
  async text(kind: Kind, { name, key = "", optional }: Source): Promise<string | undefined> {
    const value = (await this.entries(kind, name, optional))[key];
    if (value === undefined && !optional) throw new Error(`${kind} ${name} has no ${key}`);
    return value?.toString();
  }

  /** A token of the pod's service account, with what its roles allow. */
  async token(audience?: string): Promise<string> {
    const { namespace } = this.pod.metadata;
    const account = this.pod.spec.serviceAccountName ?? "default";
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const spec = { expirationSeconds: 3600, audiences: audience ? [audience] : [] };
    const { body } = await this.cluster.ask("POST", path, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec,
    });
    return (JSON.parse(body) as { status: { token: string } }).status.token;
  }
}
