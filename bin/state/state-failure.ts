import { Failure } from "../failure";

/** What keeps a store of state from being read or written. */
export class StateFailure extends Failure {
  constructor(
    message: string,
    /** `missing`: there is no such bucket. */
    readonly reason: "missing" | "denied" | "unreachable",
  ) {
    super(message);
    this.name = "StateFailure";
  }
}

const network =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|TimeoutError|ERR_TLS|CERT_|SELF_SIGNED)/;

/** Whether a code or name of an error tells that the network did not lead to the store. */
export function isNetwork(code: string): boolean {
  return network.test(code);
}
