/** The volume of parts in the control schema; the rooms that write it call it the same. */
export const volumeName = 'parts'

/**
 * The control schema. It holds what was sent to whom, so no deployment may take it away; bundles have no resource for
 * tables, which the task `setup` creates.
 */
export const controlSchema = {
  resources: {
    schemas: {
      control: {
        catalog_name: '${var.control_catalog}',
        name: '${var.control_schema}',
        comment: 'What customerio-jobs sent, to whom, and what became of it',
        lifecycle: { prevent_destroy: true },
      },
    },
  },
} as const

/** The volume of parts in it. */
export const partsVolume = {
  resources: {
    volumes: {
      parts: {
        catalog_name: '${var.control_catalog}',
        schema_name: '${resources.schemas.control.name}',
        name: volumeName,
        volume_type: 'MANAGED',
        comment: 'Outcomes as Parquet files, before COPY INTO loads them',
        lifecycle: { prevent_destroy: true },
      },
    },
  },
} as const
