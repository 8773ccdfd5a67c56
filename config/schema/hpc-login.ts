import { z } from "zod";
import { block, count, pack, text } from "./fields";

const host = text(
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?$/,
  "a host's name or address: login1.example.org, 192.0.2.7, 2001:db8::7",
);
const user = text(/^[a-z_][a-z0-9_.-]{0,31}$/i, "an account's name: letters, digits, _ . -, at most 32");

const keyForm = "TYPE KEY, as ssh-keyscan prints it after the host: ssh-ed25519 AAAAC3Nza...";

/** A host's public key. Without one, whoever stands in the way could be installed on, so that it has no default. */
const hostKey = z
  .string()
  .regex(/^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,}={0,3}$/, {
    error: pack({
      message: "not a host's key",
      allowed: keyForm,
      fix: "run ssh-keyscan -t ed25519 HOST (-p PORT) and write what follows the host's name",
    }),
  })
  .describe(
    "The host's public key, as `ssh-keyscan -t ed25519 HOST` (-p PORT) prints it after the host's name; compare it with what the centre publishes, since a host that shows another is refused.",
  );

const port = count(1, 65_535).optional().describe("Port of its SSH server. Default 22.");

const python = text(/^[A-Za-z0-9/_.+@-]+$/, "a command or an absolute path")
  .optional()
  .describe("Python 3.11 to 3.13 on that machine. Default python3.");

/** A host in between. All that goes through it is for the machine's own key, so that who stands in its place keeps things back and no more. */
const bastion = z
  .union([
    host,
    block({
      host: host.describe("The host in between."),
      user: user.optional().describe("The account there. Default: the same as on the site's machine."),
      port,
      hostKey: hostKey
        .optional()
        .describe(
          "Its public key, as `ssh-keyscan -t ed25519 HOST` (-p PORT) prints it after its name. Default: any is taken, since nothing that goes through it can be read or changed there.",
        ),
    }),
  ])
  .describe("A host to go through: its name alone, or a map. Default none.");

/** How a site's files reach another machine. */
export const sshLogin = block({
  kind: z.literal("ssh").describe("ssh: over SSH, with the `ssh` and `tar` of the machine you sit at."),
  host: host.describe("The machine that is installed on. Changing it uninstalls there and installs on the new one."),
  user: user.describe(
    "The account that all programs run as. On a batch system root, or a service account, which submits jobs as their users by sudo. Changing it uninstalls there and installs as the new one.",
  ),
  port,
  hostKey,
  keyFile: text(/^(?:~\/|\/)[A-Za-z0-9/_.+@-]+$/, "an absolute path, or one that starts with ~/")
    .optional()
    .describe(
      "Private key to sign in with, on the machine you sit at, without a passphrase. Default: your agent's keys and ssh's own.",
    ),
  bastion: bastion.optional(),
  python,
});

/** Keys of `kind: ssh` that say nothing where somebody else carries the files. */
function unasked(message: string) {
  return { message, fix: "remove it, or write kind: ssh" };
}

const nobodySignsIn = unasked("nobody signs in to the machine from here, so that no way there is needed");

/** Files that somebody carries to a machine which nobody signs in to from here. */
export const bundleLogin = block(
  {
    kind: z
      .literal("bundle")
      .describe("bundle: in one file, which the centre's admin carries there, with the one command that installs it."),
    user: user
      .optional()
      .describe(
        "With a batch system: the account that runs the command there and all programs, where that is a service account, which submits jobs as their users by sudo. Default root.",
      ),
    python,
  },
  Object.fromEntries(["host", "port", "hostKey", "keyFile", "bastion"].map((key) => [key, nobodySignsIn])),
);

/** Where a site's files go. */
export const login = z.union([z.literal("here"), sshLogin, bundleLogin], {
  error: pack({
    message: "no way to a machine",
    allowed: "here, {kind: ssh, host, user, hostKey, ...}, {kind: bundle}",
  }),
});

export type LoginConfig = z.infer<typeof login>;
export type BastionConfig = z.infer<typeof bastion>;
