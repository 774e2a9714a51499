/** Finds who answers a request, and says what the service says where nobody does. */
import { ACTUATOR_ROUTES } from './actuator-routes.ts'
import { internalError, unauthorized, unknownPath } from './answers.ts'
import type { RouteAnswer } from './answers.ts'
import { DEMO_TOKEN } from './faults.ts'
import type { RouteRequest } from './request.ts'
import { SALES_ROUTES } from './sales-routes.ts'
import { SETTLEMENT_ROUTES } from './settlement-routes.ts'
import type { World } from './world.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly pattern: RegExp
  /** The template that `http.server.requests` counts it under. */
  readonly uri: string
  handle(
    world: World,
    request: RouteRequest,
    parameters: Readonly<Record<string, string>>,
  ): Promise<RouteAnswer>
}

export interface Routed {
  readonly answer: RouteAnswer
  readonly uri: string
}

export async function route(world: World, request: RouteRequest): Promise<Routed> {
  if (world.faults.has('auth') && request.headers['authorization'] !== `Bearer ${DEMO_TOKEN}`) {
    return { answer: unauthorized(world, request.path), uri: 'UNKNOWN' }
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  let known = false
  for (const candidate of [...ACTUATOR_ROUTES, ...SETTLEMENT_ROUTES, ...SALES_ROUTES]) {
    const match = candidate.pattern.exec(request.path)
    if (match === null) continue
    known = true
    if (candidate.method !== method) continue
    const parameters = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodePart(value)]),
    )
    return { answer: await candidate.handle(world, request, parameters), uri: candidate.uri }
  }
  // A wrong method is the error handler's business, which calls everything a server error.
  if (known) {
    const exception = 'HttpRequestMethodNotSupportedException'
    return { answer: internalError(world, request.path, exception), uri: 'root' }
  }
  return { answer: unknownPath(world, request.path), uri: '/**' }
}

/** A part of the path without its percent signs; one that cannot be decoded stands for itself. */
function decodePart(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
