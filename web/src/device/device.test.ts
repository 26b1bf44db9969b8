import { readFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import * as made from './made/device'

const wasm = readFileSync(new URL('./made/device_bg.wasm', import.meta.url))
const glue = readFileSync(new URL('./made/device.js', import.meta.url))

interface Kept {
  description: { environment: { time_zone: string; time_zone_rules: string } }
  cases: { sheet: unknown; answer: unknown }[]
}

/** What the device answered when it was held against the server, by thousands of records. */
const kept = JSON.parse(
  readFileSync(new URL('../../../crates/device/tests/cases.json', import.meta.url), 'utf8'),
) as Kept

describe('the device', () => {
  beforeAll(() => {
    made.initSync({ module: wasm })
  })

  it('answers as the server does', () => {
    const { time_zone, time_zone_rules } = kept.description.environment
    const device = new made.Device(JSON.stringify(kept.description), time_zone, time_zone_rules)
    expect(kept.cases.length).toBeGreaterThan(50)
    for (const { sheet, answer } of kept.cases) expect(JSON.parse(device.answer(JSON.stringify(sheet)))).toEqual(answer)
  })

  it('refuses what is no description, and says so', () => {
    expect(() => new made.Device('{}', 'Europe/Paris', kept.description.environment.time_zone_rules)).toThrow(
      /not readable/,
    )
    expect(() => new made.Device('{}', 'Europe/Paris', '…')).toThrow(/base64/)
  })

  it('comes in less than 400 KB', () => {
    const sent = (bytes: Buffer) =>
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }).length
    expect(sent(wasm) + sent(glue)).toBeLessThan(400 * 1024)
  }, 60_000)
})
