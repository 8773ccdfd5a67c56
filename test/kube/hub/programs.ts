/** Makes a Dask cluster with two workers that outlives the kernel, and prints its name. */
export const made = `
from dask_gateway import Gateway
cluster = Gateway().new_cluster(shutdown_on_close=False)
cluster.scale(2)
cluster.get_client().wait_for_workers(2, timeout=180)
print(cluster.name)
`;

/** Binds \`cluster\` to one that runs. */
export function connected(name: string): string {
  return `
from dask_gateway import Gateway
cluster = Gateway().connect("${name}")
`;
}
