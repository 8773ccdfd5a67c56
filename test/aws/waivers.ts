/** Where a rule does not hold, and why that is meant: `STACK ADDRESS`. */
export interface Waiver {
  readonly id: string;
  readonly where: RegExp;
  readonly reason: string;
}

const everywhere = /./;

export const waivers: readonly Waiver[] = [
  {
    id: "CKV_AWS_37",
    where: /^(?:isle|shoal)-cluster /,
    reason: "`logDays: none` is written there: logs cost 0.50 USD a GB",
  },
  {
    id: "CKV_AWS_38",
    where: /-cluster /,
    reason:
      "`api: {kind: iam}` is the default: people deploy from where they are, and IAM decides; `networks` and `private` close it",
  },
  {
    id: "CKV_AWS_39",
    where: /-cluster /,
    reason:
      "an API that is reached from inside only needs a machine or a VPN there: `api: {kind: private}` is for who has one",
  },
  {
    id: "CKV_AWS_189",
    where: everywhere,
    reason: "EBS's own key is as strong, at no cost; a snapshot by a key of the site's is lost with the key",
  },
  {
    id: "CKV2_AWS_64",
    where: everywhere,
    reason: "without one, the key is the account's and IAM decides, which is the same policy in one place less",
  },
  { id: "CKV_AWS_338", where: everywhere, reason: "`logDays` is the user's, at 0.50 USD a GB; 30 by default" },
  { id: "CKV_AWS_158", where: everywhere, reason: "CloudWatch encrypts logs by its own key; they hold no secrets" },
  {
    id: "CKV2_AWS_11",
    where: everywhere,
    reason: "flow logs of bulk reads cost more than they tell; whoever must keep them adds them to the account",
  },
  {
    id: "CKV2_AWS_6",
    where: /aws_s3_bucket\.(?:open|public|library|ice|spare)_/,
    reason: "`public: true` is written there: anybody reads and lists",
  },
  {
    id: "CKV_AWS_145",
    where: everywhere,
    reason:
      "`lake.encryption: {kind: kms}` is for who needs it; what is public cannot be read with a key of the account's",
  },
  {
    id: "CKV_AWS_21",
    where: /aws_s3_bucket\.\w*scratch_/,
    reason: "scratch is there to be lost; `keepVersionsDays` keeps it",
  },
  {
    id: "CKV_AWS_21",
    where: /^fjord-lake aws_s3_bucket\.public_/,
    reason: "`keepVersionsDays: none` is written there: the data is kept elsewhere",
  },
  {
    id: "CKV_AWS_18",
    where: everywhere,
    reason:
      "each chunk of an array is a request: logs would outgrow small stores; CloudTrail's data events are the account's",
  },
  {
    id: "CKV_AWS_144",
    where: everywhere,
    reason: "a second copy doubles the price; datasets are mirrored by name where they are wanted",
  },
];
