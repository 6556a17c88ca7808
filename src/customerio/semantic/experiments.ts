import { known, text } from './shapes.ts'

/** A/B tests (Pipelines API, schema of 2025-06; its sample code says `variant_…`, the schema `variation_…`). */
export const experiments = {
  'Experiment Viewed': known({
    experiment_id: text,
    experiment_name: text,
    variation_id: text,
    variation_name: text,
  }),
}
