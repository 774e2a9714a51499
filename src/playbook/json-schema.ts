/** The shape of playbooks and checklists for editors: what they may complete and underline. */
import { z } from 'zod'
import type { Catalog } from './catalog.ts'
import { documentShape, stepShape } from './schema.ts'

export interface PlaybookSchema {
  readonly kind: 'PlaybookSchema'
  /** JSON Schema, draft 2020-12. */
  readonly schema: Readonly<Record<string, unknown>>
}

/** Editors know names and shapes; what one key means for another only `playbook validate` knows. */
export function playbookSchema(catalog: Catalog): PlaybookSchema {
  const whole = documentShape.extend({
    steps: z.array(stepShape).min(1).max(1000),
    onCancel: z.array(stepShape).max(50).optional(),
    finally: z.array(stepShape).max(50).optional(),
  })
  const names = {
    probe: { type: 'string', enum: catalog.probeIds },
    action: {
      anyOf: [
        { type: 'string', enum: catalog.actionIds },
        { type: 'string', pattern: '^command\\.[a-z0-9][a-z0-9-]{0,63}$' },
      ],
    },
  }
  const schema = z.toJSONSchema(whole, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const properties = jsonSchema.properties as Record<string, unknown> | undefined
      const type = properties?.['type'] as { readonly const?: unknown } | undefined
      if (properties === undefined || type?.const === undefined) return
      if (type.const === 'probe') properties['probe'] = names.probe
      if (type.const === 'action') {
        properties['action'] = names.action
        // They are there only so that they are refused with words of ours.
        for (const key of ['retry', 'interval', 'timeout']) Reflect.deleteProperty(properties, key)
      }
    },
  })
  return { kind: 'PlaybookSchema', schema: { title: 'mts playbook or checklist', ...schema } }
}
