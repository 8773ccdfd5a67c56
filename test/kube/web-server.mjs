// What a pod of the tests runs: tells over HTTP what it was given; ends with the code that it is asked for.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [host, settings] = process.argv.slice(2);
const server = createServer((request, response) => {
  const asked = /^\/exit\/(\d+)$/.exec(request.url ?? "");
  if (asked) {
    response.end("ending", () => process.exit(Number(asked[1])));
    return;
  }
  const { FRONT_DOOR_SERVICE_HOST, GREETING, KUBECONFIG, PASSWORD } = process.env;
  const told = { FRONT_DOOR_SERVICE_HOST, GREETING, KUBECONFIG, PASSWORD };
  response.end(JSON.stringify({ ...told, settings: readFileSync(settings ?? "", "utf8") }));
});
server.listen(8080, host, () => console.log(`listening on ${host}`));
