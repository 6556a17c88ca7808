/**
 * A GitHub Actions workflow: checks every change, says on a pull request what its changed syncs would do, deploys main to
 * staging and tags to prod, without a stored secret.
 */
export function workflow(_project: { readonly name: string }): string {
  return `# Checks every change; a pull request is told what the syncs that it changes would do in staging; main goes to staging, and
# a tag v… to prod. To roll back, run this workflow by hand on the tag before. No secret is stored: each environment of the
# repository (staging, prod) has the variables below, and its service principal trusts this repository
# (customerio-jobs/docs/deploy.md, "From CI"). Pin the actions to commits that you have looked at.
name: customerio

on:
  pull_request:
  push:
    branches: [main]
    tags: ["v*"]
  workflow_dispatch:

permissions:
  contents: read

concurrency: customerio-\${{ github.ref }}

jobs:
  check:
    runs-on: ubuntu-latest
    steps:
${checkout()}      - run: npm ci
      - run: npm run check

  # Counts and names of fields only, whatever the rows hold. Forks get no identity, and so no plan.
  plan:
    needs: check
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    environment: staging
    permissions:
      contents: read
      id-token: write
      pull-requests: write
    env:
${identity()}      DATABRICKS_WAREHOUSE_ID: \${{ vars.DATABRICKS_WAREHOUSE_ID }}
    steps:
${checkout('{ fetch-depth: 0 }')}      - uses: databricks/setup-cli@main
      - run: npm ci
      - run: npx customerio-jobs build --check
      - run: databricks bundle validate --strict -t staging
      - run: npx customerio-jobs plan --changed-since "origin/$BASE" --target staging --markdown > plan.md
        env:
          BASE: \${{ github.base_ref }}
      - name: one comment, written anew each time
        if: "!cancelled()"
        env:
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
        run: |
          test -s plan.md || exit 0
          comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
          mine='.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- customerio-jobs plan -->"))) | .id'
          id=$(gh api "$comments" --paginate --jq "$mine" | head -n 1)
          if [ -n "$id" ]; then
            gh api -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@plan.md --silent
          else
            gh api -X POST "$comments" -F body=@plan.md --silent
          fi
${deploy('staging', "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'")}${deploy('prod', "startsWith(github.ref, 'refs/tags/v')")}`
}

function checkout(options?: string): string {
  return `      - uses: actions/checkout@v4
${options === undefined ? '' : `        with: ${options}\n`}      - uses: actions/setup-node@v4
        with: { node-version-file: .nvmrc, cache: npm }
`
}

/** Both the Databricks CLI and customerio-jobs take it from there. */
function identity(): string {
  return `      DATABRICKS_AUTH_TYPE: github-oidc
      DATABRICKS_HOST: \${{ vars.DATABRICKS_HOST }}
      DATABRICKS_CLIENT_ID: \${{ vars.DATABRICKS_CLIENT_ID }}
      DATABRICKS_TOKEN_AUDIENCE: \${{ vars.DATABRICKS_TOKEN_AUDIENCE }}
      BUNDLE_VAR_service_principal: \${{ vars.DATABRICKS_CLIENT_ID }}
`
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
${identity()}    steps:
${checkout()}      - uses: databricks/setup-cli@main
      - run: npm ci
      - run: npx customerio-jobs build --check
      - run: databricks bundle validate --strict -t ${target}
      - run: databricks bundle deploy -t ${target}
      - run: databricks bundle run setup -t ${target}
`
}
