import { join } from 'node:path'
import { invalid } from './request-json.ts'

/** The files of the workspace, on the local disk. `/Workspace/Users/x` and `/Users/x` are the same. */
export interface Tree {
  /**
   * The local file or folder of a workspace path.
   *
   * @throws ApiError 400 for a path that is not absolute, or has an empty or relative step.
   */
  local(path: string): string
}

/** The workspace's files below a folder. */
export function openTree(root: string): Tree {
  return {
    local(path) {
      const steps = withoutPrefix(path).replace(/\/$/, '').split('/').slice(1)
      const isOdd = (step: string) => step === '' || step === '.' || step === '..'
      if (!path.startsWith('/') || steps.some((step) => isOdd(step) || step.includes('\0'))) {
        throw invalid(`Path (${path}) must be absolute, without empty or relative components.`)
      }
      return join(root, ...steps)
    },
  }
}

/** The path without `/Workspace`, as some calls of the real service show it. */
export function withoutPrefix(path: string): string {
  return path.replace(/^\/Workspace(?=\/|$)/, '')
}
