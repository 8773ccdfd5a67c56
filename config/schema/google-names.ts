import { text } from "./fields";

/** A bucket that exists is reached at storage.googleapis.com/BUCKET. Dots are of names that a domain's owner has proved. */
export const googleBucketName = text(
  /^(?!goog)(?!.*google)[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){1,61}[a-z0-9]$/,
  "a bucket's name: 3 to 63 lower-case letters, digits, hyphens, underscores, dots; without google in it",
);

/** A project of Google Cloud. */
export const googleProject = text(
  /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){5,29}$/,
  "a project's id (not its name or number): 6 to 30 lower-case letters, digits, hyphens, a letter first",
);
