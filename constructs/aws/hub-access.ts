import { EfsAccessPoint } from "@cdktf/provider-aws/lib/efs-access-point";
import type { Construct } from "constructs";
import { hubDirectory } from "../../config/aws-names";
import type { ResolvedHome } from "../../config/resolve/cluster-site";
import type { HomeMount } from "../kubernetes/platform";
import { fileSystemId } from "./lookup";

/** Whom all clients are to the file system: the user of notebooks' images. */
const user = 1000;

/**
 * A hub's way into homes on EFS: below a directory of its own, which is made at the first mount and stays when the hub goes. The hub's
 * pods are everywhere user 1000, as on the site's own servers, so what nodes make there is theirs.
 */
export function hubAccess(scope: Construct, home: Extract<ResolvedHome, { kind: "efs" }>, hub: string): HomeMount {
  const fileSystem = fileSystemId(scope, home);
  const { id } = new EfsAccessPoint(scope, "home", {
    fileSystemId: fileSystem,
    posixUser: { uid: user, gid: user },
    rootDirectory: {
      path: hubDirectory(hub),
      creationInfo: { ownerUid: user, ownerGid: user, permissions: "0755" },
    },
    tags: { Name: `homes of ${hub}` },
  });
  return { kind: "csi", driver: "efs.csi.aws.com", volumeHandle: `${fileSystem}::${id}` };
}
