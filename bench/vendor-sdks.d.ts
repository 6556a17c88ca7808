/* The parts of the vendor's SDKs that are used here. Declared, so that types can be checked without installing them. */

declare module '@customerio/cdp-analytics-node' {
  export class Analytics {
    constructor(settings: {
      writeKey: string
      host: string
      path: string
      maxEventsInBatch: number
      flushInterval: number
    })
    identify(
      message: { userId: string; traits: unknown; context: unknown },
      done: (error: unknown) => void,
    ): void
    on(event: 'error', listener: (error: unknown) => void): void
  }
}

declare module 'customerio-node' {
  export class PipelinesClient {
    constructor(writeKey: string, defaults: { url: string; strictMode: boolean })
    batch(items: readonly unknown[]): Promise<unknown>
  }
}
