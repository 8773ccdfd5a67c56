import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Construct } from "constructs";
import { hubRoleName } from "../../config/aws-names";
import { userServiceAccount } from "../../config/names";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { GrantedBucket } from "../../config/resolve/grants";
import { keyRights, keysGranted } from "./key-rights";
import { Role } from "./role";
import { storeRights } from "./store-rights";
import { ofPods, tokenAudience } from "./trust";

export interface ReaderRolesProps {
  readonly federation: string;
  /** The site whose hubs they are, on another cloud. */
  readonly site: string;
  /** Who issues tokens of its pods. */
  readonly issuer: string;
  /** The account in which its hubs are somebody. */
  readonly account: string;
  readonly hubs: readonly { readonly hub: ResolvedClusterHub; readonly granted: readonly GrantedBucket[] }[];
}

/** What hubs of a site on another cloud are in AWS: a role each, which their pods take by tokens of their own cluster, without a key. */
export class ReaderRoles extends Construct {
  constructor(scope: Construct, id: string, { federation, site, issuer, account, hubs }: ReaderRolesProps) {
    super(scope, id);
    const { arn } = new IamOpenidConnectProvider(this, "issuer", {
      url: issuer,
      clientIdList: [tokenAudience],
      tags: { Name: `pods of ${site}` },
    });
    const how = { kind: "irsa", providerArn: arn, issuer: issuer.replace(/^https:\/\//, "") } as const;
    for (const { hub, granted } of hubs)
      new Role(this, hub.id, {
        name: hubRoleName(federation, site, hub.id),
        description: `People of hub ${hub.id} of ${site} in ${federation}`,
        trust: ofPods(how, { namespace: hub.namespace, serviceAccount: userServiceAccount }),
        statements: [
          ...storeRights({ rights: [], publishes: [], granted, account }),
          ...keyRights(keysGranted(granted)),
        ],
        tags: { hub: hub.id },
      });
  }
}
