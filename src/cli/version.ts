/** The program's version, as the package says; the build puts it into the bundle. */
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
