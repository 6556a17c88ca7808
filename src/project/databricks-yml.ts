/** The bundle: what is the same for every project. Jobs, schema and volume are generated beside it. */
export function databricksYml({ name }: { readonly name: string }): string {
  return `# The bundle. Jobs, schema, volume, dashboard and alerts stand in resources/generated/, which "npm run build" writes from
# customerio.yml; resources of your own go to resources/.
bundle:
  name: ${name}

include:
  - resources/*.yml
  - resources/generated/*.yml

# A deployment puts the packaged jobs into dist/, and fails where somebody forgot "npm run build".
artifacts:
  jobs:
    build: npx customerio-jobs build --check

# Only what runs. dist/ is git-ignored and therefore included by name.
sync:
  include: [dist/job.mjs, dist/launcher.py]
  exclude:
    - .*/**
    - node_modules/**
    - resources/**
    - schemas/**
    - "*.md"

variables:
  warehouse_id:
    description: SQL warehouse that reads, counts and loads
    lookup:
      warehouse: Serverless Starter Warehouse
  notify:
    description: e-mail addresses that are told about failed and slow runs
    type: complex
    default: []
  notify_alerts:
    description: "who is told by alerts: a list of { user_email: <address> } or { destination_id: <id> }"
    type: complex
    default: []
  service_principal:
    description: application id of the service principal that the jobs of staging and prod run as
    default: ""
  operators:
    description: group that may start jobs in staging and prod, and see their runs
    default: admins

# A copy of a schema for each developer would not be the one that customerio.yml names.
experimental:
  skip_name_prefix_for_schema: true

# Each has the name of a target in customerio.yml.
targets:
  dev:
    default: true
    mode: development
    presets:
      jobs_max_concurrent_runs: 1
${['staging', 'prod'].map(shared).join('')}`
}

function shared(target: string): string {
  return `  ${target}:
    mode: production
${target === 'staging' ? '    presets:\n      trigger_pause_status: PAUSED\n' : ''}    workspace:
      root_path: /Workspace/Users/\${var.service_principal}/.bundle/\${bundle.name}/\${bundle.target}
    run_as:
      service_principal_name: \${var.service_principal}
    permissions:
      - service_principal_name: \${var.service_principal}
        level: CAN_MANAGE
      - group_name: \${var.operators}
        level: CAN_RUN
`
}
