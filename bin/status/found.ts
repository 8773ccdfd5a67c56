import type { Installed } from "./installed";
import type { CertificateStatus, CopyStatus, Program, SignIn } from "./programs";

/** What is found of a site on its machine. */
export interface Found {
  readonly root: string | undefined;
  readonly installed: Installed;
  readonly programs: readonly Program[];
  readonly copies: readonly CopyStatus[];
  readonly certificate?: CertificateStatus;
  readonly problem: string | null;
  readonly signIns: Readonly<Record<string, SignIn>>;
}
