/** ssh's own words for a connection that was there and is no more. */
const cut =
  /^(?:Connection (?:to \S+ )?(?:closed|reset) by|Connection to \S+ closed|Read from remote host|client_loop: |Timeout, server \S+ not responding|packet_write_wait: )/;

/** A line of a failure over SSH; where the connection was cut, with what that means for what had begun there. */
export function withWayOn(line: string): string {
  if (!cut.test(line)) return line;
  return `the connection was cut (${line.trim()}): an install that had begun there goes on to its end, anything less is undone; run the same command again`;
}
