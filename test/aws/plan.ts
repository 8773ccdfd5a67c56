import type { StackFolder } from "./stack-folder";

/** A resource as a plan will make it: what is known of it. */
export interface Planned {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Plans a stack, and tells what it would make. */
export async function planned(stack: StackFolder): Promise<Planned[]> {
  await stack.must("plan", "-input=false", "-out=plan.bin");
  const { planned_values } = JSON.parse(await stack.must("show", "-json", "plan.bin")) as {
    planned_values: { root_module: { resources?: Planned[] } };
  };
  return planned_values.root_module.resources ?? [];
}

/** Resources that AWS tags of which the provider would not make one of these tags. */
export function untagged(resources: readonly Planned[], tags: Readonly<Record<string, string>>): string[] {
  return resources.flatMap(({ address, values }) => {
    if (!("tags_all" in values)) return [];
    const own = (values.tags_all ?? {}) as Readonly<Record<string, string>>;
    const missing = Object.entries(tags).filter(([key, value]) => own[key] !== value);
    return missing.map(([key]) => `${address} ${key}`);
  });
}
