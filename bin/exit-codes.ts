/** What the command's exit code says: the config has faults, the command line was wrong, the engine (or a site) failed, a signal ended it. */
export const exitCodes = { ok: 0, faults: 1, usage: 2, engine: 3, interrupted: 130 } as const;
