import { join } from "node:path";
import { Release } from "@cdktf/provider-helm/lib/release";
import { AssetType, type ITerraformDependable, TerraformAsset, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { withMirroredImages } from "../../charts/chart-images";
import type { Chart } from "../../charts/pins";
import type { Mirrors } from "../../config/names";
import { packageRoot } from "../../config/package-root";
import { literal } from "../literal";
import type { KubeObject } from "./objects/object";

export interface ChartReleaseProps {
  readonly name: string;
  readonly namespace: string;
  /** A pinned upstream chart, or the folder of one of ours below `charts/`. */
  readonly chart: Chart | string;
  readonly values: object;
  /** Registries whose images nodes get from elsewhere: the chart's images too. */
  readonly mirrors: Mirrors;
  /** CustomResourceDefinitions of the chart are left out: the services bring them. */
  readonly skipCrds?: boolean;
  /** Whether objects that are there already become the release's own: kinds that another site brought. Default false. */
  readonly takeOwnership?: boolean;
  /** Whether its end waits until its objects are gone. Default true; an install always waits. */
  readonly waitForEnd?: boolean;
  readonly dependsOn: ITerraformDependable[];
}

/**
 * A Helm release. Its values are checked against the chart's schema when the engine plans (`lint`), an install or upgrade that
 * fails is rolled back (`atomic`), and it is done when its pods are ready.
 */
export class ChartRelease extends Construct {
  readonly resource: Release;

  constructor(
    scope: Construct,
    id: string,
    {
      name,
      namespace,
      chart,
      values,
      mirrors,
      skipCrds,
      takeOwnership,
      waitForEnd = true,
      dependsOn,
    }: ChartReleaseProps,
  ) {
    super(scope, id);
    const own = typeof chart === "string" ? (chart.split("/")[0] ?? "") : chart.name;
    this.resource = new Release(this, "release", {
      name,
      namespace,
      ...(typeof chart === "string"
        ? { chart: ownChart(this, chart) }
        : { chart: chart.name, repository: chart.repository, version: chart.version }),
      values: [literal(JSON.stringify(withMirroredImages(own, values, mirrors)))],
      lint: true,
      atomic: true, // which waits, whatever `wait` says
      ...(waitForEnd ? {} : { wait: false }),
      cleanupOnFail: true,
      maxHistory: 5,
      timeout: 900, // seconds; the first nodes and large images take minutes
      ...(skipCrds ? { skipCrds } : {}),
      ...(takeOwnership ? { takeOwnership } : {}),
      dependsOn,
    });
  }
}

/** A chart of ours, copied beside the stack. */
function ownChart(scope: Construct, folder: string): string {
  const stack = TerraformStack.of(scope);
  const id = `chart-${folder.replaceAll("/", "-")}`;
  const known = stack.node.tryFindChild(id);
  const asset =
    known instanceof TerraformAsset
      ? known
      : new TerraformAsset(stack, id, { path: join(packageRoot(), "charts", folder), type: AssetType.DIRECTORY });
  return `./${asset.path}`;
}

export interface ObjectsProps {
  readonly name: string;
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
  readonly takeOwnership?: boolean;
  readonly waitForEnd?: boolean;
  readonly dependsOn: ITerraformDependable[];
}

/** Kubernetes objects of ours, as one release of the chart that prints them: they come and go as a whole. */
export class ObjectsRelease extends ChartRelease {
  constructor(scope: Construct, id: string, { objects, ...props }: ObjectsProps) {
    super(scope, id, { ...props, chart: "objects", values: { objects }, mirrors: {} });
  }
}
