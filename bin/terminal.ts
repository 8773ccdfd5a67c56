/** The part of a terminal, or of what stands in for one, that is used here. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const codes = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof codes;

/** Puts a text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/**
 * Whether to colour what goes to a screen: on a terminal, unless NO_COLOR says no. FORCE_COLOR, as everywhere, overrules
 * both: 0 (or false) for none, anything else for colour in a pipe too.
 */
export function isColoured(screen: Screen, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.FORCE_COLOR !== undefined) return !["0", "false"].includes(env.FORCE_COLOR);
  return isTerminal(screen, env) && !env.NO_COLOR;
}

/** Whether lines can be drawn anew where they stand. */
export function isTerminal(screen: Screen, env: NodeJS.ProcessEnv = process.env): boolean {
  return screen.isTTY === true && env.TERM !== "dumb";
}

export function paintFor(screen: Screen, env: NodeJS.ProcessEnv = process.env): Paint {
  return isColoured(screen, env) ? (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m` : plain;
}

/** No colours. */
export const plain: Paint = (_colour, text) => text;
