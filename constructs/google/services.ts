import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";

/** Services of Google Cloud, by the first word of their addresses. */
export type GoogleService =
  | "artifactregistry"
  | "backupdr"
  | "billingbudgets"
  | "compute"
  | "container"
  | "containerfilesystem"
  | "file"
  | "iam"
  | "iamcredentials"
  | "monitoring"
  | "storagetransfer"
  | "sts";

/** What must be there before a service is asked for something. */
export type Ready = (...services: readonly GoogleService[]) => ITerraformDependable[];

/** Turns services of the project on, which may be on already. Never off again: others of the project may need them. */
export function services(scope: Construct, names: readonly GoogleService[]): Ready {
  const made = new Map(
    names.map((name) => [
      name,
      new ProjectService(scope, `service-${name}`, { service: `${name}.googleapis.com`, disableOnDestroy: false }),
    ]),
  );
  return (...wanted) => wanted.flatMap((name) => made.get(name) ?? []);
}
