/*
 * Widgets of an AI/BI dashboard as `.lvdash.json` has them. The format has no published schema: versions by kind of widget
 * (counters, tables and filters 2, charts 3), names of fields that are the same in query and encoding, and the grid of 12
 * columns are as Databricks' own exports have them.
 */

/** A widget, without its place. */
export interface Widget {
  readonly name: string
  readonly [part: string]: unknown
}

/** Where a widget stands on the grid of 12 columns. */
export interface Position {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A column of a dataset, as a widget shows it. */
export interface Shown {
  readonly column: string
  readonly title: string
  /** How rows are put together; each row stands for itself if left out. */
  readonly of?: 'SUM' | 'MAX' | 'MIN'
}

/** Words, as Markdown. */
export function words(name: string, ...lines: readonly string[]): Widget {
  return { name, multilineTextboxSpec: { lines: lines.map((line) => `${line}\n`) } }
}

/** One number. */
export function counter(name: string, dataset: string, value: Shown): Widget {
  return {
    name,
    queries: [query(dataset, [value], false)],
    spec: {
      version: 2,
      widgetType: 'counter',
      encodings: {
        value: {
          fieldName: fieldName(value),
          displayName: value.title,
          format: { type: 'number-plain', abbreviation: 'compact' },
        },
      },
      frame: { showTitle: true, title: value.title },
    },
  }
}

/** Numbers over something, a line or a bar for each value of `by`. */
export function chart(
  name: string,
  kind: 'bar' | 'line' | 'scatter',
  dataset: string,
  { title, x, y, by }: ChartParts,
): Widget {
  return {
    name,
    queries: [query(dataset, [x, y, by], kind === 'scatter')],
    spec: {
      version: 3,
      widgetType: kind,
      encodings: {
        x: encoding(x, x.isCategory === true ? 'categorical' : 'temporal'),
        y: encoding(y, 'quantitative'),
        color: encoding(by, 'categorical'),
      },
      frame: { showTitle: true, title },
    },
  }
}

/** What a {@link chart} shows. */
export interface ChartParts {
  readonly title: string
  /** A moment or a day, unless it is a category. */
  readonly x: Shown & { readonly isCategory?: true }
  readonly y: Shown
  readonly by: Shown
}

/** Rows of a dataset as they are. */
export function table(
  name: string,
  dataset: string,
  title: string,
  columns: readonly Shown[],
): Widget {
  return {
    name,
    queries: [query(dataset, columns, true)],
    spec: {
      version: 2,
      widgetType: 'table',
      encodings: {
        columns: columns.map((column) => ({
          fieldName: fieldName(column),
          displayName: column.title,
        })),
      },
      frame: { showTitle: true, title },
    },
  }
}

/** Lets a reader choose values of a column; it acts on the datasets named, each of which has the column. */
export function filter(
  name: string,
  kind: 'multi-select' | 'date-range-picker',
  column: string,
  title: string,
  datasets: readonly string[],
): Widget {
  const queryOf = (dataset: string) => `${dataset}_${column}`
  return {
    name,
    queries: datasets.map((dataset) => ({
      ...query(dataset, [{ column, title }], false),
      name: queryOf(dataset),
    })),
    spec: {
      version: 2,
      widgetType: `filter-${kind}`,
      encodings: {
        fields: datasets.map((dataset) => ({
          fieldName: column,
          displayName: title,
          queryName: queryOf(dataset),
        })),
      },
      frame: { showTitle: true, title },
    },
  }
}

function query(datasetName: string, shown: readonly Shown[], disaggregated: boolean) {
  const fields = shown.map((one) => ({ name: fieldName(one), expression: expression(one) }))
  return { name: 'main_query', query: { datasetName, fields, disaggregated } }
}

function encoding(shown: Shown, type: string) {
  return { fieldName: fieldName(shown), scale: { type }, displayName: shown.title }
}

function fieldName({ column, of }: Shown): string {
  return of === undefined ? column : `${of.toLowerCase()}(${column})`
}

function expression({ column, of }: Shown): string {
  return of === undefined ? `\`${column}\`` : `${of}(\`${column}\`)`
}
