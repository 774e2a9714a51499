/** What the files and targets of Prometheus name, as instances. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  entryOf,
  entryOfScrape,
  isServiceScrape,
  parseTargetGroups,
  withoutDuplicates,
} from '../../src/fleet/entries.ts'

const instance = (name: string, url: string) => ({ kind: 'instance', instance: { name, url } })

describe('a file of targets', () => {
  it('names an instance for every target, by its label or its address', () => {
    const groups = [
      { targets: ['a:8080', 'b:8080'], labels: { job: 'x' } },
      { targets: ['c:8443'], labels: { name: 'shop-c', __scheme__: 'https' } },
      { targets: ['gate:80'], labels: { __metrics_path__: '/shop-d/actuator/prometheus' } },
      { targets: ['http://e:9/'] },
    ]
    expect(parseTargetGroups(groups)).toEqual([
      instance('a:8080', 'http://a:8080'),
      instance('b:8080', 'http://b:8080'),
      instance('shop-c', 'https://c:8443'),
      instance('gate:80', 'http://gate/shop-d'),
      instance('http://e:9/', 'http://e:9'),
    ])
  })

  it('brings the stores of an instance along', () => {
    const [entry] =
      parseTargetGroups([{ targets: ['a:1'], labels: { stores: '123-45-67890, 2' } }]) ?? []
    expect(entry).toMatchObject({ instance: { stores: ['123-45-67890', '2'] } })
  })

  it.each([
    ['an object', {}],
    ['a word', 'a:80'],
    ['groups without targets', [{ labels: {} }]],
    ['targets that are no text', [{ targets: [8080] }]],
    ['a group that is no group', [{ targets: ['a:80'] }, null]],
  ])('is not read at all when it is %s', (_name, value) => {
    expect(parseTargetGroups(value)).toBeUndefined()
  })

  it('leaves nothing out: what is no address is an entry of its own', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (targets) => {
        expect(parseTargetGroups([{ targets }])).toHaveLength(targets.length)
      }),
    )
  })
})

describe('an address', () => {
  it.each(['ftp://a', 'http://', 'http://a:99999', 'http://a/?x=1', 'http://a/#x', ''])(
    'that cannot be asked is unusable: %s',
    (given) => {
      expect(entryOf('x', given)).toMatchObject({ kind: 'unusable', name: 'x' })
    },
  )

  it('with a password is refused, and the password is told nowhere', () => {
    const entry = parseTargetGroups([{ targets: ['http://user:hunter2@a:80'] }])
    expect(entry).toMatchObject([{ kind: 'unusable' }])
    expect(JSON.stringify(entry)).not.toContain('hunter2')
  })

  it('shows no control characters in its name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const entry = entryOf(name, 'http://a:1')
        expect(JSON.stringify(entry)).not.toMatch(/\\u00[01]|[\u007f-\u009f\u202e]/)
      }),
    )
    expect(entryOf('\u0007', 'http://a:1')).toMatchObject({ instance: { name: 'a:1' } })
  })
})

describe('targets of Prometheus', () => {
  it('lie where their metrics are, without the path of the metrics', () => {
    expect(entryOfScrape('http://a:8080/shop/actuator/prometheus', { instance: 'a' })).toEqual(
      instance('a', 'http://a:8080/shop'),
    )
    expect(entryOfScrape('http://a:9100/metrics', {})).toEqual(instance('a:9100', 'http://a:9100'))
  })

  it('are the service’s when they are scraped where it shows its metrics', () => {
    expect(isServiceScrape('http://a/actuator/prometheus?x=1')).toBe(true)
    expect(isServiceScrape('http://a/api/monitoring/prometheus')).toBe(true)
    expect(isServiceScrape('http://a:9100/metrics')).toBe(false)
  })
})

it('the same address twice is asked once, by its first name', () => {
  const entries = [entryOf('a', 'http://h:1/'), entryOf('b', 'http://h:1'), entryOf('c', 'no')]
  const { entries: kept, duplicates } = withoutDuplicates(entries)
  expect(duplicates).toBe(1)
  expect(kept).toMatchObject([{ instance: { name: 'a' } }, { kind: 'unusable' }])
})
