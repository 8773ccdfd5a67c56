/** The only parts of a stack's texts that mean something to the engine; `$$` is its escape. */
const ours = [
  "$" + "{self.input.root}",
  "$" + "{self.input.config}",
  "$" + "{self.input.knownHosts}",
  "$" + "{self.input.uninstall}",
  "$" + "{self.input.part}",
  "$" + "{timecmp(plantimestamp(), local.expires) < 0}",
  "$$" + "{ISTHMUS_PYTHON:-python3}",
];

/** What one resource of a stack on a cloud takes from another: its id ends in the synthesizer's digest. */
const references =
  /\$\{(?:aws_[a-z0-9_]+\.[\w-]+_[0-9A-F]{8}\.(?:arn|bucket|key_id)|(?:data\.)?google_[a-z0-9_]+\.[\w-]+_[0-9A-F]{8}\.(?:billing_account|email|id|member|name|number))\}/g;

/** ssh's two files, the only texts of many lines. */
const sshFile = /^(?:Host site\n|site \S+ \S+\n)/;

/** Nothing that a user wrote is evaluated by the engine, and no token is left unresolved. */
export function checkTerraform(value: unknown): void {
  if (typeof value === "string") {
    if (/[$%]\{/.test(ours.reduce((text, part) => text.replaceAll(part, ""), value).replaceAll(references, "")))
      throw new Error(`the engine would evaluate ${JSON.stringify(value)}`);
    if (/TfToken\[|\p{Cc}/u.test(sshFile.test(value) ? value.replaceAll("\n", " ") : value))
      throw new Error(`not a text for a stack: ${JSON.stringify(value)}`);
  } else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      checkTerraform(key);
      checkTerraform(inner);
    }
}
