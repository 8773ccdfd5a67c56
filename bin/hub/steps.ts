import { LiveLine } from "../live-line";
import type { Screen } from "../terminal";

/** Steps of work at a hub, and what a program there prints. */
export interface Steps {
  /** A line for a step; on a terminal, what is awaited after it is shown with its time. */
  say(line: string): void;
  /** What a program prints; from then on the screen is the program's. */
  write(to: Screen, text: string): void;
  end(): void;
}

/** @param screen where steps are told; a program's output may go elsewhere, to the same terminal */
export function steps(screen: Screen, env: NodeJS.ProcessEnv = process.env): Steps {
  const live = new LiveLine(screen, env);
  return {
    say: (line) => {
      live.line(`isthmus: ${line}`);
      live.wait("isthmus: at it");
    },
    write: (to, text) => {
      live.end();
      to.write(text);
    },
    end: () => live.end(),
  };
}
