import { z } from "zod";
import { expiry, timezone } from "./dates";
import { block, count, id, none, text, title } from "./fields";

/** A bucket's name as S3 stores take it. */
export const bucketName = text(
  /^[a-z0-9](?:[a-z0-9]|[.-](?=[a-z0-9])){2,62}$/,
  "a bucket's name as its store has it: 3 to 63 lower-case letters, digits, dots, hyphens",
);

/** The keys of a site that mean the same on every provider. */
/** What a bucket is for. */
export const bucketPurpose = z
  .enum(["scratch", "persistent", "library"])
  .describe("scratch (expires), persistent (users' own), library (datasets). One bucket, one audience.");

export const siteBase = {
  site: id.describe(
    "The site's id, unique in the federation; part of every name made for it. Changing it makes a new site.",
  ),
  institution: title.describe("Who runs it, in words."),
  timezone: timezone.optional().describe("IANA name; dates without a time end with that day here. Default Etc/UTC."),
  expires: expiry
    .optional()
    .describe("From this day's end (at the site) it cannot be brought up any more. Default never."),
};

/** Of sites that have no gateway of their own. */
export const servedBy = id.describe("The site whose gateway fronts it. Default: the catalog links the store itself.");

/** A time after which stores in scratch go. */
export const expireDays = block({
  days: count(1, 3650).describe("Counted from the newest write to a store, which goes as a whole. Days."),
});

/** When what lies in a scratch bucket goes. */
export const expire = z
  .union([none, expireDays])
  .describe("Only for scratch. Default {days: 7}; `none` keeps everything.");
