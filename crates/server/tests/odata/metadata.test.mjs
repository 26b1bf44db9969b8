// The metadata is valid for the reader that the standard's committee publishes, and says the same in XML and in JSON.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import csdl from 'odata-csdl'
import { start } from './server.mjs'

let server
before(async () => {
  server = await start()
})
after(() => server?.stop())

async function metadata(accept) {
  const headers = { accept, authorization: `Bearer ${server.token}`, 'accept-language': 'en' }
  const answer = await fetch(`${server.service}$metadata`, { headers })
  assert.equal(answer.status, 200)
  return answer.text()
}

/** The model without what the reader adds: places in the document. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).filter(([name]) => !name.startsWith('@parser'))
  return Object.fromEntries(members.map(([name, inner]) => [name, plain(inner)]))
}

test('XML metadata is read without a fault, and is the JSON metadata', async () => {
  const messages = []
  const xml = csdl.xml2json(await metadata('application/xml'), { strict: true, annotations: true, messages })
  assert.deepEqual(messages, [])
  const json = JSON.parse(await metadata('application/json'))
  const [read, sent] = [plain(xml), plain(json)]
  assert.deepEqual(Object.keys(read.Tisserand).sort(), Object.keys(sent.Tisserand).sort())
  for (const [name, type] of Object.entries(sent.Tisserand)) {
    assert.deepEqual(Object.keys(read.Tisserand[name]).sort(), Object.keys(type).sort(), name)
    for (const member of Object.keys(type)) {
      assert.deepEqual(read.Tisserand[name][member], type[member], `${name}.${member}`)
    }
  }
  assert.equal(read.$EntityContainer, sent.$EntityContainer)
})
