import {
  type ITerraformDependable,
  type LocalExecProvisioner,
  TerraformResource,
  type TerraformResourceLifecycle,
} from "cdktf";
import type { Construct } from "constructs";

/** The arguments of `terraform_data` that are used here. */
export interface RecordProps {
  readonly input: Readonly<Record<string, string>>;
  /** Any change makes the record anew. */
  readonly triggersReplace: Readonly<Record<string, string>>;
  readonly provisioners?: LocalExecProvisioner[];
  readonly dependsOn?: ITerraformDependable[];
  readonly lifecycle?: TerraformResourceLifecycle;
}

/**
 * `terraform_data`, a record in the state that runs programs. Not cdktf's own DataResource: that one starts
 * `terraform version` once per resource at synth, which fails where there is no such command and costs 50 ms each.
 */
export class StateRecord extends TerraformResource {
  private readonly arguments: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, { input, triggersReplace, ...config }: RecordProps) {
    super(scope, id, { terraformResourceType: "terraform_data", ...config });
    this.arguments = { input, triggers_replace: triggersReplace };
    this.overrideLogicalId(id);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.arguments };
  }
}
