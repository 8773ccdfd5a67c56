import { awsNamedTypes } from "./aws-named-types";
import { googleNamedTypes } from "./google-named-types";
import type { NamedType } from "./named-type";

/** Types with a name of their own, of all clouds. */
export const namedTypes: Readonly<Record<string, NamedType>> = { ...awsNamedTypes, ...googleNamedTypes };
