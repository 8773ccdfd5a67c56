import { defaultProfile } from "./default-profile";
import type { Rule } from "./rule";

/** Every rule, in the order that `isthmus rules` prints. */
export const rules: readonly Rule[] = [defaultProfile];
