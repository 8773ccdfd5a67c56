import { accessMembers } from "./access-members";
import { acmeEmail } from "./acme-email";
import { acmeNames } from "./acme-names";
import { allowKinds } from "./allow-kinds";
import { allowNames } from "./allow-names";
import { batchSite } from "./batch-site";
import { bucketAudience } from "./bucket-audience";
import { bucketPaths } from "./bucket-paths";
import { bucketReports } from "./bucket-reports";
import { bucketRights } from "./bucket-rights";
import { budget } from "./budget";
import { certificates } from "./certificates";
import { coldTier } from "./cold-tier";
import { content } from "./content";
import { daskLimits } from "./dask-limits";
import { daskPools } from "./dask-pools";
import { daskSizes } from "./dask-sizes";
import { datasetBucket } from "./dataset-bucket";
import { datasetPaths } from "./dataset-paths";
import { defaultProfile } from "./default-profile";
import { dnsZone } from "./dns-zone";
import { existingBuckets } from "./existing-buckets";
import { existingHomes } from "./existing-homes";
import { expiresOrder } from "./expires-order";
import { expiryIsScratchOnly } from "./expiry-is-scratch-only";
import { federationMembers } from "./federation-members";
import { federationSignIn } from "./federation-sign-in";
import { filestoreTiers } from "./filestore-tiers";
import { gatewayReplicas } from "./gateway-replicas";
import { googleNames } from "./google-names";
import { grantsFit } from "./grants-fit";
import { homeClass } from "./home-class";
import { homeNone } from "./home-none";
import { homeQuota } from "./home-quota";
import { hostLength } from "./host-length";
import { hubHome } from "./hub-home";
import { idlePools } from "./idle-pools";
import { imageCache } from "./image-cache";
import { ingressPods } from "./ingress-pods";
import { jobsNeedBatch } from "./jobs-need-batch";
import { keptHomes } from "./kept-homes";
import { kubernetesVersion } from "./kubernetes-version";
import { machineTypes } from "./machine-types";
import { madeNetwork } from "./made-network";
import { mirrors } from "./mirrors";
import { nodeEndpoints } from "./node-endpoints";
import { nodePods } from "./node-pods";
import { nodeVolumes } from "./node-volumes";
import { oneCluster } from "./one-cluster";
import { ownFiles } from "./own-files";
import { placeholders } from "./placeholders";
import { poolNodes } from "./pool-nodes";
import { poolSelect } from "./pool-select";
import { ports } from "./ports";
import { profileGpus } from "./profile-gpus";
import { profileSizes } from "./profile-sizes";
import { profileTitles } from "./profile-titles";
import { publishers } from "./publishers";
import { readable } from "./readable";
import { readersAbroad } from "./readers-abroad";
import { requesterPays } from "./requester-pays";
import { reservedNames } from "./reserved-names";
import { reservedVariables } from "./reserved-variables";
import { retiringPools } from "./retiring-pools";
import type { Rule } from "./rule";
import { schedulerKeys } from "./scheduler-keys";
import { servedBy } from "./served-by";
import { serviceAccount } from "./service-account";
import { sharedBuckets } from "./shared-buckets";
import { sharedPassword } from "./shared-password";
import { sharedPasswordLoopback } from "./shared-password-loopback";
import { sidecar } from "./sidecar";
import { siteNames } from "./site-names";
import { spotPools } from "./spot-pools";
import { stateBucket } from "./state-bucket";
import { storeKeys } from "./store-keys";
import { tlsAhead } from "./tls-ahead";
import { uniqueNames } from "./unique-names";
import { unixSignIn } from "./unix-sign-in";
import { userPool } from "./user-pool";
import { vouching } from "./vouching";
import { wideNetworks } from "./wide-networks";
import { zones } from "./zones";

/** Every rule, in the order that `isthmus rules` prints. */
export const rules: readonly Rule[] = [
  uniqueNames,
  oneCluster,
  reservedNames,
  hostLength,
  reservedVariables,
  ports,
  sharedPasswordLoopback,
  batchSite,
  unixSignIn,
  jobsNeedBatch,
  schedulerKeys,
  bucketPaths,
  sharedBuckets,
  stateBucket,
  bucketAudience,
  bucketReports,
  bucketRights,
  storeKeys,
  expiryIsScratchOnly,
  ownFiles,
  sidecar,
  existingBuckets,
  coldTier,
  datasetBucket,
  datasetPaths,
  publishers,
  mirrors,
  accessMembers,
  federationMembers,
  readable,
  readersAbroad,
  grantsFit,
  requesterPays,
  federationSignIn,
  allowKinds,
  allowNames,
  vouching,
  sharedPassword,
  servedBy,
  serviceAccount,
  userPool,
  zones,
  kubernetesVersion,
  madeNetwork,
  nodeEndpoints,
  imageCache,
  machineTypes,
  retiringPools,
  budget,
  poolNodes,
  gatewayReplicas,
  googleNames,
  siteNames,
  spotPools,
  poolSelect,
  idlePools,
  nodePods,
  nodeVolumes,
  defaultProfile,
  profileTitles,
  profileSizes,
  profileGpus,
  placeholders,
  daskPools,
  daskSizes,
  daskLimits,
  hubHome,
  homeNone,
  existingHomes,
  homeQuota,
  filestoreTiers,
  homeClass,
  keptHomes,
  wideNetworks,
  content,
  dnsZone,
  acmeEmail,
  acmeNames,
  tlsAhead,
  ingressPods,
  certificates,
  expiresOrder,
];
