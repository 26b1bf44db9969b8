import { describe, expect, it } from 'vitest'
import { contentDisposition, listOptions, queryString } from './http'
import { allOf, between, oneOf, quoted } from './where'

describe('filters as expressions', () => {
  it('quote what people type, so that it stays a text', () => {
    expect(quoted("O'Neil' or true or 'x")).toBe("'O''Neil'' or true or ''x'")
  })

  it('ask for one or several values', () => {
    expect(oneOf('kind', [])).toBeNull()
    expect(oneOf('kind', ['customer'])).toBe("kind = 'customer'")
    expect(oneOf('kind', ['a', 'b'])).toBe("kind in ('a', 'b')")
  })

  it('leave open ends out and keep parts apart', () => {
    expect(between('amount', '10', null)).toBe('amount >= 10')
    expect(between('amount', null, null)).toBeNull()
    expect(allOf(['a or b', null, 'c'])).toBe('(a or b) and (c)')
    expect(allOf(['a or b', ''])).toBe('a or b')
  })
})

describe('the address of a list', () => {
  it('says only what is asked, escaped', () => {
    expect(queryString(listOptions({}))).toBe('')
    const options = listOptions({
      select: ['id', 'name'],
      expand: [{ name: 'owner', select: ['id'] }],
      where: "name = 'a&b'",
      order: ['-main_address.city', 'name'],
      top: 100,
      count: true,
    })
    expect(queryString(options)).toBe(
      "$select=id%2Cname&$expand=owner(%24select%3Did)&$where=name%20%3D%20'a%26b'&$orderby=main_address%2Fcity%20desc%2Cname&$top=100&$count=true",
    )
  })

  it('names a file in a header that only takes ASCII', () => {
    expect(contentDisposition('plan.pdf')).toBe('attachment; filename="plan.pdf"')
    expect(contentDisposition('été "2".pdf')).toBe(
      `attachment; filename="_t_ _2_.pdf"; filename*=UTF-8''%C3%A9t%C3%A9%20%222%22.pdf`,
    )
  })
})
