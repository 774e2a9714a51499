/**
 * Whose code a stack frame is: packages of the JDK, of frameworks and of drivers are known by name;
 * whatever is left is the service's own or close to it.
 */

/** One or two leading parts of a package. */
const FRAMEWORKS: readonly string[] = [
  'java', 'javax', 'jakarta', 'jdk', 'sun', 'com.sun', 'kotlin', 'kotlinx', 'scala', 'groovy',
  'org.springframework', 'org.apache', 'org.hibernate', 'org.eclipse', 'org.slf4j', 'org.aspectj',
  'org.aopalliance', 'org.jboss', 'org.mariadb', 'org.postgresql', 'org.redisson', 'org.h2',
  'org.mybatis', 'org.quartz', 'org.thymeleaf', 'org.junit', 'org.flywaydb', 'org.bson', 'org.codehaus',
  'org.jetbrains', 'org.glassfish', 'org.yaml', 'org.xnio', 'org.reactivestreams', 'org.reflections',
  'com.mysql', 'com.zaxxer', 'com.fasterxml', 'com.rabbitmq', 'com.google', 'com.netflix', 'com.github',
  'com.oracle', 'com.microsoft', 'com.amazonaws', 'com.querydsl', 'com.mongodb', 'com.jayway',
  'com.p6spy', 'com.slack', 'com.squareup', 'com.newrelic', 'com.datadog', 'com.navercorp',
  'io.netty', 'io.lettuce', 'io.micrometer', 'io.undertow', 'io.opentelemetry', 'io.github',
  'io.projectreactor', 'io.grpc', 'io.prometheus', 'io.swagger', 'io.jsonwebtoken', 'io.sentry',
  'net.bytebuddy', 'net.sf', 'net.logstash', 'software.amazon', 'redis.clients', 'ch.qos',
  'oracle.jdbc', 'liquibase', 'reactor', 'feign', 'okhttp3', 'okio', 'retrofit2', 'brave', 'zipkin2',
  'lombok', 'antlr', 'nonapi', 'scouter', 'datadog', 'whatap',
] // prettier-ignore

const SLOTS = 1024

/** Frames as bytes: the same answer as `isFrameworkClass`, without a string. */
export interface FrameworkBytes {
  /** `from` is the first letter of the class. */
  holds(bytes: Uint8Array, from: number, to: number): boolean
}

export function createFrameworkBytes(): FrameworkBytes {
  // Open addressing; 0 is free. No name hashes to it.
  const table = new Int32Array(SLOTS)
  for (const name of FRAMEWORKS) {
    let hash = 0
    for (const byte of Buffer.from(name)) hash = step(hash, byte)
    let slot = hash & (SLOTS - 1)
    while (table[slot] !== 0) slot = (slot + 1) & (SLOTS - 1)
    table[slot] = hash
  }
  const has = (hash: number): boolean => {
    let slot = hash & (SLOTS - 1)
    for (;;) {
      const found = table[slot]
      if (found === hash) return true
      if (found === 0) return false
      slot = (slot + 1) & (SLOTS - 1)
    }
  }
  return {
    holds(bytes, from, to) {
      let hash = 0
      let parts = 0
      for (let at = from; at < to; at++) {
        const byte = bytes[at] as number
        if (byte === 0x2e || byte === 0x2f || byte === 0x28) {
          if (has(hash)) return true
          if (++parts === 2 || byte === 0x28) return false
        }
        hash = step(hash, byte)
      }
      return false
    },
  }
}

function step(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

const NAMES = new Set(FRAMEWORKS)

/** `className` may begin with its module: `java.base/java.lang.Thread`. */
export function isFrameworkClass(className: string): boolean {
  const parts = className.split(/[./]/, 2)
  return NAMES.has(parts[0] ?? '') || NAMES.has(parts.join('.'))
}
