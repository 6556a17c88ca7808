/** A GitHub Actions workflow: checks every change, deploys main to staging and tags to prod, without a stored secret. */
export function workflow(_project: { readonly name: string }): string {
  return `# Checks every change; deploys main to staging, and a tag v… to prod. No secret is stored: each environment of the repository
# (staging, prod) has the variables DATABRICKS_HOST and DATABRICKS_CLIENT_ID, and its service principal trusts this repository
# (docs: customerio-jobs/docs/deploy.md). Pin the actions to commits of your choice.
name: customerio

on:
  pull_request:
  push:
    branches: [main]
    tags: ["v*"]

permissions:
  contents: read

concurrency: customerio-\${{ github.ref }}

jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version-file: .nvmrc, cache: npm }
      - run: npm ci
      - run: npm run check
${deploy('staging', "github.event_name == 'push' && github.ref == 'refs/heads/main'")}${deploy('prod', "startsWith(github.ref, 'refs/tags/v')")}`
}

function deploy(target: string, condition: string): string {
  return `
  ${target}:
    needs: check
    if: ${condition}
    runs-on: ubuntu-latest
    environment: ${target}
    permissions:
      contents: read
      id-token: write
    env:
      DATABRICKS_AUTH_TYPE: github-oidc
      DATABRICKS_HOST: \${{ vars.DATABRICKS_HOST }}
      DATABRICKS_CLIENT_ID: \${{ vars.DATABRICKS_CLIENT_ID }}
      BUNDLE_VAR_service_principal: \${{ vars.DATABRICKS_CLIENT_ID }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version-file: .nvmrc, cache: npm }
      - uses: databricks/setup-cli@main
      - run: npm ci
      - run: databricks bundle validate --strict -t ${target}
      - run: databricks bundle deploy -t ${target}
      - run: databricks bundle run setup -t ${target}
`
}
