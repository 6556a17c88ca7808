/** What dynamic references stand for, by their names: `job.id`, `task.name`, `input`, … */
export type References = Readonly<Record<string, string>>

/** Fills in `{{…}}`. A reference that is not known stays as it is written, as the real service leaves it. */
export function fillIn(text: string, references: References): string {
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (written, name: string) =>
    Object.hasOwn(references, name) ? (references[name] ?? written) : written,
  )
}

/** What one input of a for-each task stands for: `input`, and `input.<key>` of an object. */
export function inputReferences(input: unknown): References {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input) : []
  return {
    input: asText(input),
    ...Object.fromEntries(fields.map(([key, value]) => [`input.${key}`, asText(value)])),
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
