/** A server that answers as Prometheus would, by what is asked: the newest rule that fits the query speaks. */
import type { ServerResponse } from 'node:http'
import { json, serve } from './servers.ts'
import type { Asked, TestServer } from './servers.ts'

export interface Reply {
  /** A part of the query. */
  readonly when: string
  readonly with: object | ((response: ServerResponse) => void)
}

export interface Target {
  readonly job: string
  readonly instance: string
  /** Of the scrapes, oldest first; the last one is now. */
  readonly ups?: readonly (0 | 1)[]
}

type Labels = Readonly<Record<string, string>>

function success(data: unknown, warnings: readonly string[] = []): object {
  return { status: 'success', data, warnings }
}

export function vector(
  rows: readonly (readonly [Labels, string])[],
  atMs: number = Date.now(),
): object {
  return success({
    resultType: 'vector',
    result: rows.map(([metric, value]) => ({ metric, value: [atMs / 1000, value] })),
  })
}

export function matrix(
  series: readonly {
    readonly metric: Labels
    readonly values: readonly (readonly [atMs: number, value: string | number])[]
  }[],
  warnings: readonly string[] = [],
): object {
  return success(
    {
      resultType: 'matrix',
      result: series.map(({ metric, values }) => ({
        metric,
        values: values.map(([atMs, value]) => [atMs / 1000, String(value)]),
      })),
    },
    warnings,
  )
}

export const INTERVAL_MS = 15_000

/** A service that is found, scraped every 15 s and fresh; `replies` say what else is asked. */
export async function serveSeries(
  replies: readonly Reply[],
  targets: readonly Target[] = [{ job: 'mini-today-sales', instance: 'app-1:8080' }],
): Promise<TestServer> {
  return serve((asked, response) => {
    const query = queryOf(asked)
    const reply =
      replies.find(({ when }) => query.includes(when)) ??
      defaults(targets).find(({ when }) => query.includes(when))
    const none = asked.path.includes('/query_range') ? matrix([]) : vector([])
    if (reply === undefined) json(response, 200, none)
    else if (typeof reply.with === 'function') reply.with(response)
    else json(response, 200, reply.with)
  })
}

export function queryOf({ path, body }: Asked): string {
  const url = new URL(path, 'http://here')
  return url.searchParams.get('query') ?? new URLSearchParams(body).get('query') ?? ''
}

function defaults(targets: readonly Target[]): readonly Reply[] {
  const nowMs = Date.now()
  return [
    {
      when: 'sales_created_total or up',
      with: vector(targets.map(({ job, instance }) => [{ job, instance }, '7'])),
    },
    {
      when: 'timestamp(',
      with: vector([[{}, String((nowMs - 3000) / 1000)]], nowMs),
    },
    {
      when: 'up{',
      with: matrix(
        targets.map(({ job, instance, ups = [1, 1, 1, 1] }) => ({
          metric: { job, instance },
          values: ups.map((up, index) => [
            nowMs - 3000 - (ups.length - 1 - index) * INTERVAL_MS,
            up,
          ]),
        })),
      ),
    },
  ]
}
