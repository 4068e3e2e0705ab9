import type { Platform } from '../bios/service.ts'
import type { ModeFacts } from './mode-facts.ts'
import { packedRaster, planarRaster, type Raster } from './raster.ts'
import { pixelRaster } from './vbe/pixel-raster.ts'

/** Pixels of a mode, however it keeps them. */
export function rasterOf(platform: Platform, facts: ModeFacts): Raster {
  if (facts.kind === 'pixels') return pixelRaster(platform, facts)
  return facts.kind === 'planar' ? planarRaster(platform, facts) : packedRaster(platform, facts)
}
