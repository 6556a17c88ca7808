import { SqlError } from '../sql/contract.ts'
import {
  directResults,
  fetchPage,
  type ServiceParts,
  settledWithin,
  startStatement,
} from './execute.ts'
import { type Method, types } from './message.ts'
import type { Operation } from './operation.ts'
import { failure, HttpRefusal, invalidHandle, success } from './refusal.ts'
import {
  handleId,
  handleIdentifier,
  operationHandle,
  operationStatus,
  resultSetMetadata,
} from './replies.ts'
import type { Session } from './sessions.ts'

type OpenRequest = InstanceType<typeof types.TOpenSessionReq>
type SessionRequest = InstanceType<typeof types.TCloseSessionReq>
type ExecuteRequest = InstanceType<typeof types.TExecuteStatementReq>
type OperationRequest = InstanceType<typeof types.TCloseOperationReq>
type FetchRequest = InstanceType<typeof types.TFetchResultsReq>
type InfoRequest = InstanceType<typeof types.TGetInfoReq>

/** The newest version of the protocol, V8: the one with named parameters. */
const protocol = types.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V8

/** Answers to GetInfo; the service says little more. */
const info = new Map<number, string>([
  [types.TGetInfoType.CLI_SERVER_NAME, 'Spark SQL'],
  [types.TGetInfoType.CLI_DBMS_NAME, 'Spark SQL'],
  [types.TGetInfoType.CLI_DBMS_VER, '3.1.1'],
])

/** The calls that the local warehouse refuses, by name, with the reply each of them has. */
const refused = {
  GetTypeInfo: types.TGetTypeInfoResp,
  GetCatalogs: types.TGetCatalogsResp,
  GetSchemas: types.TGetSchemasResp,
  GetTables: types.TGetTablesResp,
  GetTableTypes: types.TGetTableTypesResp,
  GetColumns: types.TGetColumnsResp,
  GetFunctions: types.TGetFunctionsResp,
  GetPrimaryKeys: types.TGetPrimaryKeysResp,
  GetCrossReference: types.TGetCrossReferenceResp,
  GetDelegationToken: types.TGetDelegationTokenResp,
  CancelDelegationToken: types.TCancelDelegationTokenResp,
  RenewDelegationToken: types.TRenewDelegationTokenResp,
}

/** One HTTP request: the fault to act out, and the refusal that ends it instead of a Thrift reply. */
export interface Call {
  readonly fault?: string | undefined
  refusal?: HttpRefusal
}

