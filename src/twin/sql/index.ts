export {
  type NamedParameter,
  type SqlEngine,
  SqlError,
  type SqlResult,
  type SqlSession,
} from './contract.ts'
export { createSqlEngine, type LocalSqlEngine, type SqlEngineOptions } from './engine.ts'
export { asSqlError } from './errors.ts'
