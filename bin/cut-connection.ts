/** ssh's own words for a session that was there and is no more. */
const cut =
  /^(?:Connection to \S+ (?:closed|reset)|Read from remote host|client_loop: |Timeout, server \S+ not responding|packet_write_wait: )/;

/** What ssh says after it has said why there is no session: of itself it tells no reason, and of a bastion not even the address. */
const follows =
  /^(?:(?:Connection (?:closed|reset) by|Disconnected from) .*port \d+$|kex_exchange_identification: |stdio forwarding failed)/;

/** What was under way over SSH. */
export interface Way {
  /** All that was said, oldest first. */
  readonly said: readonly string[];
  /** Whether it was an install, which goes on by itself. */
  readonly installs: boolean;
}

/** The line that matters of a failure over SSH; where a session was cut, with what that means. */
export function withWayOn(line: string, { said, installs }: Way): string {
  const last = line.trim();
  if (follows.test(last)) return reasonIn(said) ?? last;
  if (!cut.test(last)) return line;
  const begun = installs ? "an install that had begun there goes on to its end, anything less is undone; " : "";
  return `the connection was cut (${last}): ${begun}run the same command again`;
}

/** Why ssh got no session: the last line that does not only follow, unless that is one of a program there. */
function reasonIn(said: readonly string[]): string | undefined {
  const why = said.findLast((line) => line.trim() !== "" && !follows.test(line.trim()))?.trim();
  return why?.startsWith("isthmus: ") || why?.startsWith("Executing: ") ? undefined : why;
}
