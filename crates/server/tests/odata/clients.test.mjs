// OData clients from the registry read and write.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import odataClient from '@odata/client'
import oJs from 'odata'
import { start } from './server.mjs'

let server
before(async () => {
  server = await start()
})
after(() => server?.stop())

test('@odata/client creates, finds, changes, counts and deletes', async () => {
  const client = odataClient.OData.New4({
    serviceEndpoint: server.service,
    commonHeaders: { authorization: `Bearer ${server.token}` },
  })
  const accounts = client.getEntitySet('accounts')
  const created = await accounts.create({ name: 'Chauffage Lenoir', kind: 'prospect' })
  assert.match(created.id, /^[0-9a-f-]{36}$/)
  await accounts.create({ name: 'Élan Énergie', kind: 'prospect' })

  const filter = client.newFilter().property('name').eq('Chauffage Lenoir')
  const found = await accounts.query(filter)
  assert.deepEqual(found.map((account) => account.id), [created.id])
  const options = client.newOptions().select(['name']).orderby('name', 'desc').top(1).skip(1)
  const second = await accounts.query(options)
  assert.deepEqual(second.map((account) => account.name), ['Chauffage Lenoir'])

  await accounts.update(created.id, { name: 'Lenoir & Fils' })
  const read = await accounts.retrieve(created.id, client.newOptions().expand(['created_by']))
  assert.equal(read.name, 'Lenoir & Fils')
  assert.equal(read.created_by.name, 'Ada Lenoir')
  assert.equal(await accounts.count(), 2)
  await accounts.delete(created.id)
  assert.equal(await accounts.count(), 1)
  await assert.rejects(accounts.retrieve(created.id), /n'existe pas|does not exist/)
  await assert.rejects(accounts.create({ name: '' }), /corriger|correct/i)
})

test('odata (o.js) reads and writes by address', async () => {
  const o = oJs.o(server.service, {
    headers: new Headers({
      authorization: `Bearer ${server.token}`,
      'content-type': 'application/json',
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
    }),
  })
  const names = ['Alpha', 'Beta', 'Gamma']
  for (const name of names) await o.post('teams', { name }).query()
  const some = await o.get('teams').query({ $filter: "startswith(name,'a') or name eq 'Gamma'", $orderby: 'name' })
  assert.deepEqual(some.map((team) => team.name), ['Alpha', 'Gamma'])
  const [first] = await o.get('teams').query({ $top: 1, $orderby: 'name', $select: 'name' })
  await o.patch(`teams(${first.id})`, { name: 'Omega' }).query()
  const changed = await o.get(`teams(${first.id})`).query()
  assert.equal(changed.name, 'Omega')
  await o.delete(`teams('${first.id}')`).query()
  const left = await o.get('teams').query({ $orderby: 'name' })
  assert.deepEqual(left.map((team) => team.name), ['Beta', 'Gamma'])
})