/** The methods of the warehouse's Thrift service, for one call. */
export function serviceMethods(parts: ServiceParts, call: Call): Record<string, Method> {
  const { sessions } = parts

  /** Errors become the reply's status, but for those that end the HTTP request; `required` stands in it even then. */
  const method =
    <Request>(
      Reply: new (fields: never) => object,
      work: (request: Request) => Promise<object>,
      required: object = {},
    ) =>
    async (request: Request): Promise<object> => {
      try {
        return new Reply((await work(request)) as never)
      } catch (error) {
        if (error instanceof HttpRefusal) {
          call.refusal = error
          throw error
        }
        return new Reply({ status: failure(error), ...required } as never)
      }
    }

  const expired = async (session: Session): Promise<never> => {
    await sessions.closeSession(session.id)
    throw invalidHandle('Session', session.id)
  }

  const sessionOf = async (request: SessionRequest): Promise<Session> => {
    const session = sessions.session(handleId(request.sessionHandle?.sessionId))
    return call.fault === 'expire-session' ? expired(session) : session
  }

  const operationOf = async (request: OperationRequest): Promise<Operation> => {
    const id = handleId(request.operationHandle?.operationId)
    const operation = sessions.operation(id)
    if (call.fault === 'expire-session') await expired(sessions.sessionOf(id))
    if (call.fault === 'evict-operation') {
      await sessions.evict(id)
      return sessions.operation(id)
    }
    return operation
  }

  const methods = {
    OpenSession: method(
      types.TOpenSessionResp,
      async (request: OpenRequest) => {
        const { catalogName, schemaName } = request.initialNamespace ?? {}
        const session = sessions.open(
          {
            ...(catalogName ? { catalog: catalogName } : {}),
            ...(schemaName ? { schema: schemaName } : {}),
          },
          settings(request.configuration),
        )
        if (call.fault === 'expire-session') await expired(session)
        return {
          status: success,
          serverProtocolVersion: protocol,
          sessionHandle: { sessionId: handleIdentifier(session.id) },
          canUseMultipleCatalogs: true,
          ...(request.configuration ? { configuration: request.configuration } : {}),
          ...(request.initialNamespace ? { initialNamespace: request.initialNamespace } : {}),
        }
      },
      { serverProtocolVersion: protocol },
    ),

    CloseSession: method(types.TCloseSessionResp, async (request: SessionRequest) => {
      await sessions.closeSession((await sessionOf(request)).id)
      return { status: success }
    }),

    GetInfo: method(
      types.TGetInfoResp,
      async (request: InfoRequest) => {
        await sessionOf(request)
        const stringValue = info.get(request.infoType)
        if (stringValue === undefined) {
          throw new SqlError(`Unrecognized GetInfoType value: ${request.infoType}`, 'HY096')
        }
        return { status: success, infoValue: { stringValue } }
      },
      { infoValue: {} },
    ),

    ExecuteStatement: method(types.TExecuteStatementResp, async (request: ExecuteRequest) => {
      const session = await sessionOf(request)
      const operation = await startStatement(parts, session, request, call.fault)
      const maxRows = request.getDirectResults?.maxRows
      if (maxRows === undefined || maxRows === null) {
        return { status: success, operationHandle: operationHandle(operation) }
      }
      await settledWithin(parts, operation)
      const handle = operationHandle(operation)
      const direct = await directResults(parts, operation, Number(maxRows), call.fault)
      return { status: success, operationHandle: handle, directResults: direct }
    }),

    GetOperationStatus: method(types.TGetOperationStatusResp, async (request: OperationRequest) =>
      operationStatus(await operationOf(request)),
    ),

    GetResultSetMetadata: method(
      types.TGetResultSetMetadataResp,
      async (request: OperationRequest) => {
        const operation = await operationOf(request)
        await operation.settled
        if (operation.error !== undefined) throw operation.error
        return resultSetMetadata(operation)
      },
    ),

    FetchResults: method(types.TFetchResultsResp, async (request: FetchRequest) => {
      const operation = await operationOf(request)
      const { FETCH_FIRST, FETCH_NEXT } = types.TFetchOrientation
      const isFirst = (operation.pages?.rowsTaken ?? 0) === 0
      const orientation = request.orientation ?? FETCH_NEXT
      if (orientation !== FETCH_NEXT && !(orientation === FETCH_FIRST && isFirst)) {
        throw new SqlError('The local warehouse reads results forward only.', 'HY106')
      }
      return fetchPage(operation, Number(request.maxRows), call.fault)
    }),

    CancelOperation: method(types.TCancelOperationResp, async (request: OperationRequest) => {
      ;(await operationOf(request)).cancel()
      return { status: success }
    }),

    CloseOperation: method(types.TCloseOperationResp, async (request: OperationRequest) => {
      await sessions.closeOperation((await operationOf(request)).id)
      return { status: success }
    }),
  }
  const refusals = Object.entries(refused).map(([name, Reply]) => [
    name,
    method(Reply, async (_request: object) => {
      throw new SqlError(`The local warehouse does not answer ${name}: ask in SQL.`, '0A000')
    }),
  ])
  return { ...methods, ...Object.fromEntries(refusals) }
}

/** Names of settings are not case-sensitive. */
function settings(configuration: Readonly<Record<string, string>> | undefined | null) {
  return new Map(
    Object.entries(configuration ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
