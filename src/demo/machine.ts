/** The machine the demo pretends to run on: two processors, 512 MiB of heap, 69 % of the disk in use. */
import type { World } from './world.ts'

export const DISK_TOTAL_BYTES = 270_553_174_016
export const HEAP_MAX_BYTES = 536_870_912
export const PROCESSORS = 2
export const JAVA_VERSION = '17.0.15'

export function diskFreeBytes(): number {
  return 83_871_481_856
}

export interface Heap {
  readonly edenBytes: number
  readonly survivorBytes: number
  readonly oldBytes: number
  readonly committedBytes: number
}

/** 41 % in use; 93 % with `high-memory`. */
export function heapOf(world: World): Heap {
  const high = world.faults.has('high-memory')
  return {
    edenBytes: high ? 37_748_736 : 58_720_256,
    survivorBytes: 6_291_456,
    oldBytes: high ? 455_249_757 : 155_105_362,
    committedBytes: high ? HEAP_MAX_BYTES : 314_572_800,
  }
}

export function heapUsedBytes(heap: Heap): number {
  return heap.edenBytes + heap.survivorBytes + heap.oldBytes
}
