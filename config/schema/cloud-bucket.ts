import { z } from "zod";
import { count, none } from "./fields";
import { bucketPurpose, expire } from "./site-base";

/** The keys of a bucket that mean the same on every cloud that makes one. */
export const cloudBucket = {
  purpose: bucketPurpose,
  public: z
    .boolean()
    .optional()
    .describe(
      "Anonymous read and list, also from web pages. Only for a library. Default false: nobody outside the account.",
    ),
  requesterPays: z
    .boolean()
    .optional()
    .describe(
      "Readers of other accounts pay for their requests and for what goes to them, and must say so. Only for a library that is not public: who has no account cannot pay. Default false: the account pays.",
    ),
  expire: expire.optional(),
  keepVersionsDays: z
    .union([none, count(1, 3650)])
    .optional()
    .describe(
      "Days that overwritten and deleted objects can be brought back; they cost as much as others until then. `none` keeps no versions. Default 30; none for scratch.",
    ),
};
