/** What the command's exit code says: the config has faults, the command line was wrong, or the engine (or a site) failed. */
export const exitCodes = { ok: 0, faults: 1, usage: 2, engine: 3 } as const;
