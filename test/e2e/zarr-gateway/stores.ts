import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temperature, writeStore } from "../../small-store";

/** Writes what a dataset may hold: Zarr v2, v3 and a sharded v3 array, a big object, and what people put beside data. */
export async function writeDataset(folder: string): Promise<void> {
  await writeStore(join(folder, "v2"), 2, temperature);
  await writeStore(join(folder, "v3"), 3, temperature);
  for (const [key, bytes] of [...sharded(), ...others()]) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), bytes);
  }
}

/** Objects below a folder, by key. */
export function objectsBelow(folder: string): Map<string, Buffer> {
  const keys = (readdirSync(folder, { recursive: true }) as string[]).filter((k) => statSync(join(folder, k)).isFile());
  return new Map(keys.sort().map((key) => [key, readFileSync(join(folder, key))]));
}

/** Two shards of two chunks of two numbers, by hand since zarrita only reads them: [1, 2, nothing written], no second shard. */
function sharded(): [string, string | Buffer][] {
  const little = [{ name: "bytes", configuration: { endian: "little" } }];
  const array = {
    zarr_format: 3,
    node_type: "array",
    shape: [8],
    data_type: "float32",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [4] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: -1,
    codecs: [
      {
        name: "sharding_indexed",
        configuration: { chunk_shape: [2], codecs: little, index_codecs: little, index_location: "end" },
      },
    ],
    attributes: {},
  };
  const nothing = 2n ** 64n - 1n;
  const chunk = Buffer.from(Float32Array.of(1, 2).buffer);
  const index = Buffer.from(BigUint64Array.of(0n, 8n, nothing, nothing).buffer);
  return [
    ["sharded/zarr.json", JSON.stringify(array)],
    ["sharded/c/0", Buffer.concat([chunk, index])],
  ];
}

/** More than nginx's buffers hold, no two parts alike. */
export const big = Buffer.from(Uint32Array.from({ length: 2 ** 19 }, (_, i) => i * 2654435761).buffer);

function others(): [string, string | Buffer][] {
  return [
    ["big/c/0", big],
    ["empty/0", ""],
    ["odd/a b+c&d=e;f,g~h'i", "odd"],
    ["odd/100% #1?é", "odder"],
    ["odd/%2e%2e", "oddest"],
    ["page/index.html", "<script>fetch('/hub/api/user')</script>"],
    ["page/app.js", "fetch('/hub/api/user')"],
    ["page/picture.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"],
  ];
}
