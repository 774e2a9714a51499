/** Answers of the demo as values, with the headers and bodies of the recordings. */
import { writeInstant } from './java-time.ts'
import { writeJson } from './java-json.ts'
import type { JavaValue } from './java-json.ts'
import type { World } from './world.ts'

/** What a route gives back, before the headers every answer has. */
export interface RouteAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The Java exception behind it, as `http.server.requests` names it. */
  readonly exception?: string
}

const JSON_TYPE = 'application/json'

export function json(
  value: JavaValue,
  options: { status?: number; headers?: Readonly<Record<string, string>>; exception?: string } = {},
): RouteAnswer {
  return jsonText(writeJson(value), options)
}

/** A body that is already text, sound or broken. */
export function jsonText(
  body: string,
  options: { status?: number; headers?: Readonly<Record<string, string>>; exception?: string } = {},
): RouteAnswer {
  return {
    status: options.status ?? 200,
    body,
    headers: { 'content-type': JSON_TYPE, ...options.headers },
    ...(options.exception === undefined ? {} : { exception: options.exception }),
  }
}

/** A bare status: what the settlement endpoints say when something is wrong. */
export function empty(status: number, exception?: string): RouteAnswer {
  return { status, body: '', ...(exception === undefined ? {} : { exception }) }
}

/** The error object of the service's own handler. */
function errorBody(
  world: World,
  path: string,
  error: { code: string; message: string; validationErrors?: JavaValue },
): string {
  return writeJson({
    success: false,
    errorCode: error.code,
    message: error.message,
    path,
    timestamp: writeInstant(world.stamp()),
    validationErrors: error.validationErrors ?? null,
    details: null,
    additionalData: null,
  })
}

export function internalErrorBody(world: World, path: string): string {
  return errorBody(world, path, {
    code: 'INTERNAL_SERVER_ERROR',
    message: '서버 내부 오류가 발생했습니다',
  })
}

export function internalError(
  world: World,
  path: string,
  exception: string,
  headers: Readonly<Record<string, string>> = {},
): RouteAnswer {
  return jsonText(internalErrorBody(world, path), { status: 500, exception, headers })
}

export function typeMismatch(
  world: World,
  path: string,
  parameter: string,
  value: string,
): RouteAnswer {
  const body = errorBody(world, path, {
    code: 'TYPE_MISMATCH',
    message: `'${parameter}' 파라미터의 값 '${value}'이(가) 올바르지 않습니다`,
    validationErrors: { parameter, value },
  })
  return jsonText(body, { status: 400, exception: 'MethodArgumentTypeMismatchException' })
}

/** The envelope of the sales endpoints. */
export function salesEnvelope(
  world: World,
  status: number,
  message: string,
  data: JavaValue,
): RouteAnswer {
  return json(
    { success: status < 400, message, data, timestamp: writeInstant(world.stamp()) },
    { status },
  )
}

/** Spring's own answer to a path that nobody serves; its time is UTC. */
export function unknownPath(world: World, path: string): RouteAnswer {
  const timestamp = new Date(world.clock.now()).toISOString().replace('Z', '+00:00')
  return json(
    { timestamp, status: 404, error: 'Not Found', path },
    { status: 404, headers: { vary: 'Access-Control-Request-Headers' } },
  )
}

/** What stands before the service and wants a token; the service itself has no such thing. */
export function unauthorized(world: World, path: string): RouteAnswer {
  const timestamp = new Date(world.clock.now()).toISOString().replace('Z', '+00:00')
  return json(
    { timestamp, status: 401, error: 'Unauthorized', path },
    { status: 401, headers: { 'www-authenticate': 'Bearer' } },
  )
}
