import { Failure } from "../failure";

/** A piece of what a program prints. */
export interface Output {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** How a piece of code ended. */
export interface Outcome {
  /** What it displayed as `application/vnd.isthmus+json`, the last one; undefined where it displayed none. */
  readonly result: unknown;
  /** What it gave to `sys.exit`; undefined where it did not end itself. */
  readonly exitCode: number | undefined;
  /** Undefined where it ended well. */
  readonly error: PythonError | undefined;
}

/** An exception that nobody caught. */
export interface PythonError {
  /** `ValueError` */
  readonly name: string;
  readonly message: string;
  /** As Python prints it, without colours. */
  readonly traceback: string;
}

/** MIME type under which a program hands its one JSON result to who runs it. */
export const resultType = "application/vnd.isthmus+json";

/** MIME type under which it is told that a program ended itself. */
const exitType = "application/vnd.isthmus.exit+json";

interface Message {
  readonly parent_header?: { readonly msg_id?: string };
  readonly header?: { readonly msg_type?: string };
  readonly content?: Record<string, unknown>;
}

/** One run of code, fed with the kernel's messages; it has ended when the kernel replied and is idle, in whichever order. */
export class Execution {
  private readonly ended: Promise<Outcome>;
  private end!: (outcome: Outcome) => void;
  private fail!: (error: Failure) => void;
  private result: unknown;
  private exitCode: number | undefined;
  private error: PythonError | undefined;
  private replied = false;
  private idle = false;

  constructor(
    private readonly id: string,
    private readonly onOutput: (output: Output) => void,
    private readonly onResult: (result: unknown) => void,
  ) {
    this.ended = new Promise((end, fail) => {
      this.end = end;
      this.fail = fail;
    });
    this.ended.catch(() => {});
  }

  /**
   * The outcome; undefined when `stop` is aborted first.
   * @throws Failure when the kernel is lost
   */
  async until(stop: AbortSignal): Promise<Outcome | undefined> {
    if (stop.aborted) return undefined;
    let stopped = () => {};
    const halt = new Promise<undefined>((resolve) => {
      stopped = () => resolve(undefined);
      stop.addEventListener("abort", stopped, { once: true });
    });
    try {
      return await Promise.race([this.ended, halt]);
    } finally {
      stop.removeEventListener("abort", stopped);
    }
  }

  /** The kernel is out of reach: there will be no outcome. */
  lose(reason: string): void {
    this.fail(new Failure(reason));
  }

  /** One message of the kernel. */
  take(text: string): void {
    const { parent_header: parent, header, content = {} } = JSON.parse(text) as Message;
    const kind = header?.msg_type;
    const state = content.execution_state;
    if (kind === "status" && (state === "restarting" || state === "dead"))
      this.lose("the kernel died, as it does when its memory runs out");
    if (parent?.msg_id !== this.id) return;
    if (kind === "stream") this.onOutput({ stream: content.name as Output["stream"], text: content.text as string });
    else if (kind === "display_data" || kind === "execute_result") this.display(content);
    else if (kind === "error") this.error = pythonError(content);
    else if (kind === "execute_reply") this.reply(content);
    else if (kind === "status" && state === "idle") this.idle = true;
    if (this.replied && this.idle) this.end({ result: this.result, exitCode: this.exitCode, error: this.error });
  }

  private display({ data }: { data?: Record<string, unknown> }): void {
    if (data && resultType in data) {
      this.result = data[resultType];
      this.onResult(this.result);
    } else if (data && exitType in data) this.exitCode = (data[exitType] as { code: number }).code;
    else if (typeof data?.["text/plain"] === "string")
      this.onOutput({ stream: "stdout", text: `${data["text/plain"]}\n` });
  }

  private reply(content: Record<string, unknown>): void {
    this.replied = true;
    if (content.status === "error") this.error ??= pythonError(content);
    if (content.status === "aborted") this.lose("the kernel did not run the program");
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const colours = /\u001b\[[0-9;]*m/g;

function pythonError({ ename, evalue, traceback }: Record<string, unknown>): PythonError {
  const lines = Array.isArray(traceback) ? traceback.map(String) : [];
  return { name: String(ename), message: String(evalue), traceback: lines.join("\n").replaceAll(colours, "") };
}
