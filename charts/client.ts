/** ConfigMap of a hub's namespace with the client's `federation.json`. */
export const clientConfigName = "client-config";

/** Where clients find what their federation is, in notebooks and in Dask's pods. */
export const clientConfigFolder = "/etc/isthmus";

/** How clients know where to look. */
export const clientVariables = { ISTHMUS_CONFIG: `${clientConfigFolder}/federation.json` } as const;
