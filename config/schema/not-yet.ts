/** Keys that the design has for later providers: told apart from slips. */
export const keysToCome: readonly string[] = ["budget", "protect", "tags"];
