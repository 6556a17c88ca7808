import { z } from 'zod'

/** Names of syncs, destinations and jobs: they stand in paths and tables. */
export const Name = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'a name is lower case letters, digits, - and _, starting with a letter',
  )

/** The name of a column of the source. Its id is how the JSON Schemas say that a column belongs there. */
export const Column = z.string().min(1, 'a column name is needed').meta({ id: 'column' })
