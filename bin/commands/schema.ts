import { Argument, type Command } from "commander";
import { type FileKind, fileKinds, jsonSchema } from "../../config/schema/json";

export function register(program: Command): void {
  program
    .command("schema")
    .description("print the JSON schema of a federation's or a site's file, for completion in editors")
    .addArgument(new Argument("[kind]", "which file").choices(fileKinds).default("federation"))
    .addHelpText(
      "after",
      "\nExample:\n  isthmus schema site > site.schema.json\n\nThen start each site's file with this line:\n  # yaml-language-server: $schema=../site.schema.json",
    )
    .action((kind: FileKind) => console.log(JSON.stringify(jsonSchema(kind), null, 2)));
}
