/** What the catalog says about personal data among the columns of a source. */
export type Personal =
  /** These are tagged as personal: column, in lower case, and the tag. */
  | { readonly kind: 'tagged'; readonly columns: Readonly<Record<string, string>> }
  /** Any column may hold personal data; our own words why nobody can say which. */
  | { readonly kind: 'unresolved'; readonly because: string }

/** Nothing is tagged as personal. */
export const nothingPersonal: Personal = { kind: 'tagged', columns: {} }
