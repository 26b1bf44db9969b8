import { describe, expect, it } from 'vitest'
import { Problem } from '../../api/problem'
import { sendFiles } from './sendFiles'

function chosen(name: string) {
  return { pending: new File(['abc'], name, { type: 'text/plain' }) }
}

function source() {
  const sent: string[] = []
  const keepFile = async (file: File) => {
    sent.push(file.name)
    return { name: file.name, type: file.type, size: file.size, hash: `hash of ${file.name}` }
  }
  return { sent, keepFile }
}

describe('files of a form', () => {
  it('are sent before the record names them, inside lines too', async () => {
    const server = source()
    const written = await sendFiles(server, {
      name: 'Contrat',
      place: null,
      file: chosen('a.txt'),
      consents: [{ id: '1' }, { proof: chosen('b.txt') }],
    })
    expect(written).toEqual({
      name: 'Contrat',
      place: null,
      file: { name: 'a.txt', type: 'text/plain', size: 3, hash: 'hash of a.txt' },
      consents: [{ id: '1' }, { proof: { name: 'b.txt', type: 'text/plain', size: 3, hash: 'hash of b.txt' } }],
    })
  })

  it('are sent once however often the form is', async () => {
    const server = source()
    const edits = { file: chosen('once.txt') }
    expect(await sendFiles(server, edits)).toEqual(await sendFiles(server, edits))
    expect(server.sent).toEqual(['once.txt'])
  })

  it('say on their own field why they are refused', async () => {
    const refusing = {
      keepFile: async () => {
        throw new Problem({ status: 413, code: 'too_large', title: 'Trop grand', detail: '25 Mo au plus.' })
      },
    }
    const sending = sendFiles(refusing, { lines: [{ proof: chosen('big.txt') }] })
    await expect(sending).rejects.toMatchObject({ details: { fields: { 'lines[0].proof': '25 Mo au plus.' } } })
  })
})
