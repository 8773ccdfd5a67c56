/** Who acts, and how they prove it: the password of a login form, or an API token of theirs. */
export interface Account {
  readonly user: string;
  readonly secret: { readonly password: string } | { readonly token: string };
}
